//! Kinds of documents, by name: for tools that are given JSON and not a type.

use crate::wire::Wire;

/// Kind of a JSON document: one that the API accepts or sends, or a journey.
///
/// ```
/// use messages_types::Kind;
/// use serde_json::json;
///
/// let document = json!({
///     "channel": "sms", "message_type": "text",
///     "from": "447700900001", "to": "447700900000", "text": "Hello", "colour": "red"
/// });
/// let kind = Kind::detect(&document);
/// assert_eq!(kind, Ok(Kind::V1Message));
/// let checked = Kind::V1Message.check(document.clone());
/// assert!(checked.valid);
/// assert_eq!(checked.unknown, ["/colour"]);
/// assert_eq!(checked.value, document);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub enum Kind {
    /// A message, posted to `/v1/messages`.
    #[wire(rename = "v1/message")]
    V1Message,
    /// Update of a message, patched to `/v1/messages/{message_uuid}`.
    #[wire(rename = "v1/update")]
    V1Update,
    /// Response to an accepted message.
    #[wire(rename = "v1/response")]
    V1Response,
    /// Response to a refused request, of either generation.
    #[wire(rename = "v1/error")]
    V1Error,
    /// Status of a message.
    #[wire(rename = "v1/status")]
    V1Status,
    /// Message from a user.
    #[wire(rename = "v1/inbound")]
    V1Inbound,
    /// A message, posted to `/v0.1/messages` or, in 2018, to `/beta/messages`.
    #[wire(rename = "v0.1/message")]
    V0_1Message,
    /// Response to an accepted message or workflow.
    #[wire(rename = "v0.1/response")]
    V0_1Response,
    /// Status of a message.
    #[wire(rename = "v0.1/status")]
    V0_1Status,
    /// Message from a user.
    #[wire(rename = "v0.1/inbound")]
    V0_1Inbound,
    /// A workflow, posted to `/v0.1/dispatch` or, in 2018, to `/beta/workflows`.
    #[wire(rename = "v0.1/workflow")]
    V0_1Workflow,
    /// Final report of a workflow.
    #[wire(rename = "v0.1/report")]
    V0_1Report,
    /// A journey, executed by the outbox and not posted as it is.
    #[wire(rename = "journey/1")]
    Journey,
}

impl Kind {
    /// Returns `true` for documents sent to the API and journeys, which must break no rule; all others are sent by the
    /// API.
    #[must_use]
    pub const fn is_outbound(self) -> bool {
        matches!(
            self,
            Self::V1Message
                | Self::V1Update
                | Self::V0_1Message
                | Self::V0_1Workflow
                | Self::Journey
        )
    }
}
