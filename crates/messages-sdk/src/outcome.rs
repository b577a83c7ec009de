//! Outcomes of calls, and the results of those that were accepted.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

/// Outcome of a call, from the caller's point of view.
///
/// [`Client::send`](crate::Client::send) returns `Ok` for the first, and an [`Error`](crate::Error) with
/// its outcome for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The API accepted the message and returned its ID.
    Accepted,
    /// The API accepted the message, but its response could not be read. It must not be resent.
    AcceptedIdUnknown,
    /// The API refused the message.
    Rejected,
    /// The message was not sent.
    NotSent,
    /// The API may have accepted the message.
    InDoubt,
    /// The message breaks a rule and was refused before it was sent.
    Invalid,
}

impl Outcome {
    /// The outcome's stable name, in snake case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::AcceptedIdUnknown => "accepted_id_unknown",
            Self::Rejected => "rejected",
            Self::NotSent => "not_sent",
            Self::InDoubt => "in_doubt",
            Self::Invalid => "invalid",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Report of a call, however it ended.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct CallReport {
    /// Number of requests given to the transport; 0 if the call was refused before.
    pub attempts: u32,
    /// Client reference of the message.
    pub client_ref: Option<String>,
    /// Duration of the call, waits included.
    pub elapsed: Duration,
    /// Status code of the last response, if one came.
    pub status: Option<StatusCode>,
    /// The API's own ID of the request, to quote to its support.
    pub request_id: Option<String>,
}

impl fmt::Debug for CallReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A client reference is the caller's own text and may name a person.
        f.debug_struct("CallReport")
            .field("attempts", &self.attempts)
            .field("elapsed", &self.elapsed)
            .field("status", &self.status.map(|status| status.as_u16()))
            .finish_non_exhaustive()
    }
}

/// Acceptance of a [`Submission`](crate::types::Submission).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Submitted {
    /// Acceptance of a message.
    Message(Accepted),
    /// Acceptance of a workflow.
    Workflow(WorkflowAccepted),
}

impl Submitted {
    /// ID of the message, or of the workflow.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Message(accepted) => &accepted.message_uuid,
            Self::Workflow(accepted) => &accepted.uuid,
        }
    }

    /// ID of the message; `None` for a workflow, whose messages have IDs of their own.
    #[must_use]
    pub fn message_uuid(&self) -> Option<&str> {
        match self {
            Self::Message(accepted) => Some(&accepted.message_uuid),
            Self::Workflow(_) => None,
        }
    }

    /// ID of the workflow, or of the failover run of a message with failover messages.
    #[must_use]
    pub fn workflow_id(&self) -> Option<&str> {
        match self {
            Self::Message(accepted) => accepted.workflow_id.as_deref(),
            Self::Workflow(accepted) => Some(&accepted.uuid),
        }
    }

    /// Report of the call.
    #[must_use]
    pub const fn report(&self) -> &CallReport {
        match self {
            Self::Message(accepted) => &accepted.report,
            Self::Workflow(accepted) => &accepted.report,
        }
    }
}

/// Acceptance of a message.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Accepted {
    /// Message ID, repeated in every status.
    pub message_uuid: String,
    /// ID of the failover run, if the message had failover messages.
    pub workflow_id: Option<String>,
    /// Report of the call.
    pub report: CallReport,
}

/// Acceptance of a workflow.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WorkflowAccepted {
    /// Workflow ID (`dispatch_uuid`, in 2018 `workflow_uuid`).
    pub uuid: String,
    /// Report of the call.
    pub report: CallReport,
}

/// Acceptance of an update (`PATCH`), whose response has no content.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Updated {
    /// Report of the call.
    pub report: CallReport,
}

/// Success response to a raw request.
#[derive(Clone)]
#[non_exhaustive]
pub struct RawAccepted {
    /// Body of the response, as received.
    pub body: bytes::Bytes,
    /// Report of the call.
    pub report: CallReport,
}

impl fmt::Debug for RawAccepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawAccepted")
            .field("body", &format_args!("[{} bytes]", self.body.len()))
            .field("report", &self.report)
            .finish_non_exhaustive()
    }
}
