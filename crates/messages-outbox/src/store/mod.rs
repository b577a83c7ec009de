//! The contract between the outbox and its store.

mod campaigns;
mod clock;
mod error;
mod memory;
mod request;
mod response;

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;

use crate::id::RowId;
use crate::intent::Intent;
use crate::run::{Run, RunId, RunIntent};

pub use campaigns::{
    CampaignReport, CampaignStatus, CampaignStore, Control, ControlRequest, Created, Imported,
    RecipientDetail, ReleaseRequest, Releases,
};
pub use clock::{FastClock, ManualClock, StoreClock, SystemClock};
pub use error::{Effect, StoreError, StoreErrorKind};
pub use memory::MemoryStore;
pub use request::{
    AdvanceRequest, BeginRequest, ClaimRequest, Command, CommandRequest, Consent, Fact, Filter,
    ListRequest, Policy, PurgeRequest, ReapRequest, Release, Reply, RunFilter, RunListRequest,
    Scope, Selection, Settle, TaskDone,
};
pub use response::{
    Advanced, Affected, Applied, Begun, Claim, Claimed, Enqueued, Forgotten, GivenTask,
    HistoryEntry, Reaped, RowDetail, RunDetail, Settled, Started, Status, Work,
};

/// A durable set of rows, shared by any number of workers and receivers.
///
/// A store decides nothing. It opens a transaction, calls the function of [`ledger`](crate::ledger) with the name of the
/// method over its [`Tables`](crate::ledger::Tables) and its own clock, and commits; several requests may share one commit.
/// A store whose driver cannot offer `Tables` loads the rows, calls [`transition`](crate::row::transition), and writes
/// each result guarded by the ID, state and epoch it loaded.
///
/// The contract, one case of the conformance suite (feature `testing`) for each number:
///
/// 1. `enqueue` is idempotent by namespace and key: the same payload again is `Existing`, another one `Conflict`, both
///    with the first row's ID. A list is added as a whole or not at all; a key may occur in it twice.
/// 2. A row has one holder: two claims never return the same row and epoch, and each claim increments the epoch.
/// 3. `begin` is durable before it returns: after a crash the row is `sending`.
/// 4. A stale epoch changes nothing, in `begin`, `settle` and `release`.
/// 5. `settle` is idempotent: the same outcome again is `Applied` and changes nothing.
/// 6. A claimed row whose lease is over returns to the queue; a sending one becomes `in_doubt` and is never queued
///    without a `Resolve`.
/// 7. `apply` is idempotent, and its result does not depend on the order of the facts, nor on whether they come before or
///    after the outcome of the POST.
/// 8. A status of an unknown message is parked for 72 hours, and applied when a row gets its ID.
/// 9. A pause stops claims and begins at once, and rows that are added later, until it is resumed.
/// 10. Quotas hold over all holders: the send slots of a scope never overlap. A pause of an account holds for all.
/// 11. The store's clock rules leases, slots and due times, not the caller's.
/// 12. The counts of `status` are of one instant: the states add up to the number of rows.
/// 13. `purge` touches no open row, and leaves row, digests and counts.
/// 14. An error means that nothing was done, or its effect is [`Effect::Unknown`].
/// 15. `forget` erases payload, key and recipient of all rows of a recipient that are not in flight, cancels those not
///     posted, and suppresses the recipient.
/// 16. A restored backup refuses `claim` and `begin` with [`StoreErrorKind::Restored`] until it is adopted.
/// 17. A due row is claimed after those of higher priority. The lanes share a claim equally, so that no row is passed over
///     for ever.
/// 18. A recipient who opted out is not claimed for that sender group until an opt-in.
/// 19. `enqueue` fails with [`StoreErrorKind::Full`] rather than exceed the capacity it is given.
/// 20. `Cancel` and `Resolve` change only rows in a state that allows it, at most as many as the limit.
/// 21. A row with a window is claimed and begun only while it is open in the recipient's time zone, else it is due when it
///     opens. A row of an unknown zone is suppressed.
/// 22. `start` is idempotent by namespace and key, which runs share with rows. A list is added as a whole or not at all.
/// 23. The change of a row and that of its run, with the row of the next step, are one commit.
/// 24. `advance` is compare-and-set: of two at once, one advances a run, and a step is enqueued once.
/// 25. The store's clock rules deadlines, from the acceptance of a message. A success that was committed before ends the
///     run.
/// 26. While the store is [blind](crate::run::Sight), deadlines that wait for a status stand still; the time that was missed
///     is given back.
/// 27. A task is given to one worker at a time, and again until it is done.
/// 28. A run that was cancelled or stopped sends nothing more: rows that were not posted are cancelled.
/// 29. `purge` touches neither a running run nor its rows; `forget` cancels the runs of a recipient and erases their
///     documents.
#[async_trait]
pub trait OutboxStore: Debug + Send + Sync + 'static {
    /// Adds rows: all or none. `capacity` is the largest number of open rows.
    async fn enqueue(
        &self,
        intents: &[Intent],
        capacity: Option<u64>,
    ) -> Result<Vec<Enqueued>, StoreError>;

    /// Adds runs and the rows of their first steps: all or none. `capacity` is the largest number of open rows and running
    /// runs.
    async fn start(
        &self,
        intents: &[RunIntent],
        capacity: Option<u64>,
    ) -> Result<Vec<Started>, StoreError>;

    /// Leases due rows, and decides those that may not be sent any more.
    async fn claim(&self, request: &ClaimRequest) -> Result<Claim, StoreError>;

    /// Records which rows are about to be posted; one result for each, in the order of the request.
    async fn begin(&self, request: &BeginRequest) -> Result<Vec<Begun>, StoreError>;

    /// Stores outcomes; one result for each, in the order of the request.
    async fn settle(&self, outcomes: &[Settle]) -> Result<Vec<Settled>, StoreError>;

    /// Returns claimed rows to the queue. Stale ones are skipped.
    async fn release(&self, rows: &[Release]) -> Result<(), StoreError>;

    /// Applies facts; one result for each, in the order of the request.
    async fn apply(&self, facts: &[Fact]) -> Result<Vec<Applied>, StoreError>;

    /// Advances runs whose time has come, and gives their tasks to the worker.
    async fn advance(&self, request: &AdvanceRequest) -> Result<Advanced, StoreError>;

    /// Passes a signal to a run. Returns `true` if it stopped the run.
    async fn signal(&self, run: RunId, name: &str) -> Result<bool, StoreError>;

    /// Cancels a run, and its rows that were not posted. Returns `false` if it had ended. `by` is the operator or program
    /// that asked for it.
    async fn cancel_run(&self, run: RunId, by: &str) -> Result<bool, StoreError>;

    /// Ends leases that are over, abandons rows in doubt, discards parked facts.
    async fn reap(&self, request: &ReapRequest) -> Result<Reaped, StoreError>;

    /// Applies a command.
    async fn command(&self, request: &CommandRequest) -> Result<Affected, StoreError>;

    /// Stops the sends of an account for this long. A pause is never shortened.
    async fn throttle(&self, account: &str, pause: Duration) -> Result<(), StoreError>;

    /// Erases recipients.
    async fn forget(&self, recipients: &[String]) -> Result<Forgotten, StoreError>;

    /// Erases payloads, keys and recipients of settled rows.
    async fn purge(&self, request: &PurgeRequest) -> Result<Affected, StoreError>;

    /// Declares that a restored backup may send: rows sent since the backup are known and settled.
    async fn adopt(&self) -> Result<(), StoreError>;

    /// Counts and ages of one instant.
    async fn status(&self) -> Result<Status, StoreError>;

    /// A page of rows.
    async fn list(&self, request: &ListRequest) -> Result<Vec<crate::row::Row>, StoreError>;

    /// One row with its payload and history.
    async fn show(&self, id: RowId) -> Result<Option<RowDetail>, StoreError>;

    /// A page of runs.
    async fn list_runs(&self, request: &RunListRequest) -> Result<Vec<Run>, StoreError>;

    /// One run with its document and rows.
    async fn show_run(&self, id: RunId) -> Result<Option<RunDetail>, StoreError>;

    /// The row or run with this key; of a run its ID, which is not that of a row.
    async fn find(&self, namespace: &str, key: &str) -> Result<Option<RowId>, StoreError>;

    /// Campaigns, of a store that has them. Default: none.
    fn campaigns(&self) -> Option<&dyn CampaignStore> {
        None
    }

    /// Waits until rows may have become claimable, at most `timeout`. It may return too early, never later.
    async fn changed(&self, timeout: Duration);
}
