//! The answer to a message that was taken.

use crate::wire::{document, wire_object};

wire_object! {
    /// The body of a 202: the message was taken. What becomes of it is told by webhooks.
    inbound struct Accepted {
        required {
            /// The id under which webhooks speak of the message.
            message_uuid: String = "message_uuid",
        }
        optional {
            /// The id of the message together with its alternatives, if it has any.
            workflow_id: String = "workflow_id",
        }
    }
}

document!(Accepted, Open);
