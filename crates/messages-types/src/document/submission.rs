//! Documents to be sent, of either generation.

use crate::wire::{Context, Decode, Json, Wire};
use crate::{v0_1, v1};

/// A document to be sent: a message of either generation, or a workflow.
///
/// Its type is detected by its shape alone: a workflow has a list of messages or names its template,
/// and only the first generation writes addresses as objects. Anything else is read as a message of
/// `v1`.
///
/// ```
/// use messages_types::{Document, Submission};
///
/// let submission = Submission::from_slice(br#"{
///     "channel": "sms", "message_type": "text",
///     "from": "447700900001", "to": "447700900000", "text": "Hello"
/// }"#)?;
/// assert!(matches!(submission, Submission::V1(_)));
/// # Ok::<(), messages_types::DecodeError>(())
/// ```
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, document, untagged)]
#[non_exhaustive]
pub enum Submission {
    /// For `/v1/messages`.
    V1(v1::Message),
    /// For `/v0.1/messages` or, in 2018, `/beta/messages`.
    V0_1(v0_1::Message),
    /// For `/v0.1/dispatch` or, in 2018, `/beta/workflows`.
    Workflow(v0_1::Workflow),
}

impl Decode for Submission {
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        if is_workflow(&value) {
            v0_1::Workflow::decode(value, cx).map(Self::Workflow)
        } else if is_v0_1(&value) {
            v0_1::Message::decode(value, cx).map(Self::V0_1)
        } else {
            v1::Message::decode(value, cx).map(Self::V1)
        }
    }
}

/// A v1 message may have a template too: it is an object, and the message names its channel.
fn is_workflow(value: &Json<'_>) -> bool {
    let named = matches!(value.get("template"), Some(Json::String(_)));
    match value.get("workflow") {
        Some(Json::Array(_)) => true,
        steps => (steps.is_some() || named) && value.get("channel").is_none(),
    }
}

fn is_v0_1(value: &Json<'_>) -> bool {
    ["from", "to", "message"]
        .iter()
        .any(|key| matches!(value.get(key), Some(Json::Object(_))))
}
