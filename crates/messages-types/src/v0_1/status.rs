//! The message-status webhook.

use super::{Address, WorkflowUuid};
use crate::Extra;
use crate::value::{NumberOrString, Timestamp};
use crate::wire::Wire;
use crate::{Status, Usage};

/// What has become of a message: the body of a status webhook, also for the messages of a
/// workflow.
///
/// Statuses are delivered at least once and in no guaranteed order; see [`Status::merge`].
#[derive(Clone, PartialEq, Wire)]
#[wire(open, new, document)]
#[non_exhaustive]
pub struct MessageStatus {
    /// The id that the answer to the message named.
    pub message_uuid: String,
    /// The sender.
    pub from: Address,
    /// The recipient.
    pub to: Address,
    /// When the status was reached.
    pub timestamp: Timestamp,
    /// The status.
    pub status: Status,
    /// Why, when the message was rejected or could not be delivered.
    pub error: Option<StatusError>,
    /// What the message cost.
    pub usage: Option<Usage>,
    /// The sender's own reference.
    pub client_ref: Option<String>,
    /// The workflow that the message belongs to, if it does.
    #[wire(rename = "_links")]
    pub links: Option<StatusLinks>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

impl MessageStatus {
    /// The workflow that the message belongs to, if it does.
    #[must_use]
    pub fn workflow(&self) -> Option<&WorkflowUuid> {
        Some(&self.links.as_ref()?.workflow.as_ref()?.id)
    }
}

/// Why a message failed.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct StatusError {
    /// The code; v1 has the same ones in `error.title`.
    pub code: Option<NumberOrString>,
    /// The code's meaning.
    pub reason: Option<String>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

/// What a status refers to.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct StatusLinks {
    /// The workflow.
    pub workflow: Option<WorkflowLink>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

/// The workflow that a message belongs to.
#[derive(Clone, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct WorkflowLink {
    /// The id that the answer to the workflow named.
    #[wire(flatten)]
    pub id: WorkflowUuid,
    /// A path that names the workflow; nothing can be fetched there.
    pub href: Option<String>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

impl WorkflowLink {
    /// The link to the workflow `id`, as the API writes it.
    #[must_use]
    pub fn new(id: WorkflowUuid) -> Self {
        Self {
            href: Some(format!("/workflows/{}", id.as_str())),
            id,
            extra: Extra::default(),
        }
    }
}
