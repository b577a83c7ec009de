//! A store whose process dies at a named point, and stores with the bugs that the harness must find.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use messages_outbox::row::Row;
use messages_outbox::{
    AdvanceRequest, Advanced, Affected, Applied, BeginRequest, Begun, Claim, ClaimRequest,
    CommandRequest, Enqueued, Fact, Forgotten, Intent, ListRequest, OutboxStore, PurgeRequest,
    ReapRequest, Reaped, Reference, Release, RowDetail, RowId, Run, RunDetail, RunId, RunIntent,
    RunListRequest, Settle, Settled, Started, Status, StoreError,
};
use serde::{Deserialize, Serialize};

use crate::support::{Store, requeue_sending};

/// Point at which a process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Point {
    BeforeClaim,
    AfterClaim,
    BeforeBegin,
    MidBegin,
    AfterBegin,
    MidPost,
    BeforeSettle,
    MidSettle,
    AfterSettle,
    /// After a request that moved a run.
    AfterAdvance,
}

impl Point {
    /// The points of a row without a run.
    pub(crate) const ALL: [Self; 9] = [
        Self::BeforeClaim,
        Self::AfterClaim,
        Self::BeforeBegin,
        Self::MidBegin,
        Self::AfterBegin,
        Self::MidPost,
        Self::BeforeSettle,
        Self::MidSettle,
        Self::AfterSettle,
    ];
}

/// Bug of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Flaw {
    /// The intent is written after the POST, with its outcome.
    SendThenMark,
    /// A sending row whose lease is over is queued again.
    Requeue,
}

/// Fate of a process.
#[derive(Debug)]
pub(crate) struct Doom {
    point: Option<Point>,
    left: AtomicU32,
}

impl Doom {
    /// Dies at a point, once it was there so many times.
    pub(crate) fn new(doom: Option<(Point, u32)>) -> Self {
        let (point, times) = doom.unzip();
        Self {
            point,
            left: AtomicU32::new(times.unwrap_or_default()),
        }
    }

    fn is_now(&self, point: Point) -> bool {
        self.point == Some(point)
            && self
                .left
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                    left.checked_sub(1)
                })
                .is_err()
    }

    fn at(&self, point: Point) {
        if self.is_now(point) {
            // As SIGKILL: nothing is run or written any more.
            std::process::abort();
        }
    }

    /// Dies within this time of now.
    pub(crate) fn during(&self, point: Point, duration: Duration) {
        if self.is_now(point) {
            std::thread::spawn(move || {
                std::thread::sleep(duration.mul_f64(fastrand::f64()));
                std::process::abort();
            });
        }
    }
}

/// Time in which a commit is synced.
const COMMIT: Duration = Duration::from_millis(6);

#[derive(Debug)]
pub(crate) struct DoomedStore {
    store: Store,
    doom: Arc<Doom>,
    flaw: Option<Flaw>,
    /// Rows that a store of [`Flaw::SendThenMark`] has not begun.
    unmarked: Mutex<HashSet<RowId>>,
}

impl DoomedStore {
    pub(crate) fn new(store: Store, doom: Arc<Doom>, flaw: Option<Flaw>) -> Self {
        Self {
            store,
            doom,
            flaw,
            unmarked: Mutex::default(),
        }
    }

    async fn mark(&self, outcomes: &[Settle]) -> Result<(), StoreError> {
        let rows = {
            let mut unmarked = self.unmarked.lock().unwrap();
            let posted = outcomes.iter().filter(|settle| unmarked.remove(&settle.id));
            posted.map(|settle| (settle.id, settle.epoch)).collect()
        };
        let lease = Duration::from_secs(60);
        self.store.begin(&BeginRequest { rows, lease }).await?;
        Ok(())
    }
}

#[async_trait]
impl OutboxStore for DoomedStore {
    async fn enqueue(
        &self,
        intents: &[Intent],
        capacity: Option<u64>,
    ) -> Result<Vec<Enqueued>, StoreError> {
        self.store.enqueue(intents, capacity).await
    }

    async fn claim(&self, request: &ClaimRequest) -> Result<Claim, StoreError> {
        self.doom.at(Point::BeforeClaim);
        let claim = self.store.claim(request).await?;
        if !claim.rows.is_empty() {
            self.doom.at(Point::AfterClaim);
        }
        Ok(claim)
    }

    async fn begin(&self, request: &BeginRequest) -> Result<Vec<Begun>, StoreError> {
        self.doom.at(Point::BeforeBegin);
        if self.flaw == Some(Flaw::SendThenMark) {
            let mut unmarked = self.unmarked.lock().unwrap();
            unmarked.extend(request.rows.iter().map(|(id, _)| id));
            let begun = request.rows.iter().map(|(id, _)| Begun {
                id: *id,
                result: Ok(Reference::new(*id, 0).unwrap()),
            });
            return Ok(begun.collect());
        }
        self.doom.during(Point::MidBegin, COMMIT);
        let begun = self.store.begin(request).await?;
        self.doom.at(Point::AfterBegin);
        Ok(begun)
    }

    async fn settle(&self, outcomes: &[Settle]) -> Result<Vec<Settled>, StoreError> {
        self.doom.at(Point::BeforeSettle);
        self.doom.during(Point::MidSettle, COMMIT);
        if self.flaw == Some(Flaw::SendThenMark) {
            self.mark(outcomes).await?;
        }
        let settled = self.store.settle(outcomes).await?;
        self.doom.at(Point::AfterSettle);
        Ok(settled)
    }

    async fn release(&self, rows: &[Release]) -> Result<(), StoreError> {
        self.store.release(rows).await
    }

    async fn apply(&self, facts: &[Fact]) -> Result<Vec<Applied>, StoreError> {
        self.store.apply(facts).await
    }

    async fn reap(&self, request: &ReapRequest) -> Result<Reaped, StoreError> {
        if self.flaw == Some(Flaw::Requeue) {
            requeue_sending(&self.store, Duration::from_secs(1)).await;
        }
        self.store.reap(request).await
    }

    async fn command(&self, request: &CommandRequest) -> Result<Affected, StoreError> {
        self.store.command(request).await
    }

    async fn throttle(&self, account: &str, pause: Duration) -> Result<(), StoreError> {
        self.store.throttle(account, pause).await
    }

    async fn forget(&self, recipients: &[String]) -> Result<Forgotten, StoreError> {
        self.store.forget(recipients).await
    }

    async fn purge(&self, request: &PurgeRequest) -> Result<Affected, StoreError> {
        self.store.purge(request).await
    }

    async fn adopt(&self) -> Result<(), StoreError> {
        self.store.adopt().await
    }

    async fn status(&self) -> Result<Status, StoreError> {
        self.store.status().await
    }

    async fn list(&self, request: &ListRequest) -> Result<Vec<Row>, StoreError> {
        self.store.list(request).await
    }

    async fn show(&self, id: RowId) -> Result<Option<RowDetail>, StoreError> {
        self.store.show(id).await
    }

    async fn start(
        &self,
        intents: &[RunIntent],
        capacity: Option<u64>,
    ) -> Result<Vec<Started>, StoreError> {
        self.store.start(intents, capacity).await
    }

    async fn advance(&self, request: &AdvanceRequest) -> Result<Advanced, StoreError> {
        let advanced = self.store.advance(request).await?;
        if advanced.moved > 0 {
            self.doom.at(Point::AfterAdvance);
        }
        Ok(advanced)
    }

    async fn signal(&self, run: RunId, name: &str) -> Result<bool, StoreError> {
        self.store.signal(run, name).await
    }

    async fn cancel_run(&self, run: RunId, by: &str) -> Result<bool, StoreError> {
        self.store.cancel_run(run, by).await
    }

    async fn list_runs(&self, request: &RunListRequest) -> Result<Vec<Run>, StoreError> {
        self.store.list_runs(request).await
    }

    async fn show_run(&self, id: RunId) -> Result<Option<RunDetail>, StoreError> {
        self.store.show_run(id).await
    }

    async fn find(&self, namespace: &str, key: &str) -> Result<Option<RowId>, StoreError> {
        self.store.find(namespace, key).await
    }

    async fn changed(&self, timeout: Duration) {
        self.store.changed(timeout).await;
    }
}
