//! Observation of a worker and receiver, for metrics.

use std::fmt::Debug;
use std::time::Duration;

use crate::id::RowId;
use crate::row::{Outcome, Row, State};
use crate::run::RunId;
use crate::store::{Advanced, Applied, Reaped, StoreError};

/// Observer of outcomes. Methods are called in line and must return quickly. Depths and ages are in
/// [`OutboxStore::status`](crate::OutboxStore::status).
pub trait OutboxObserver: Debug + Send + Sync + 'static {
    /// The outcome of a POST was stored.
    fn on_settled(&self, _send: &ObservedSend<'_>) {}

    /// A fact from a webhook was applied.
    fn on_applied(&self, _applied: &Applied) {}

    /// Leases ended, rows were abandoned or facts discarded.
    fn on_reaped(&self, _reaped: &Reaped) {}

    /// Deadlines of runs passed, or tasks of runs ended or were given. While
    /// [`blind_since`](Advanced::blind_since) is set, deadlines stand still.
    fn on_advanced(&self, _advanced: &Advanced) {}

    /// A workflow has ended, and its final report, as JSON, was posted if the workflow has a URL for it. After the death of a
    /// worker, another one may repeat it.
    fn on_report(&self, _run: RunId, _report: &str) {}

    /// A request to the store failed.
    fn on_store_error(&self, _error: &StoreError) {}

    /// The breaker paused the sends of an account after unknown outcomes in a row.
    fn on_breaker(&self, _account: &str) {}
}

/// One POST and its outcome.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ObservedSend<'a> {
    /// Row.
    pub id: RowId,
    /// The row as it was claimed.
    pub row: &'a Row,
    /// Channel.
    pub channel: &'a str,
    /// Stable name of the outcome: `accepted`, `rejected`, `not_sent`, `refused` or `in_doubt`.
    pub outcome: &'static str,
    /// Outcome.
    pub result: &'a Outcome,
    /// State of the row afterwards; `None` if another writer had decided it.
    pub state: Option<State>,
    /// Time from the row's due time to its claim, by the store's clock.
    pub waited: Duration,
    /// Duration of the POST; zero if nothing was posted.
    pub elapsed: Duration,
}
