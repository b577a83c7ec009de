//! Events that change a run, and their effects.

use jiff::Timestamp;
use messages_sdk::types::{Status, Usage};
use serde::{Deserialize, Serialize};

use super::RunState;
use crate::row::{Change, Row, State};

/// Event of a run.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum RunEvent {
    /// A row of the run changed.
    Row(RowView),
    /// The time that the run waits for has come, by the store's clock.
    Time,
    /// The recipient of a step wrote to its sender.
    Reply,
    /// The application signals this name.
    Signal(String),
    /// An operator cancels the run.
    Cancel {
        /// Name of the operator.
        by: String,
    },
    /// The recipient is erased.
    Forget,
    /// A worker ended a task of the run.
    Task {
        /// Task.
        task: Task,
        /// Its end.
        end: TaskEnd,
    },
    /// Erases the key; the store erases the document.
    Purge,
}

/// State of a row, as a run sees it. A view of the same state changes nothing twice.
#[derive(Clone, PartialEq)]
pub struct RowView {
    /// Number of the message in the run, from 1.
    pub number: u8,
    /// State.
    pub state: State,
    /// Time at which the row entered it.
    pub since: Timestamp,
    /// Number of resends by an operator.
    pub resend: u8,
    /// Most advanced status.
    pub status: Option<Status>,
    /// Code of the failure, if the API gave one.
    pub code: Option<u32>,
    /// ID of the message, once known.
    pub message_uuid: Option<String>,
    /// Cost, if the present status names it.
    pub usage: Option<Usage>,
}

impl RowView {
    /// View of a row of a run.
    #[must_use]
    pub fn of(row: &Row, usage: Option<Usage>) -> Self {
        let [.., number] = row.id.to_bytes();
        let code = row.reason.as_ref().map(|reason| reason.code.as_str());
        Self {
            number,
            state: row.state,
            since: row.since,
            resend: row.resend,
            status: row.status.clone(),
            code: code
                .and_then(|code| code.strip_prefix("status_"))
                .and_then(|code| code.parse().ok()),
            message_uuid: row.message_uuid.clone(),
            usage,
        }
    }

    /// View of a row after a change.
    pub(crate) fn after(change: &Change) -> Self {
        Self::of(&change.row, change.usage.clone())
    }
}

impl std::fmt::Debug for RowView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RowView")
            .field("number", &self.number)
            .field("state", &self.state)
            .field("status", &self.status)
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

/// Work that a run asks a worker to do. A worker that dies leaves it to another: it may be done twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Revokes the message with this number.
    Revoke(u8),
    /// Posts the final report.
    Report,
}

/// End of an attempt at a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskEnd {
    /// The task is done.
    Done,
    /// Another attempt may succeed.
    Failed,
    /// No attempt can succeed: a revocation without the credentials of an application, or one that the API refused.
    Refused,
}

/// Effect of a change of a run, within the same commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunEffect {
    /// Adds the row of a message.
    Enqueue {
        /// Number of the message.
        number: u8,
        /// Time from which it may be claimed.
        due_at: Timestamp,
    },
    /// Cancels the row of the message with this number, if it was not posted.
    Cancel(u8),
    /// Gives a task to the worker that advanced the run.
    Give(Task),
}

/// Refusal of an event: the run stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RunRefused {
    /// The event adds nothing: a repetition, or it is about something that the run does not wait for.
    #[error("nothing to change")]
    Unchanged,
    /// The state does not allow the event.
    #[error("a run that is {0} does not allow this")]
    State(RunState),
    /// The time that the run waits for has not come.
    #[error("too early")]
    TooEarly,
}
