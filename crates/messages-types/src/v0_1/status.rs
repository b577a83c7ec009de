//! The message-status webhook.

use super::{Address, WorkflowUuid};
use crate::value::{Scalar, Timestamp};
use crate::wire::{document, wire_object};
use crate::{Status, Usage};

wire_object! {
    /// What has become of a message: the body of a status webhook, also for the messages of a
    /// workflow.
    ///
    /// Statuses are delivered at least once and in no guaranteed order; see [`Status::merge`].
    inbound struct MessageStatus {
        required {
            /// The id that the answer to the message named.
            message_uuid: String = "message_uuid",
            /// The sender.
            from: Address = "from",
            /// The recipient.
            to: Address = "to",
            /// When the status was reached.
            timestamp: Timestamp = "timestamp",
            /// The status.
            status: Status = "status",
        }
        optional {
            /// Why, when the message was rejected or could not be delivered.
            error: StatusError = "error",
            /// What the message cost.
            usage: Usage = "usage",
            /// The sender's own reference.
            client_ref: String = "client_ref",
            /// The workflow that the message belongs to, if it does.
            links: StatusLinks = "_links",
        }
    }
}

document!(MessageStatus, Open);

impl MessageStatus {
    /// The workflow that the message belongs to, if it does.
    #[must_use]
    pub fn workflow(&self) -> Option<&WorkflowUuid> {
        Some(&self.links.as_ref()?.workflow.as_ref()?.id)
    }
}

wire_object! {
    /// Why a message failed.
    #[derive(Default)]
    inbound struct StatusError {
        optional {
            /// The code; v1 has the same ones in `error.title`.
            code: Scalar = "code",
            /// The code's meaning.
            reason: String = "reason",
        }
    }
}

wire_object! {
    /// What a status refers to.
    #[derive(Default)]
    inbound struct StatusLinks {
        optional {
            /// The workflow.
            workflow: WorkflowLink = "workflow",
        }
    }
}

wire_object! {
    /// The workflow that a message belongs to.
    inbound struct WorkflowLink {
        flatten {
            /// The id that the answer to the workflow named.
            id: WorkflowUuid,
        }
        optional {
            /// A path that names the workflow; nothing can be fetched there.
            href: String = "href",
        }
    }
}

impl WorkflowLink {
    /// The link to the workflow `id`, as the API writes it.
    #[must_use]
    pub fn new(id: WorkflowUuid) -> Self {
        Self {
            href: Some(format!("/workflows/{}", id.as_str())),
            id,
            extra: crate::Extra::default(),
        }
    }
}
