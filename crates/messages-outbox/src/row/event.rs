//! Events that change a row.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use messages_sdk::types::{Status, Usage};
use serde::{Deserialize, Serialize};

use super::State;
use crate::id::Reference;

/// Event of a row. Events of a holder carry the epoch of their claim, which guards against writes of earlier holders.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// Leases a due row to a worker.
    Claim {
        /// Length of the lease.
        lease: Duration,
    },
    /// Records that the holder is about to post. Must be durable before the POST.
    Begin {
        /// Epoch of the claim.
        epoch: u64,
        /// Longest duration of the POST, margin included: afterwards its outcome is unknown.
        lease: Duration,
    },
    /// Returns a claimed row to the queue.
    Release {
        /// Epoch of the claim.
        epoch: u64,
        /// Time from which it may be claimed again.
        due_at: Timestamp,
    },
    /// Outcome of the POST.
    Settle {
        /// Epoch of the claim.
        epoch: u64,
        /// Outcome.
        outcome: Outcome,
    },
    /// Status of a message with this row's reference or ID.
    Status(StatusFact),
    /// The lease is over, by the store's clock.
    LeaseOver,
    /// `send_before` has passed.
    Expire,
    /// The row's window is closed.
    Defer {
        /// Time at which it opens.
        opens_at: Timestamp,
    },
    /// The recipient must not be sent to.
    Suppress(Reason),
    /// Cancels a row that was not posted.
    Cancel,
    /// Pauses or resumes the row.
    Hold(bool),
    /// Decision of an operator about a row in doubt.
    Resolve(Resolution),
    /// The outcome has been unknown for too long.
    GiveUp,
    /// Erases key and recipient; the store erases the payload.
    Purge,
    /// Erases the recipient on request; cancels the row first if it was not posted.
    Forget,
}

/// Outcome of a POST, as the SDK reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Accepted. Both IDs are `None` if the response could not be read.
    Accepted {
        /// ID of the message.
        message_uuid: Option<String>,
        /// ID of the workflow or failover run.
        workflow_id: Option<String>,
    },
    /// Refused by the API, or invalid: not to be retried.
    Rejected(Reason),
    /// No byte left this machine: queued again.
    NotSent {
        /// Reason.
        reason: Reason,
        /// Delay of the next attempt.
        delay: Duration,
    },
    /// Refused for now (429, 401, 402): queued again, and the account pauses.
    Refused {
        /// Reason.
        reason: Reason,
        /// Pause of the account, and delay of the next attempt.
        delay: Duration,
    },
    /// Unknown.
    InDoubt(Reason),
}

/// Reason of a state or delay, without personal data.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Stable name in snake case, such as `rejected`, `not_sent`, `opted_out`.
    pub code: String,
    /// HTTP status of the response, if one came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// Title of the API's problem. It is the API's text, so `Debug` does not show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

impl Reason {
    /// A reason with this name alone.
    #[must_use]
    pub fn new(code: &str) -> Self {
        Self {
            code: code.to_owned(),
            http_status: None,
            title: None,
        }
    }
}

impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reason")
            .field("code", &self.code)
            .field("http_status", &self.http_status)
            .finish_non_exhaustive()
    }
}

/// Status of a message, from a webhook.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct StatusFact {
    /// Our reference, if the webhook carries one.
    #[serde(default, with = "reference_text")]
    pub reference: Option<Reference>,
    /// ID of the message.
    pub message_uuid: String,
    /// ID of the workflow or failover run.
    pub workflow_id: Option<String>,
    /// Status.
    pub status: Status,
    /// Code of the failure, if it is one.
    pub code: Option<u32>,
    /// Cost of the message, if the status names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
}

impl fmt::Debug for StatusFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatusFact")
            .field("reference", &self.reference)
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

/// Decision of an operator about a row of unknown outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// It was accepted.
    Sent,
    /// It is given up.
    Abandon,
    /// It is sent again, under a new reference. The recipient may get it twice.
    Resend,
}

/// Refusal of an event: the row stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// The row has another holder now, or none.
    #[error("the row has another holder")]
    Stale,
    /// The state does not allow the event.
    #[error("a row in state {0} does not allow this")]
    State(State),
    /// The event adds nothing: a repetition.
    #[error("nothing to change")]
    Unchanged,
    /// The lease is over.
    #[error("the lease is over")]
    LeaseOver,
    /// The row is not due, its lease not over, or it is held.
    #[error("too early")]
    TooEarly,
    /// The row was resent 9 times, or its payload is purged.
    #[error("the row cannot be resent")]
    NoResend,
}

mod reference_text {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::id::Reference;

    pub(super) fn serialize<S: Serializer>(
        reference: &Option<Reference>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        reference
            .map(|reference| reference.to_string())
            .serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Reference>, D::Error> {
        let text: Option<String> = Option::deserialize(deserializer)?;
        text.map(|text| text.parse())
            .transpose()
            .map_err(serde::de::Error::custom)
    }
}
