//! Outcomes of calls, and the results of those that were accepted.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

/// The ways in which a send can end, from the caller's point of view.
///
/// [`Client::send`](crate::Client::send) gives `Ok` for the first and an [`Error`](crate::Error) that
/// knows its outcome for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The API took the message and said under which id.
    Accepted,
    /// The API took the message, but its answer could not be read. Never send it again.
    AcceptedIdUnknown,
    /// The API refused the message.
    Rejected,
    /// The message never left this machine.
    NotSent,
    /// Nobody on this side can tell whether the API took the message.
    InDoubt,
    /// The message breaks a rule and was refused here; it never left this machine.
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

/// What is known about a call however it ended.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct CallReport {
    /// How often the request went to the transport; 0 when it was refused before.
    pub attempts: u32,
    /// The client reference that the message carried.
    pub client_ref: Option<String>,
    /// How long the call took, waits included.
    pub elapsed: Duration,
}

impl fmt::Debug for CallReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A client reference is the caller's own text and may name a person.
        f.debug_struct("CallReport")
            .field("attempts", &self.attempts)
            .field("elapsed", &self.elapsed)
            .finish_non_exhaustive()
    }
}

/// The API took the message.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Accepted {
    /// The message's id; every status repeats it.
    pub message_uuid: String,
    /// The id of the failover run, when the message had alternatives.
    pub workflow_id: Option<String>,
    /// The status of the answer: 202, or another 2xx.
    pub status: StatusCode,
    /// The API's own id of the request, to be quoted to its support.
    pub request_id: Option<String>,
    /// What is known about the call.
    pub report: CallReport,
}

/// The API took the workflow.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WorkflowAccepted {
    /// The workflow's id (`dispatch_uuid`, in 2018 `workflow_uuid`).
    pub uuid: String,
    /// The status of the answer: 202, or another 2xx.
    pub status: StatusCode,
    /// The API's own id of the request, to be quoted to its support.
    pub request_id: Option<String>,
    /// What is known about the call.
    pub report: CallReport,
}

/// The API did as it was told, and had nothing more to say: a `PATCH`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Updated {
    /// The status of the answer.
    pub status: StatusCode,
    /// The API's own id of the request, to be quoted to its support.
    pub request_id: Option<String>,
    /// What is known about the call.
    pub report: CallReport,
}

/// The answer to a raw request.
#[derive(Clone)]
#[non_exhaustive]
pub struct RawAccepted {
    /// The status of the answer, a 2xx.
    pub status: StatusCode,
    /// The answer's body, as it came.
    pub body: bytes::Bytes,
    /// The API's own id of the request, to be quoted to its support.
    pub request_id: Option<String>,
    /// What is known about the call.
    pub report: CallReport,
}

impl fmt::Debug for RawAccepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawAccepted")
            .field("status", &self.status)
            .field("body", &format_args!("[{} bytes]", self.body.len()))
            .field("report", &self.report)
            .finish_non_exhaustive()
    }
}
