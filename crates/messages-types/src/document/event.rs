//! Webhooks of every kind and generation.

use serde_json::Value;

use super::EventView;
use crate::error::DecodeError;
use crate::wire::{Context, Decode, Json, Mode, Object, Wire};
use crate::{v0_1, v1};

/// Webhook of any kind and generation.
///
/// Every JSON value is an event: what this version cannot decode is stored in
/// [`WebhookEvent::Unknown`], as received. Encoding an event gives JSON equal to what was read.
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
    /// Reads the body of a webhook.
    ///
    /// # Errors
    ///
    /// [`DecodeError::Json`] if the body is not JSON. Any JSON is an event.
    pub fn from_slice(body: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self::read(Json::from_slice(body)?))
    }

    fn read(json: Json<'_>) -> Self {
        match json.as_object().and_then(Shape::of) {
            Some(Shape::V1Status) => typed(json, Self::V1Status),
            Some(Shape::V1Inbound) => typed(json, Self::V1Inbound),
            Some(Shape::V0_1Status) => typed(json, Self::V0_1Status),
            Some(Shape::V0_1Inbound) => typed(json, Self::V0_1Inbound),
            Some(Shape::V0_1Report) => typed(json, Self::V0_1Report),
            None => Self::Unknown(json.into()),
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

/// Detects the kind of an object by the fields that no other kind of webhook has.
enum Shape {
    V1Status,
    V1Inbound,
    V0_1Status,
    V0_1Inbound,
    V0_1Report,
}

impl Shape {
    fn of(map: &Object<'_>) -> Option<Self> {
        let has = |key: &str| map.contains_key(key);
        let nested = |key: &str| {
            map.get(key)
                .is_some_and(|value| value.as_object().is_some())
        };
        if nested("from") || nested("to") {
            // Only the first generation writes addresses as objects.
            if has("message") {
                Some(Self::V0_1Inbound)
            } else {
                has("status").then_some(Self::V0_1Status)
            }
        } else if has("message_uuid") {
            if has("message_type") {
                Some(Self::V1Inbound)
            } else if has("status") {
                Some(Self::V1Status)
            } else {
                has("text").then_some(Self::V1Inbound)
            }
        } else {
            (has("dispatch_uuid") || has("workflow_uuid")).then_some(Self::V0_1Report)
        }
    }
}
