//! The answer to a message that was taken.

use crate::Extra;
use crate::wire::Wire;

/// The body of a 202: the message was taken. What becomes of it is told by webhooks.
#[derive(Clone, PartialEq, Wire)]
#[wire(open, new, document)]
#[non_exhaustive]
pub struct Accepted {
    /// The id under which webhooks speak of the message.
    pub message_uuid: String,
    /// The id of the message together with its alternatives, if it has any.
    pub workflow_id: Option<String>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}
