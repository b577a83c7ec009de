//! The message-status webhook.

use super::{Address, WorkflowUuid};
use crate::value::{NumberOrString, Timestamp};
use crate::wire::Wire;
use crate::{Extra, Status, Usage};

/// Status of a message: the body of a status webhook, also for the messages of a
/// workflow.
///
/// Statuses are delivered at least once and in no guaranteed order; see [`Status::merge`].
#[derive(Clone, PartialEq, Wire)]
#[wire(open, new, document)]
#[non_exhaustive]
pub struct MessageStatus {
    /// Message ID from the API's response.
    pub message_uuid: String,
    /// Sender.
    pub from: Option<Address>,
    /// Recipient.
    pub to: Option<Address>,
    /// Time the status was reached.
    pub timestamp: Option<Timestamp>,
    /// Status of the message.
    pub status: Status,
    /// Error, if the message was rejected or could not be delivered.
    pub error: Option<StatusError>,
    /// Cost of the message.
    pub usage: Option<Usage>,
    /// The sender's own reference.
    pub client_ref: Option<String>,
    /// Workflow the message belongs to, if any.
    #[wire(rename = "_links")]
    pub links: Option<StatusLinks>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

impl MessageStatus {
    /// The workflow the message belongs to, if any.
    #[must_use]
    pub fn workflow(&self) -> Option<&WorkflowUuid> {
        Some(&self.links.as_ref()?.workflow.as_ref()?.id)
    }
}

/// Reason a message failed.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct StatusError {
    /// Code; v1 has the same codes in `error.title`.
    pub code: Option<NumberOrString>,
    /// Meaning of the code.
    pub reason: Option<String>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

/// References of a status.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct StatusLinks {
    /// Workflow.
    pub workflow: Option<WorkflowLink>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

/// Workflow of a message.
#[derive(Clone, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct WorkflowLink {
    /// Workflow ID from the API's response.
    #[wire(flatten)]
    pub id: WorkflowUuid,
    /// Path that names the workflow; it is not a resource.
    pub href: Option<String>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

impl WorkflowLink {
    /// Link to the workflow `id`, as the API writes it.
    #[must_use]
    pub fn new(id: WorkflowUuid) -> Self {
        Self {
            href: Some(format!("/workflows/{}", id.as_str())),
            id,
            extra: Extra::default(),
        }
    }
}
