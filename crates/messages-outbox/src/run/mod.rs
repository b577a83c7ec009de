//! Runs: documents of several steps, executed over the rows of a ledger, and the transitions between their states.

mod definition;
mod event;
mod id;
mod intent;
pub(crate) mod micros;
mod plan;
mod report;
mod sight;
mod transition;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use messages_sdk::types::{Status, Usage};
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::id::InvalidId;
use crate::row::{Priority, State};

pub use definition::{Definition, DefinitionError};
pub use event::{RowView, RunEffect, RunEvent, RunRefused, Task, TaskEnd};
pub use id::RunId;
pub use intent::RunIntent;
pub use plan::{
    BeforeNext, Doubt, Otherwise, Plan, PlanMessage, PlanStep, Reached, SendStep, Stop, Until,
    WaitStep,
};
pub use sight::Sight;
#[cfg(feature = "testing")]
pub(crate) use transition::begin;
pub use transition::{RunChange, transition};

/// Run of a document: its state, and what is known about its messages.
///
/// All times are the store's, to the microsecond. `Debug` shows neither numbers nor texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// ID of the run.
    pub id: RunId,
    /// Fields that do not change while it runs.
    pub details: Arc<RunDetails>,
    /// Number of changes: each change is written only over the version it was made from.
    pub version: u64,
    /// State.
    pub state: RunState,
    /// Time at which the run entered its state.
    pub since: Timestamp,
    /// Time from which [`OutboxStore::advance`](crate::OutboxStore::advance) has work with it.
    pub wake_at: Option<Timestamp>,
    /// Place in the plan, and what is known about the messages.
    pub progress: Progress,
    /// Key and document were erased.
    pub purged: bool,
}

/// State of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RunState {
    /// Not ended.
    Running,
    /// A message reached its status in time; or the last one, which waits for none, was accepted.
    Completed,
    /// All steps are over, and the last message did not reach its status in time.
    Exhausted,
    /// A message failed, and no step follows it.
    Failed,
    /// Stopped by a reply, a signal or a status.
    Stopped,
    /// Cancelled by an operator or by the application.
    Cancelled,
    /// A message whose outcome is unknown was abandoned.
    InDoubt,
}

impl RunState {
    /// All states.
    pub const ALL: [Self; 7] = [
        Self::Running,
        Self::Completed,
        Self::Exhausted,
        Self::Failed,
        Self::Stopped,
        Self::Cancelled,
        Self::InDoubt,
    ];

    /// The state's stable name, in snake case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Exhausted => "exhausted",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
            Self::Cancelled => "cancelled",
            Self::InDoubt => "in_doubt",
        }
    }
}

impl fmt::Display for RunState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for RunState {
    type Err = InvalidId;

    fn from_str(name: &str) -> Result<Self, InvalidId> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == name)
            .ok_or(InvalidId)
    }
}

/// Properties of a run that are fixed at its enqueueing. Purging erases the key.
/// Stores write it as JSON.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunDetails {
    /// Namespace of the key.
    pub namespace: String,
    /// Key of the application, until it is purged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Digest of namespace and key: unique in the store.
    pub key_digest: Digest,
    /// Digest of the document, by which it is stored.
    pub digest: Digest,
    /// Name of the account it is sent with; not a credential.
    pub account: String,
    /// Precedence of its rows over other due rows of their lanes.
    pub priority: Priority,
    /// Campaign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// Labels of the application.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Time after which none of its messages must be sent.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "micros::option"
    )]
    pub send_before: Option<Timestamp>,
    /// URL that the final report is posted to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_url: Option<String>,
    /// Time of the enqueueing.
    #[serde(with = "micros")]
    pub enqueued_at: Timestamp,
}

impl fmt::Debug for RunDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunDetails")
            .field("priority", &self.priority)
            .field("send_before", &self.send_before)
            .field("enqueued_at", &self.enqueued_at)
            .finish_non_exhaustive()
    }
}

/// Place of a run in its plan, and what is known about its messages. Stores write it as JSON.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Index of the current step.
    pub step: usize,
    /// Phase of the current step.
    pub phase: Phase,
    /// Messages whose rows were added, in that order.
    pub messages: Vec<RunMessage>,
    /// Number of messages that were read after the run had moved on from them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub late_reads: u32,
    /// Number of messages that were delivered after the run had moved on from them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub late_deliveries: u32,
    /// Entries of its history, the oldest first.
    pub history: Vec<RunEntry>,
    /// JSON of the final report, of a document that has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    /// Number of times the present task was given to a worker and not done.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub attempts: u32,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Progress {
    /// The message that the current step waits for: the last one added.
    #[must_use]
    pub fn current(&self) -> Option<&RunMessage> {
        self.messages.last()
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress")
            .field("step", &self.step)
            .field("phase", &self.phase)
            .field("messages", &self.messages)
            .field("late_reads", &self.late_reads)
            .field("late_deliveries", &self.late_deliveries)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

/// Phase of the current step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Phase {
    /// Waits until the message is accepted.
    Sending,
    /// Waits until the message reaches its status.
    Waiting(Deadline),
    /// The outcome of the message is unknown: waits until it is settled. `None`: however long that takes.
    Doubtful(Option<Deadline>),
    /// The deadline has passed: waits until a worker has revoked the message.
    Revoking(Deadline),
    /// The deadline has passed: waits for webhooks in flight until this time.
    Leaving {
        /// The deadline that has passed.
        deadline: Deadline,
        /// End of the grace.
        #[serde(with = "micros")]
        until: Timestamp,
    },
    /// Waits for this time.
    Pausing {
        /// End of the wait.
        #[serde(with = "micros")]
        until: Timestamp,
    },
    /// Ended. A final report may still have to be posted.
    Over,
}

/// Deadline that counts sighted time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// Time at which it passes, if the store was never blind.
    #[serde(with = "micros")]
    pub at: Timestamp,
    /// [`Sight::lost_at`] its beginning.
    #[serde(with = "micros::duration")]
    pub lost: Duration,
}

/// Message of a run whose row was added.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct RunMessage {
    /// Its number in the run, from 1: the last byte of its row's ID.
    pub number: u8,
    /// Index of its step.
    pub step: usize,
    /// Index among the step's alternatives.
    pub choice: usize,
    /// State of its row.
    pub state: State,
    /// Most advanced status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Code of the failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u32>,
    /// ID of the message, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_uuid: Option<String>,
    /// Cost, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// The run has moved on from it, or ended without it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub left: bool,
}

impl fmt::Debug for RunMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunMessage")
            .field("number", &self.number)
            .field("step", &self.step)
            .field("choice", &self.choice)
            .field("state", &self.state)
            .field("status", &self.status)
            .field("code", &self.code)
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}

/// Entry of a run's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunEntry {
    /// Time, by the store's clock.
    #[serde(with = "micros")]
    pub at: Timestamp,
    /// Index of the current step.
    pub step: usize,
    /// Stable name of the event, such as `send`, `accepted`, `deadline`, `revoke`, `completed`.
    pub event: String,
    /// Status, reason, signal or operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}
