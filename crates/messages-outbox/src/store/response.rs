//! Responses of a store.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

use crate::id::{Reference, RowId};
use crate::row::{Refused, Row, State};
use crate::run::{Run, RunId, RunState, Task};

/// Result of enqueueing one intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Enqueued {
    /// A row was added.
    New(RowId),
    /// The key was known, with the same payload: nothing was added.
    Existing(RowId),
    /// The key was known, with another payload: nothing was added.
    Conflict(RowId),
}

impl Enqueued {
    /// The row with the intent's key.
    #[must_use]
    pub const fn id(self) -> RowId {
        match self {
            Self::New(id) | Self::Existing(id) | Self::Conflict(id) => id,
        }
    }
}

/// Result of enqueueing one document to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Started {
    /// A run was added.
    New(RunId),
    /// The key was known, with the same document: nothing was added.
    Existing(RunId),
    /// The key was known, with another document or a message: nothing was added. The ID of the row or run that has it.
    Conflict(RowId),
}

/// Runs that were advanced.
#[derive(Debug, Clone)]
pub struct Advanced {
    /// Number of runs that changed.
    pub moved: u64,
    /// Tasks for the worker, leased for 90 seconds.
    pub tasks: Vec<GivenTask>,
    /// The store's clock.
    pub now: Timestamp,
    /// Time at which the next run has work, which may have passed. `None`: no run waits for a time.
    pub next_wake: Option<Timestamp>,
    /// Beginning of the present outage of webhooks: deadlines stand still.
    pub blind_since: Option<Timestamp>,
}

/// Task of a run, leased to a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenTask {
    /// Run.
    pub run: RunId,
    /// Name of the account to do it with.
    pub account: String,
    /// Task.
    pub task: Task,
    /// Content of the task.
    pub work: Work,
}

/// Content of a task. `Debug` shows its kind alone.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Work {
    /// Revokes a message.
    Revoke {
        /// ID of the message.
        message_uuid: String,
    },
    /// Posts the final report, and passes it to the observer of the worker.
    Report {
        /// URL to post it to, if it has one.
        url: Option<String>,
        /// JSON of the report.
        body: String,
    },
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Revoke { .. } => "Revoke",
            Self::Report { .. } => "Report",
        })
    }
}

/// Rows leased to a worker.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The rows.
    pub rows: Vec<Claimed>,
    /// The store's clock: a worker measures durations from the arrival of the response.
    pub now: Timestamp,
    /// Time at which asking again may give more rows. `None`: not before something changes.
    pub retry_at: Option<Timestamp>,
}

/// Row leased to a worker.
#[derive(Clone)]
pub struct Claimed {
    /// Row.
    pub row: Row,
    /// JSON of the message or workflow.
    pub payload: Vec<u8>,
    /// Its send slot, by the store's clock: not to be posted earlier.
    pub send_at: Timestamp,
    /// A quota spaces the sends of its lane: posting it late is as wrong as posting it early.
    pub is_paced: bool,
}

impl fmt::Debug for Claimed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claimed")
            .field("row", &self.row)
            .field("payload", &format_args!("[{} bytes]", self.payload.len()))
            .field("send_at", &self.send_at)
            .field("is_paced", &self.is_paced)
            .finish()
    }
}

/// Result of beginning one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Begun {
    /// Row.
    pub id: RowId,
    /// The reference the POST must carry; or the reason it must not be posted.
    pub result: Result<Reference, Refused>,
}

/// Result of settling one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Settled {
    /// The row has this outcome, now or before.
    Applied(State),
    /// The row has another holder or was decided otherwise: nothing was changed.
    Stale,
}

/// Result of applying one fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Applied {
    /// The row changed.
    Changed {
        /// Row.
        id: RowId,
        /// The fact contradicts what the ledger did.
        contradiction: bool,
    },
    /// The fact was known.
    Unchanged(RowId),
    /// No row has this ID yet: stored for 72 hours, in case one gets it.
    Parked,
    /// Consent stored.
    Consent,
    /// A reply stopped this many runs.
    Stopped(u32),
    /// Nothing but the arrival of the webhook.
    Noted,
}

/// Work of time that was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reaped {
    /// Claimed rows that returned to the queue.
    pub requeued: u64,
    /// Sending rows that are in doubt now.
    pub in_doubt: u64,
    /// Rows in doubt that were abandoned.
    pub abandoned: u64,
    /// Parked facts that were discarded.
    pub discarded: u64,
}

/// Result of a command, a purge or an erasure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Affected {
    /// Number of rows changed; for a pause of a scope, 1 if it is new.
    pub count: u64,
    /// More rows match than the limit allowed: repeat the request.
    pub more: bool,
}

/// Result of erasing a recipient.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Number of rows erased.
    pub erased: u64,
    /// Number of rows in flight, which were not erased: repeat the request once they are settled.
    pub in_flight: u64,
    /// Number of runs erased.
    pub runs: u64,
}

/// Counts and ages, of one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The store's clock.
    pub now: Timestamp,
    /// Number of rows by state, all states.
    pub states: BTreeMap<State, u64>,
    /// Number of sent rows by the most advanced status of their message.
    pub statuses: BTreeMap<String, u64>,
    /// Time since which the oldest due row has been due.
    pub oldest_due: Option<Timestamp>,
    /// Time since which the oldest sending row has been sending.
    pub oldest_sending: Option<Timestamp>,
    /// Time since which the oldest row in doubt has been so.
    pub oldest_in_doubt: Option<Timestamp>,
    /// Number of parked facts.
    pub parked: u64,
    /// Number of contradictions of all rows.
    pub contradictions: u64,
    /// Number of runs by state, all states.
    pub runs: BTreeMap<RunState, u64>,
    /// Time at which the next run has work; in the past if workers are late.
    pub next_wake: Option<Timestamp>,
    /// Number of messages read after their run had moved on from them.
    pub late_reads: u64,
    /// Number of messages delivered after their run had moved on from them.
    pub late_deliveries: u64,
    /// Time of the last verified webhook.
    pub last_webhook: Option<Timestamp>,
    /// Beginning of the present outage of webhooks: messages were accepted, and nothing has come since.
    pub blind_since: Option<Timestamp>,
    /// The store is a restored backup that was not adopted.
    pub restored: bool,
}

impl Status {
    /// Number of rows.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.states.values().sum()
    }

    /// Number of runs that have not ended.
    #[must_use]
    pub fn running(&self) -> u64 {
        self.runs.get(&RunState::Running).copied().unwrap_or(0)
    }

    /// Number of rows whose outcome is pending.
    #[must_use]
    pub fn open(&self) -> u64 {
        let open = self.states.iter().filter(|(state, _)| state.is_open());
        open.map(|(_, count)| count).sum()
    }
}

/// One row with its payload and history.
#[derive(Clone)]
pub struct RowDetail {
    /// Row.
    pub row: Row,
    /// JSON of the message or workflow, until purged.
    pub payload: Option<Vec<u8>>,
    /// Its history, the oldest entry first.
    pub history: Vec<HistoryEntry>,
}

impl fmt::Debug for RowDetail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowDetail")
            .field("row", &self.row)
            .field("history", &self.history)
            .finish_non_exhaustive()
    }
}

/// One run with its document and rows.
#[derive(Clone)]
pub struct RunDetail {
    /// Run.
    pub run: Run,
    /// JSON of the document, until purged.
    pub document: Option<Vec<u8>>,
    /// The rows of its messages so far, in their order.
    pub rows: Vec<Row>,
}

impl fmt::Debug for RunDetail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunDetail")
            .field("run", &self.run)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

/// Entry of a row's history. Claims, releases and leases that ended without a POST are not recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// Time, by the store's clock.
    pub at: Timestamp,
    /// Name of the event.
    pub event: String,
    /// State before.
    pub from: State,
    /// State after.
    pub to: State,
    /// Number of the attempt.
    pub attempt: u32,
    /// Status, reason or operator.
    pub detail: Option<String>,
}
