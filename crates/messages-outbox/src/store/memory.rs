//! The store in memory.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::Notify;

use super::{
    AdvanceRequest, Advanced, Affected, Applied, BeginRequest, Begun, CampaignReport,
    CampaignStatus, CampaignStore, Claim, ClaimRequest, CommandRequest, ControlRequest, Created,
    Enqueued, Fact, Forgotten, Imported, ListRequest, OutboxStore, PurgeRequest, ReapRequest,
    Reaped, RecipientDetail, Release, ReleaseRequest, Releases, RowDetail, RunDetail,
    RunListRequest, Settle, Settled, Started, Status, StoreClock, StoreError, SystemClock,
};
use crate::campaign::{CampaignSettings, RecipientIntent};
use crate::id::RowId;
use crate::intent::Intent;
use crate::ledger;
use crate::memory::MemoryTables;
use crate::row::Row;
use crate::run::{Run, RunId, RunIntent};

/// Store in memory: for tests, and for programs that may lose their queue. Its content is lost when the process exits.
#[derive(Clone)]
pub struct MemoryStore {
    tables: Arc<Mutex<MemoryTables>>,
    clock: Arc<dyn StoreClock>,
    changed: Arc<Notify>,
}

impl MemoryStore {
    /// An empty store with the system's clock.
    #[must_use]
    pub fn new() -> Self {
        Self::with_clock(Arc::new(SystemClock))
    }

    /// An empty store with this clock.
    #[must_use]
    pub fn with_clock(clock: Arc<dyn StoreClock>) -> Self {
        Self {
            tables: Arc::default(),
            clock,
            changed: Arc::default(),
        }
    }

    /// A store with a copy of the present content, marked as a restored backup.
    #[must_use]
    pub fn restored_backup(&self) -> Self {
        let mut tables = self.lock().clone();
        tables.mark_restored();
        Self {
            tables: Arc::new(Mutex::new(tables)),
            clock: Arc::clone(&self.clock),
            changed: Arc::default(),
        }
    }

    /// Runs one request as a transaction.
    fn run<R>(
        &self,
        request: impl FnOnce(&mut MemoryTables, Timestamp) -> Result<R, StoreError>,
    ) -> Result<R, StoreError> {
        let mut tables = self.lock();
        let result = request(&mut tables, self.clock.now());
        tables.end(result.is_ok());
        drop(tables);
        self.changed.notify_waiters();
        result
    }

    fn lock(&self) -> MutexGuard<'_, MemoryTables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

#[async_trait]
impl OutboxStore for MemoryStore {
    async fn enqueue(
        &self,
        intents: &[Intent],
        capacity: Option<u64>,
    ) -> Result<Vec<Enqueued>, StoreError> {
        self.run(|tables, now| ledger::enqueue(tables, intents, capacity, now))
    }

    async fn start(
        &self,
        intents: &[RunIntent],
        capacity: Option<u64>,
    ) -> Result<Vec<Started>, StoreError> {
        self.run(|tables, now| ledger::start(tables, intents, capacity, now))
    }

    async fn claim(&self, request: &ClaimRequest) -> Result<Claim, StoreError> {
        let mut tables = self.lock();
        let result = ledger::claim(&mut *tables, request, self.clock.now());
        tables.end(result.is_ok());
        result
    }

    async fn begin(&self, request: &BeginRequest) -> Result<Vec<Begun>, StoreError> {
        self.run(|tables, now| ledger::begin(tables, request, now))
    }

    async fn settle(&self, outcomes: &[Settle]) -> Result<Vec<Settled>, StoreError> {
        self.run(|tables, now| ledger::settle(tables, outcomes, now))
    }

    async fn release(&self, rows: &[Release]) -> Result<(), StoreError> {
        self.run(|tables, now| ledger::release(tables, rows, now))
    }

    async fn apply(&self, facts: &[Fact]) -> Result<Vec<Applied>, StoreError> {
        self.run(|tables, now| ledger::apply(tables, facts, now))
    }

    async fn advance(&self, request: &AdvanceRequest) -> Result<Advanced, StoreError> {
        let mut tables = self.lock();
        let result = ledger::advance(&mut *tables, request, self.clock.now());
        tables.end(result.is_ok());
        drop(tables);
        // Most requests find nothing due; they must not wake workers that wait for rows.
        if result.as_ref().is_ok_and(|advanced| advanced.moved > 0) {
            self.changed.notify_waiters();
        }
        result
    }

    async fn signal(&self, run: RunId, name: &str) -> Result<bool, StoreError> {
        self.run(|tables, now| ledger::signal(tables, run, name, now))
    }

    async fn cancel_run(&self, run: RunId, by: &str) -> Result<bool, StoreError> {
        self.run(|tables, now| ledger::cancel_run(tables, run, by, now))
    }

    async fn reap(&self, request: &ReapRequest) -> Result<Reaped, StoreError> {
        self.run(|tables, now| ledger::reap(tables, request, now))
    }

    async fn command(&self, request: &CommandRequest) -> Result<Affected, StoreError> {
        self.run(|tables, now| ledger::command(tables, request, now))
    }

    async fn throttle(&self, account: &str, pause: Duration) -> Result<(), StoreError> {
        self.run(|tables, now| ledger::throttle(tables, account, pause, now))
    }

    async fn forget(&self, recipients: &[String]) -> Result<Forgotten, StoreError> {
        self.run(|tables, now| ledger::campaign::forget(tables, recipients, now))
    }

    async fn purge(&self, request: &PurgeRequest) -> Result<Affected, StoreError> {
        self.run(|tables, now| ledger::purge(tables, request, now))
    }

    async fn adopt(&self) -> Result<(), StoreError> {
        self.run(|tables, _| ledger::adopt(tables))
    }

    async fn status(&self) -> Result<Status, StoreError> {
        ledger::status(&mut *self.lock(), self.clock.now())
    }

    async fn list(&self, request: &ListRequest) -> Result<Vec<Row>, StoreError> {
        ledger::list(&mut *self.lock(), request)
    }

    async fn show(&self, id: RowId) -> Result<Option<RowDetail>, StoreError> {
        ledger::show(&mut *self.lock(), id)
    }

    async fn list_runs(&self, request: &RunListRequest) -> Result<Vec<Run>, StoreError> {
        ledger::list_runs(&mut *self.lock(), request)
    }

    async fn show_run(&self, id: RunId) -> Result<Option<RunDetail>, StoreError> {
        ledger::show_run(&mut *self.lock(), id)
    }

    async fn find(&self, namespace: &str, key: &str) -> Result<Option<RowId>, StoreError> {
        ledger::find(&mut *self.lock(), namespace, key)
    }

    fn campaigns(&self) -> Option<&dyn CampaignStore> {
        Some(self)
    }

    async fn changed(&self, timeout: Duration) {
        // Running out is as good as a notification: the caller looks again either way.
        let _ = tokio::time::timeout(timeout, self.changed.notified()).await;
    }
}

#[async_trait]
impl CampaignStore for MemoryStore {
    async fn create_campaign(
        &self,
        name: &str,
        settings: &CampaignSettings,
    ) -> Result<Created, StoreError> {
        self.run(|tables, now| ledger::campaign::create(tables, name, settings, now))
    }

    async fn import_recipients(
        &self,
        name: &str,
        recipients: &[RecipientIntent],
    ) -> Result<Vec<Imported>, StoreError> {
        self.run(|tables, now| ledger::campaign::import(tables, name, recipients, now))
    }

    async fn release_recipients(&self, request: &ReleaseRequest) -> Result<Releases, StoreError> {
        let mut tables = self.lock();
        let result = ledger::campaign::release(&mut *tables, request, self.clock.now());
        tables.end(result.is_ok());
        drop(tables);
        // Most requests find nothing to release; they must not wake workers that wait for rows.
        if result.as_ref().is_ok_and(|releases| releases.released > 0) {
            self.changed.notify_waiters();
        }
        result
    }

    async fn control_campaign(
        &self,
        request: &ControlRequest,
    ) -> Result<Option<Affected>, StoreError> {
        self.run(|tables, now| ledger::campaign::control(tables, request, now))
    }

    async fn list_campaigns(&self) -> Result<Vec<CampaignStatus>, StoreError> {
        ledger::campaign::list(&mut *self.lock())
    }

    async fn show_campaign(&self, name: &str) -> Result<Option<CampaignReport>, StoreError> {
        ledger::campaign::show(&mut *self.lock(), name, self.clock.now())
    }

    async fn list_recipients(
        &self,
        name: &str,
        from: u64,
        limit: u32,
    ) -> Result<Vec<RecipientDetail>, StoreError> {
        ledger::campaign::list_recipients(&mut *self.lock(), name, from, limit)
    }
}
