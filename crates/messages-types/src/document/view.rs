//! Fields common to the webhooks of both generations.

use std::fmt;

use serde_json::Value;

use super::WebhookEvent;
use crate::error::DeliveryErrorCode;
use crate::status::Status;
use crate::v0_1::Address;
use crate::v0_1::inbound::InboundContent;
use crate::v0_1::report::WorkflowStatus;
use crate::v1::inbound::Content;
use crate::value::{NumberOrString, Timestamp};
use crate::{v0_1, v1};

/// One view of the webhooks of both generations: user, channel, time and content.
///
/// `Debug` shows neither texts nor numbers.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct EventView<'a> {
    /// Message the webhook is about.
    pub message_uuid: Option<&'a str>,
    /// Workflow the message belongs to, if any: the ID from the API's response.
    pub workflow_id: Option<&'a str>,
    /// Channel, by its v1 name.
    pub channel: Option<v1::Channel>,
    /// The user: a phone number or an ID.
    pub contact: Option<&'a str>,
    /// Your number, ID or sender.
    pub account_address: Option<&'a str>,
    /// Time of the event.
    pub timestamp: Option<&'a Timestamp>,
    /// Kind of the event, with its content.
    pub kind: EventKind<'a>,
    /// Your client reference.
    pub client_ref: Option<&'a str>,
    /// Reason a message failed.
    pub error: Option<DeliveryErrorCode>,
}

/// Kind of an event, with its content.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub enum EventKind<'a> {
    /// Status of a message.
    Status(&'a Status),
    /// Final status of a workflow.
    Report(&'a WorkflowStatus),
    /// Text from a user.
    Text(&'a str),
    /// File from a user.
    Media {
        /// Type of the file: `image`, `audio`, `video`, `file`, `vcard` or `sticker`.
        kind: &'a str,
        /// URL of the file, valid for 48 hours.
        url: &'a str,
        /// Caption sent with the file.
        caption: Option<&'a str>,
    },
    /// Location from a user, in degrees.
    Location {
        /// Degrees north.
        latitude: f64,
        /// Degrees east.
        longitude: f64,
    },
    /// Choice of an option offered to the user.
    Choice {
        /// Payload of the option; absent if it is not a text.
        payload: Option<&'a str>,
        /// Label of the option.
        label: Option<&'a str>,
    },
    /// Message of another type, named here; `untyped` if the message does not name it.
    Other(&'a str),
    /// Unknown webhook.
    #[default]
    Unknown,
}

impl<'a> EventView<'a> {
    /// The status, if the event is one.
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
                channel: status.channel.clone(),
                contact: status.to.as_deref(),
                account_address: status.from.as_deref(),
                timestamp: status.timestamp.as_ref(),
                kind: EventKind::Status(&status.status),
                client_ref: status.client_ref.as_deref(),
                error: status
                    .error
                    .as_ref()
                    .and_then(v1::status::StatusError::code),
            },
            WebhookEvent::V1Inbound(inbound) => Self {
                message_uuid: Some(&inbound.message_uuid),
                channel: inbound.channel.clone(),
                contact: inbound.from.as_deref(),
                account_address: inbound.to.as_deref(),
                timestamp: inbound.timestamp.as_ref(),
                kind: EventKind::v1(&inbound.content),
                client_ref: inbound.client_ref.as_deref(),
                ..Self::default()
            },
            WebhookEvent::V0_1Status(status) => Self {
                message_uuid: Some(&status.message_uuid),
                workflow_id: status.workflow().map(v0_1::WorkflowUuid::as_str),
                channel: v0_1_channel(status.to.as_ref(), status.from.as_ref()),
                contact: status.to.as_ref().and_then(Address::value),
                account_address: status.from.as_ref().and_then(Address::value),
                timestamp: status.timestamp.as_ref(),
                kind: EventKind::Status(&status.status),
                client_ref: status.client_ref.as_deref(),
                error: status
                    .error
                    .as_ref()
                    .and_then(|error| error.code.as_ref())
                    .and_then(NumberOrString::to_u64)
                    .and_then(|code| u32::try_from(code).ok())
                    .map(DeliveryErrorCode::new),
            },
            WebhookEvent::V0_1Inbound(inbound) => Self {
                message_uuid: Some(&inbound.message_uuid),
                channel: v0_1_channel(inbound.from.as_ref(), inbound.to.as_ref()),
                contact: inbound.from.as_ref().and_then(Address::value),
                account_address: inbound.to.as_ref().and_then(Address::value),
                timestamp: inbound.timestamp.as_ref(),
                kind: EventKind::v0_1(inbound.content()),
                ..Self::default()
            },
            WebhookEvent::V0_1Report(report) => Self {
                workflow_id: Some(report.uuid()),
                timestamp: report.timestamp.as_ref(),
                kind: EventKind::Report(&report.status),
                ..Self::default()
            },
            WebhookEvent::Unknown(value) => Self {
                // Fields of nearly all webhooks are read even so: they suffice to find the message.
                message_uuid: value.get("message_uuid").and_then(Value::as_str),
                channel: value
                    .get("channel")
                    .and_then(Value::as_str)
                    .map(v1::Channel::from),
                client_ref: value.get("client_ref").and_then(Value::as_str),
                ..Self::default()
            },
        }
    }
}

/// Channel of a v0.1 event: both addresses name it, and one of them may be missing.
fn v0_1_channel(contact: Option<&Address>, other: Option<&Address>) -> Option<v1::Channel> {
    let channel = |address: Option<&Address>| address?.channel.clone();
    channel(contact)
        .or_else(|| channel(other))
        .map(v1::Channel::from)
}

impl<'a> EventKind<'a> {
    fn v1(content: &'a Content) -> Self {
        let kind = named(content.type_name());
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
        let kind = named(content.type_name());
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

    /// Kind of the event in one word: `status`, `report`, `text`, the type of a file, `location`,
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

const fn named(kind: &str) -> &str {
    if kind.is_empty() { "untyped" } else { kind }
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
            // The type of a message may contain untrusted text, too.
            Self::Other(_) => f.write_str("other"),
            known => f.write_str(known.name()),
        }
    }
}
