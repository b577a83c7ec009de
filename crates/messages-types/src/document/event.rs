//! Webhooks of every kind and generation.

use serde_json::Value;

use super::{EventView, Kind};
use crate::error::DecodeError;
use crate::wire::{self, Context, Decode, Json, Mode, Wire};
use crate::{v0_1, v1};

/// Webhook of any kind and generation.
///
/// Every JSON value is an event: what this version cannot decode is stored in
/// [`WebhookEvent::Unknown`], as received. Encoding an event gives JSON equal to what was read.
///
/// An event with missing or odd fields is still of the kind that its shape shows, detected by [`Kind::detect`]. A status
/// requires `message_uuid` and `status`, an inbound message `message_uuid` and content, a report the workflow's ID
/// and `status`. All other fields are optional, and a value of an unexpected JSON type is in the object's `extra`.
///
/// ```
/// use messages_types::{EventKind, Status, WebhookEvent};
///
/// let event = WebhookEvent::from_slice(br#"{
///     "message_uuid": "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab", "channel": "sms",
///     "from": "447700900001", "to": "447700900000",
///     "timestamp": "2026-02-03T12:14:25Z", "status": "delivered"
/// }"#)?;
/// let view = event.view();
/// assert_eq!(view.contact, Some("447700900000"));
/// assert!(matches!(view.kind, EventKind::Status(Status::Delivered)));
/// # Ok::<(), messages_types::DecodeError>(())
/// ```
#[derive(Clone, PartialEq, Wire)]
#[wire(open, untagged)]
#[non_exhaustive]
pub enum WebhookEvent {
    /// Status of a message, in the format `v1`.
    V1Status(Box<v1::MessageStatus>),
    /// Message from a user, in the format `v1`.
    V1Inbound(Box<v1::Inbound>),
    /// Status of a message, in the format `v0.1`.
    V0_1Status(Box<v0_1::MessageStatus>),
    /// Message from a user, in the format `v0.1`.
    V0_1Inbound(Box<v0_1::Inbound>),
    /// Final report of a workflow.
    V0_1Report(Box<v0_1::WorkflowReport>),
    /// Any other JSON, as received.
    Unknown(Value),
}

impl WebhookEvent {
    /// Reads the body of a webhook. Values that the parser refuses are read as [`repair_json`](crate::repair_json) rewrites them.
    ///
    /// # Errors
    ///
    /// [`DecodeError::Json`] if the body is not JSON. Any JSON is an event.
    pub fn from_slice(body: &[u8]) -> Result<Self, DecodeError> {
        wire::from_slice(body, Mode::Open)
    }

    fn read(json: Json<'_>) -> Self {
        match Kind::of(&json) {
            Ok(Kind::V1Status) => typed(json, Self::V1Status),
            Ok(Kind::V1Inbound) => typed(json, Self::V1Inbound),
            Ok(Kind::V0_1Status) => typed(json, Self::V0_1Status),
            Ok(Kind::V0_1Inbound) => typed(json, Self::V0_1Inbound),
            Ok(Kind::V0_1Report) => typed(json, Self::V0_1Report),
            _ => Self::Unknown(json.into()),
        }
    }

    /// Writes the event as compact JSON.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        // Every map has string keys and the writer cannot fail, so this cannot fail.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Fields common to the events of both generations.
    #[must_use]
    pub fn view(&self) -> EventView<'_> {
        EventView::of(self)
    }
}

impl Decode for WebhookEvent {
    fn decode<'a>(value: Json<'a>, _: &mut Context) -> Result<Self, Json<'a>> {
        Ok(Self::read(value))
    }
}

impl From<Value> for WebhookEvent {
    /// Reads the JSON of a webhook.
    fn from(value: Value) -> Self {
        Self::read(value.into())
    }
}

fn typed<T: Decode>(json: Json<'_>, event: fn(Box<T>) -> WebhookEvent) -> WebhookEvent {
    match Box::<T>::decode(json, &mut Context::new(Mode::Open)) {
        Ok(model) => event(model),
        Err(unread) => WebhookEvent::Unknown(unread.into()),
    }
}
