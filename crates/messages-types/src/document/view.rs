//! EventKind the webhooks of both generations have in common.

use std::fmt;

use serde_json::Value;

use super::WebhookEvent;
use crate::error::DeliveryErrorCode;
use crate::status::Status;
use crate::v0_1::inbound::InboundContent;
use crate::v0_1::report::WorkflowStatus;
use crate::v1::inbound::Content;
use crate::value::{NumberOrString, Timestamp};
use crate::{v0_1, v1};

/// One view of the webhooks of both generations: who, over which channel, when, and what.
///
/// `Debug` shows neither a text nor a number.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct EventView<'a> {
    /// The message that it is about.
    pub message_uuid: Option<&'a str>,
    /// The workflow that the message belongs to, if it does: the id that the answer named.
    pub workflow_id: Option<&'a str>,
    /// The channel, by its v1 name.
    pub channel: Option<v1::Channel>,
    /// The person: a phone number or an id.
    pub contact: Option<&'a str>,
    /// Your side of the channel.
    pub account_address: Option<&'a str>,
    /// When it happened.
    pub timestamp: Option<&'a Timestamp>,
    /// EventKind happened.
    pub kind: EventKind<'a>,
    /// Your own reference.
    pub client_ref: Option<&'a str>,
    /// Why a message failed.
    pub error: Option<DeliveryErrorCode>,
}

/// EventKind happened.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum EventKind<'a> {
    /// A message got as far as this.
    Status(&'a Status),
    /// A workflow ended like this.
    Report(&'a WorkflowStatus),
    /// A person wrote this.
    Text(&'a str),
    /// A person sent a file.
    Media {
        /// EventKind it is: `image`, `audio`, `video`, `file`, `vcard` or `sticker`.
        kind: &'a str,
        /// Where it can be fetched, for 48 hours.
        url: &'a str,
        /// The text that came with it.
        caption: Option<&'a str>,
    },
    /// A person sent a place, in degrees.
    Location {
        /// Degrees north.
        latitude: f64,
        /// Degrees east.
        longitude: f64,
    },
    /// A person chose something that was offered.
    Choice {
        /// EventKind it was offered with; absent when it is not a text.
        payload: Option<&'a str>,
        /// EventKind it said.
        label: Option<&'a str>,
    },
    /// A person sent something else, of this type.
    Other(&'a str),
    /// A webhook that this version does not know.
    Unknown,
}

impl<'a> EventView<'a> {
    /// The status, if it is one.
    #[must_use]
    pub const fn status(&self) -> Option<&'a Status> {
        match self.kind {
            EventKind::Status(status) => Some(status),
            _ => None,
        }
    }

    pub(super) fn of(event: &'a WebhookEvent) -> Self {
        match event {
            WebhookEvent::V1Status(status) => Self {
                message_uuid: Some(&status.message_uuid),
                workflow_id: status
                    .workflow
                    .as_ref()
                    .and_then(|workflow| workflow.workflow_id()),
                channel: Some(status.channel.clone()),
                contact: Some(&status.to),
                account_address: Some(&status.from),
                timestamp: Some(&status.timestamp),
                client_ref: status.client_ref.as_deref(),
                error: status
                    .error
                    .as_ref()
                    .and_then(v1::status::StatusError::code),
                ..Self::only(EventKind::Status(&status.status))
            },
            WebhookEvent::V1Inbound(inbound) => Self {
                message_uuid: Some(&inbound.message_uuid),
                channel: Some(inbound.channel.clone()),
                contact: Some(&inbound.from),
                account_address: Some(&inbound.to),
                timestamp: Some(&inbound.timestamp),
                client_ref: inbound.client_ref.as_deref(),
                ..Self::only(EventKind::v1(&inbound.content))
            },
            WebhookEvent::V0_1Status(status) => Self {
                message_uuid: Some(&status.message_uuid),
                workflow_id: status.workflow().map(v0_1::WorkflowUuid::as_str),
                channel: Some(status.to.channel.clone().into()),
                contact: status.to.value(),
                account_address: status.from.value(),
                timestamp: Some(&status.timestamp),
                client_ref: status.client_ref.as_deref(),
                error: status
                    .error
                    .as_ref()
                    .and_then(|error| error.code.as_ref())
                    .and_then(NumberOrString::to_u64)
                    .and_then(|code| u32::try_from(code).ok())
                    .map(DeliveryErrorCode::new),
                ..Self::only(EventKind::Status(&status.status))
            },
            WebhookEvent::V0_1Inbound(inbound) => Self {
                message_uuid: Some(&inbound.message_uuid),
                channel: Some(inbound.from.channel.clone().into()),
                contact: inbound.from.value(),
                account_address: inbound.to.value(),
                timestamp: Some(&inbound.timestamp),
                ..Self::only(EventKind::v0_1(inbound.content()))
            },
            WebhookEvent::V0_1Report(report) => Self {
                workflow_id: Some(report.uuid()),
                timestamp: Some(&report.timestamp),
                ..Self::only(EventKind::Report(&report.status))
            },
            WebhookEvent::Unknown(value) => Self {
                // EventKind nearly all webhooks have is read even so: it is enough to find the message.
                message_uuid: value.get("message_uuid").and_then(Value::as_str),
                channel: value
                    .get("channel")
                    .and_then(Value::as_str)
                    .map(v1::Channel::from),
                client_ref: value.get("client_ref").and_then(Value::as_str),
                ..Self::only(EventKind::Unknown)
            },
        }
    }

    const fn only(kind: EventKind<'a>) -> Self {
        Self {
            message_uuid: None,
            workflow_id: None,
            channel: None,
            contact: None,
            account_address: None,
            timestamp: None,
            kind,
            client_ref: None,
            error: None,
        }
    }
}

impl<'a> EventKind<'a> {
    fn v1(content: &'a Content) -> Self {
        let kind = content.type_name();
        if let Some(media) = content.media() {
            return Self::Media {
                kind,
                url: &media.url,
                caption: media.caption.as_deref(),
            };
        }
        match content {
            Content::Text(text) => Self::Text(text.as_str()),
            Content::Location(place) => Self::place(kind, place.lat.to_f64(), place.long.to_f64()),
            Content::Reply(reply) => Self::Choice {
                payload: Some(&reply.id),
                label: reply.title.as_deref(),
            },
            Content::Button(button) => Self::Choice {
                payload: button.payload_text(),
                label: button.text.as_deref(),
            },
            _ => Self::Other(kind),
        }
    }

    fn v0_1(content: &'a InboundContent) -> Self {
        let kind = content.type_name();
        match content {
            InboundContent::Text(text) => Self::Text(text),
            InboundContent::Image(media)
            | InboundContent::Audio(media)
            | InboundContent::Video(media)
            | InboundContent::File(media) => Self::Media {
                kind,
                url: &media.url,
                caption: media.caption.as_deref(),
            },
            InboundContent::Location(place) => {
                Self::place(kind, place.degrees_north(), place.degrees_east())
            }
            InboundContent::Button(button) => Self::Choice {
                payload: button.payload.as_deref(),
                label: button.text.as_deref(),
            },
            InboundContent::Unsupported | InboundContent::Unknown(_) => Self::Other(kind),
        }
    }

    fn place(kind: &'a str, latitude: Option<f64>, longitude: Option<f64>) -> Self {
        match latitude.zip(longitude) {
            Some((latitude, longitude)) => Self::Location {
                latitude,
                longitude,
            },
            None => Self::Other(kind),
        }
    }

    /// The kind of event in one word: `status`, `report`, `text`, the kind of a medium, `location`,
    /// `choice`, the type of another message, or `unknown`.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        match self {
            Self::Status(_) => "status",
            Self::Report(_) => "report",
            Self::Text(_) => "text",
            Self::Media { kind, .. } | Self::Other(kind) => kind,
            Self::Location { .. } => "location",
            Self::Choice { .. } => "choice",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Debug for EventView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventView")
            .field("channel", &self.channel)
            .field("timestamp", &self.timestamp)
            .field("kind", &self.kind)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for EventKind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => status.fmt(f),
            Self::Report(status) => status.fmt(f),
            // The type of a message may be a stranger's words, too.
            Self::Other(_) => f.write_str("other"),
            known => f.write_str(known.name()),
        }
    }
}
