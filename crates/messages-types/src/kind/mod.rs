//! The kinds of documents, by name: for tools that are given JSON and not a type.

mod check;
mod detect;

pub use check::Checked;

use crate::wire::wire_choice;

wire_choice! {
    /// A kind of JSON document that the API takes or sends.
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
    /// assert_eq!(kind, Some(Kind::V1Message));
    /// let checked = Kind::V1Message.check(document.clone());
    /// assert!(checked.valid);
    /// assert_eq!(checked.unknown, ["/colour"]);
    /// assert_eq!(checked.value, document);
    /// ```
    closed enum Kind {
        /// A message, posted to `/v1/messages`.
        V1Message = "v1/message",
        /// A change of a message, patched to `/v1/messages/{message_uuid}`.
        V1Update = "v1/update",
        /// The answer to a message that was taken.
        V1Response = "v1/response",
        /// The answer to a request that was refused, of either generation.
        V1Error = "v1/error",
        /// What has become of a message.
        V1Status = "v1/status",
        /// A message from a person.
        V1Inbound = "v1/inbound",
        /// A message, posted to `/v0.1/messages` or, in 2018, to `/beta/messages`.
        V0_1Message = "v0.1/message",
        /// The answer to a message or workflow that was taken.
        V0_1Response = "v0.1/response",
        /// What has become of a message.
        V0_1Status = "v0.1/status",
        /// A message from a person.
        V0_1Inbound = "v0.1/inbound",
        /// A workflow, posted to `/v0.1/dispatch` or, in 2018, to `/beta/workflows`.
        V0_1Workflow = "v0.1/workflow",
        /// How a workflow ended.
        V0_1Report = "v0.1/report",
    }
}
