//! Requests to a store.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::digest::RecipientHash;
use crate::id::RowId;
use crate::quota::Quotas;
use crate::row::{Outcome, Resolution, Row, State, StatusFact};
use crate::run::{Run, RunId, RunState, Task, TaskEnd};
use crate::suppression::{AllowList, SenderGroups};

/// Request to lease due rows.
#[derive(Debug, Clone)]
pub struct ClaimRequest {
    /// Accounts whose rows the worker can send.
    pub accounts: Vec<String>,
    /// Largest number of rows.
    pub limit: u32,
    /// Length of the lease. A row that has not begun by its end returns to the queue.
    pub lease: Duration,
    /// Rules that decide which rows may be claimed.
    pub policy: Policy,
}

/// Rules that decide which rows may be claimed. All workers of a store should have the same.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Rates.
    pub quotas: Quotas,
    /// Senders that share their opt-outs.
    pub groups: SenderGroups,
    /// Only these recipients are sent to; `None` sends to all.
    pub allow: Option<AllowList>,
}

/// Request to record that claimed rows are about to be posted.
#[derive(Debug, Clone)]
pub struct BeginRequest {
    /// The rows, each with the epoch of its claim.
    pub rows: Vec<(RowId, u64)>,
    /// Longest duration of a POST, margin included: a row whose outcome is not stored by then is in doubt.
    pub lease: Duration,
}

/// Outcome of one POST.
#[derive(Debug, Clone)]
pub struct Settle {
    /// Row.
    pub id: RowId,
    /// Epoch of its claim.
    pub epoch: u64,
    /// Outcome.
    pub outcome: Outcome,
}

/// A claimed row that its holder returns.
#[derive(Debug, Clone, Copy)]
pub struct Release {
    /// Row.
    pub id: RowId,
    /// Epoch of its claim.
    pub epoch: u64,
    /// Delay until it may be claimed again.
    pub delay: Duration,
}

/// Fact from a webhook.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Fact {
    /// Status of a message.
    Status(StatusFact),
    /// A recipient asked not to be sent to any more, or to be sent to again.
    Consent(Consent),
    /// A recipient wrote.
    Reply(Reply),
    /// A verified webhook that says nothing about a row. It shows that webhooks arrive.
    Webhook,
}

/// Message from a recipient. `Debug` shows no address.
#[derive(Clone)]
pub struct Reply {
    /// The recipient who wrote.
    pub from: String,
    /// The sender it was written to.
    pub to: String,
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reply").finish_non_exhaustive()
    }
}

/// Opt-out or opt-in of a recipient for a sender group. `Debug` does not show the recipient.
#[derive(Clone)]
pub struct Consent {
    /// Name of the sender group; [`Consent::EVERY_GROUP`] for all.
    pub group: String,
    /// Recipient.
    pub recipient: String,
    /// `true`: opted out.
    pub opted_out: bool,
    /// Time at which the recipient said so; `None` is the present. The latest word counts.
    pub at: Option<Timestamp>,
}

impl Consent {
    /// Name of the group that stands for all groups.
    pub const EVERY_GROUP: &'static str = "*";
}

impl std::fmt::Debug for Consent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Consent")
            .field("opted_out", &self.opted_out)
            .finish_non_exhaustive()
    }
}

/// Request to advance runs whose time has come.
#[derive(Debug, Clone, Default)]
pub struct AdvanceRequest {
    /// Accounts whose messages the worker can send and revoke.
    pub accounts: Vec<String>,
    /// Largest number of runs.
    pub limit: u32,
    /// Tasks that ended since the last request.
    pub done: Vec<TaskDone>,
}

/// End of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskDone {
    /// Run.
    pub run: RunId,
    /// Task.
    pub task: Task,
    /// Its end.
    pub end: TaskEnd,
}

/// Request to look for leases that are over and for other work of time.
#[derive(Debug, Clone, Copy)]
pub struct ReapRequest {
    /// Largest number of rows to change.
    pub limit: u32,
    /// Age at which a row in doubt is abandoned. 72 hours by default.
    pub in_doubt_max: Duration,
}

/// Rows that a command is about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Selection {
    /// All rows of a scope.
    Scope(Scope),
    /// These rows.
    Rows(Vec<RowId>),
}

/// Scope of a command, a pause or a list. `Debug` shows its kind alone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Scope {
    /// All rows.
    All,
    /// Rows of a campaign.
    Campaign(String),
    /// Rows of a sender.
    Sender(String),
    /// Rows of a channel, by its name on the wire.
    Channel(String),
}

impl Scope {
    /// Returns `true` if the row is in the scope.
    #[must_use]
    pub fn contains(&self, row: &Row) -> bool {
        match self {
            Self::All => true,
            Self::Campaign(name) => row.details.campaign.as_ref() == Some(name),
            Self::Sender(name) => row.details.lane.sender == *name,
            Self::Channel(name) => row.details.lane.channel == *name,
        }
    }
}

impl std::fmt::Debug for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::All => "All",
            Self::Campaign(_) => "Campaign",
            Self::Sender(_) => "Sender",
            Self::Channel(_) => "Channel",
        })
    }
}

/// Command of an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command {
    /// Stops claims and begins, of a scope also for rows added later.
    Pause,
    /// Ends a pause of exactly this scope, or of these rows.
    Resume,
    /// Cancels rows that were not posted.
    Cancel,
    /// Decides rows in doubt.
    Resolve(Resolution),
}

/// Request to apply a command.
#[derive(Debug, Clone)]
pub struct CommandRequest {
    /// Rows.
    pub selection: Selection,
    /// Command.
    pub command: Command,
    /// Name of the operator or program that asked for it, for the row's history.
    pub by: String,
    /// Largest number of rows to change.
    pub limit: u32,
}

/// Filter of rows. The default matches all. `Debug` shows the state alone.
#[derive(Clone, Default)]
pub struct Filter {
    /// State.
    pub state: Option<State>,
    /// Scope.
    pub scope: Option<Scope>,
    /// Recipient.
    pub recipient: Option<RecipientHash>,
    /// Rows not purged, in their state since before this time.
    pub unpurged_since_before: Option<Timestamp>,
}

impl Filter {
    /// Returns `true` if the row matches.
    #[must_use]
    pub fn matches(&self, row: &Row) -> bool {
        self.state.is_none_or(|state| row.state == state)
            && self.scope.as_ref().is_none_or(|scope| scope.contains(row))
            && self
                .recipient
                .is_none_or(|hash| row.details.recipient_hash == Some(hash))
            && self
                .unpurged_since_before
                .is_none_or(|time| !row.purged && row.since < time)
    }
}

impl std::fmt::Debug for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Filter")
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// Request for a page of rows, in the order of their IDs.
#[derive(Debug, Clone, Default)]
pub struct ListRequest {
    /// Filter.
    pub filter: Filter,
    /// Rows after this one.
    pub after: Option<RowId>,
    /// Largest number of rows.
    pub limit: u32,
}

/// Filter of runs. The default matches all. `Debug` shows the state alone.
#[derive(Clone, Default)]
pub struct RunFilter {
    /// State.
    pub state: Option<RunState>,
    /// Campaign.
    pub campaign: Option<String>,
    /// Runs not purged, in their state since before this time.
    pub unpurged_since_before: Option<Timestamp>,
}

impl RunFilter {
    /// Returns `true` if the run matches.
    #[must_use]
    pub fn matches(&self, run: &Run) -> bool {
        self.state.is_none_or(|state| run.state == state)
            && (self.campaign.is_none() || run.details.campaign == self.campaign)
            && self
                .unpurged_since_before
                .is_none_or(|time| !run.purged && run.since < time)
    }
}

impl std::fmt::Debug for RunFilter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunFilter")
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// Request for a page of runs, in the order of their IDs.
#[derive(Debug, Clone, Default)]
pub struct RunListRequest {
    /// Filter.
    pub filter: RunFilter,
    /// Runs after this one.
    pub after: Option<RunId>,
    /// Largest number of runs.
    pub limit: u32,
}

/// Request to erase payloads, keys and recipients of settled rows.
#[derive(Debug, Clone, Copy)]
pub struct PurgeRequest {
    /// Rows that have been in their state for longer.
    pub older_than: Duration,
    /// Largest number of rows to change.
    pub limit: u32,
}
