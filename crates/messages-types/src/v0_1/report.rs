//! The final report of a workflow.

use super::{Channel, WorkflowUuid};
use crate::value::Timestamp;
use crate::wire::Wire;
use crate::{Extra, Status, Usage};

/// How a workflow ended.
#[derive(Clone, PartialEq, Eq, Hash, Wire)]
#[wire(open)]
#[non_exhaustive]
pub enum WorkflowStatus {
    /// A condition was met in time, or the last message was delivered.
    Completed,
    /// The last message failed.
    Error,
    /// An unknown value, as it came.
    Unknown(String),
}

/// How a workflow ended, and by which messages: the last webhook of a workflow.
#[derive(Clone, PartialEq, Wire)]
#[wire(open, new, document)]
#[non_exhaustive]
pub struct WorkflowReport {
    /// The kind of workflow: `failover`.
    pub template: String,
    /// How it ended.
    pub status: WorkflowStatus,
    /// When it ended.
    pub timestamp: Timestamp,
    /// The id that the answer to the workflow named.
    #[wire(flatten)]
    pub id: WorkflowUuid,
    /// What all its messages cost together.
    pub usage: Option<Usage>,
    /// Its messages.
    #[wire(rename = "_links")]
    pub links: Option<ReportLinks>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

impl WorkflowReport {
    /// The workflow's id, whatever its name on the wire.
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

/// What a final report refers to.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct ReportLinks {
    /// The messages that were sent, in order.
    pub messages: Option<Vec<ReportedMessage>>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
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
    /// The id by which its statuses named it.
    pub message_uuid: String,
    /// A path that names the message; nothing can be fetched there.
    pub href: Option<String>,
    /// The channel; see [`Channel::corrected`] for a spelling mistake of the API.
    pub channel: Option<Channel>,
    /// What it cost.
    pub usage: Option<Usage>,
    /// How far it came.
    pub status: Option<Status>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}
