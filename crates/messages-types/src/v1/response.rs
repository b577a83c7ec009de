//! Response to an accepted message.

use crate::Extra;
use crate::wire::Wire;

/// Body of a 202 response: the message was accepted. Webhooks report its further status.
#[derive(Clone, PartialEq, Wire)]
#[wire(open, new, document)]
#[non_exhaustive]
pub struct Accepted {
    /// Message ID, as used in webhooks.
    pub message_uuid: String,
    /// Workflow ID: covers the message and its failover messages, if it has any.
    pub workflow_id: Option<String>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}
