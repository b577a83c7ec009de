//! Final report of a workflow.

use super::{Channel, WorkflowUuid};
use crate::value::Timestamp;
use crate::wire::Wire;
use crate::{Extra, Status, Usage};

/// Final status of a workflow.
#[derive(Clone, PartialEq, Eq, Hash, Wire)]
#[wire(open)]
#[non_exhaustive]
pub enum WorkflowStatus {
    /// A condition was met in time, or the last message was delivered.
    Completed,
    /// The last message failed.
    Error,
    /// Unknown value, as received.
    Unknown(String),
}

/// Final status of a workflow and its messages: the last webhook of a workflow.
#[derive(Clone, PartialEq, Wire)]
#[wire(open, new, document)]
#[non_exhaustive]
pub struct WorkflowReport {
    /// Kind of workflow: `failover`.
    pub template: Option<String>,
    /// Final status of the workflow.
    pub status: WorkflowStatus,
    /// Time the workflow ended.
    pub timestamp: Option<Timestamp>,
    /// Workflow ID from the API's response.
    #[wire(flatten)]
    pub id: WorkflowUuid,
    /// Total cost of its messages.
    pub usage: Option<Usage>,
    /// Messages of the workflow.
    #[wire(rename = "_links")]
    pub links: Option<ReportLinks>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

impl WorkflowReport {
    /// The workflow's ID, under either name.
    #[must_use]
    pub fn uuid(&self) -> &str {
        self.id.as_str()
    }

    /// The messages that were sent, in order.
    #[must_use]
    pub fn messages(&self) -> &[ReportedMessage] {
        let links = self.links.as_ref();
        links
            .and_then(|links| links.messages.as_deref())
            .unwrap_or_default()
    }
}

/// References of a final report.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct ReportLinks {
    /// The messages that were sent, in order.
    pub messages: Option<Vec<ReportedMessage>>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

impl FromIterator<ReportedMessage> for ReportLinks {
    fn from_iter<I: IntoIterator<Item = ReportedMessage>>(messages: I) -> Self {
        Self {
            messages: Some(messages.into_iter().collect()),
            extra: Extra::default(),
        }
    }
}

/// A message of a workflow that has ended.
#[derive(Clone, PartialEq, Wire)]
#[wire(open, new)]
#[non_exhaustive]
pub struct ReportedMessage {
    /// Message ID, as used in its statuses.
    pub message_uuid: String,
    /// Path that names the message; it is not a resource.
    pub href: Option<String>,
    /// Channel; see [`Channel::corrected`] for a spelling mistake of the API.
    pub channel: Option<Channel>,
    /// Cost of the message.
    pub usage: Option<Usage>,
    /// Status of the message.
    pub status: Option<Status>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}
