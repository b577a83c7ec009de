//! The final report of a workflow.

use super::{Channel, WorkflowUuid};
use crate::value::Timestamp;
use crate::wire::{document, wire_choice, wire_object};
use crate::{Extra, Status, Usage};

wire_choice! {
    /// How a workflow ended.
    open enum WorkflowStatus {
        /// A condition was met in time, or the last message was delivered.
        Completed = "completed",
        /// The last message failed.
        Error = "error",
    }
}

wire_object! {
    /// How a workflow ended, and by which messages: the last webhook of a workflow.
    inbound struct WorkflowReport {
        required {
            /// The kind of workflow: `failover`.
            template: String = "template",
            /// How it ended.
            status: WorkflowStatus = "status",
            /// When it ended.
            timestamp: Timestamp = "timestamp",
        }
        flatten {
            /// The id that the answer to the workflow named.
            id: WorkflowUuid,
        }
        optional {
            /// What all its messages cost together.
            usage: Usage = "usage",
            /// Its messages.
            links: ReportLinks = "_links",
        }
    }
}

document!(WorkflowReport, Open);

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

wire_object! {
    /// What a final report refers to.
    #[derive(Default)]
    inbound struct ReportLinks {
        optional {
            /// The messages that were sent, in order.
            messages: Vec<ReportedMessage> = "messages",
        }
    }
}

impl FromIterator<ReportedMessage> for ReportLinks {
    fn from_iter<I: IntoIterator<Item = ReportedMessage>>(messages: I) -> Self {
        Self {
            messages: Some(messages.into_iter().collect()),
            extra: Extra::default(),
        }
    }
}

wire_object! {
    /// A message of a workflow that has ended.
    inbound struct ReportedMessage {
        required {
            /// The id by which its statuses named it.
            message_uuid: String = "message_uuid",
        }
        optional {
            /// A path that names the message; nothing can be fetched there.
            href: String = "href",
            /// The channel; see [`Channel::corrected`] for a spelling mistake of the API.
            channel: Channel = "channel",
            /// What it cost.
            usage: Usage = "usage",
            /// How far it came.
            status: Status = "status",
        }
    }
}
