//! A broken store for each clause of the contract, which the suite must find; and stores that fail for a while.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use messages_outbox::campaign::{CampaignSettings, RecipientIntent};
use messages_outbox::testing::{StoreHarness, conformance};
use messages_outbox::window::{Window, Zone};
use messages_outbox::{
    AdvanceRequest, Advanced, Affected, Applied, BeginRequest, Begun, CampaignReport,
    CampaignStatus, CampaignStore, Claim, ClaimRequest, Claimed, Command, CommandRequest,
    ControlRequest, Created, Enqueued, Fact, Forgotten, Imported, Intent, ListRequest, ManualClock,
    MemoryStore, OutboxStore, Priority, PurgeRequest, Quotas, ReapRequest, Reaped, RecipientDetail,
    Release, ReleaseRequest, Releases, Resolution, Row, RowDetail, RowId, Run, RunDetail,
    RunFilter, RunId, RunIntent, RunListRequest, RunState, Scope, Selection, Settle, Settled,
    Started, Status, StoreClock, StoreError, StoreErrorKind,
};

/// A fault, named after the clause it breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Begins take 300 ms.
    SlowBegin,
    /// The first begin takes effect, and its response is lost.
    UnknownBegin,
    /// The first two outcomes are not stored.
    FailingSettle,
    /// The disk is full.
    FullDisk,
    /// The first three claims find another process.
    BusyClaim,
    C1KnowsNoKey,
    C2SharesRows,
    C3LosesCommits,
    C4AcceptsAnyEpoch,
    C5SettlesOnce,
    C6RequeuesSending,
    C7DropsStatuses,
    C8DropsEarlyStatuses,
    C9IgnoresPauses,
    C10IgnoresQuotas,
    C11HasItsOwnClock,
    C12ShowsOldCounts,
    C13PurgesNothing,
    C14AddsHalf,
    C15ForgetsNothing,
    C16AdoptsBackups,
    C17HasNoPriorities,
    C18IgnoresOptOuts,
    C19HasNoCapacity,
    C20IgnoresLimits,
    C21IgnoresWindows,
    C22StartsTwice,
    C23TellsRunsLater,
    C24AdvancesTwice,
    C25IsTooEarly,
    C26IgnoresBlindness,
    C27ForgetsTasks,
    C28CancelsNothing,
    C29PurgesRunning,
    C30ImportsTwice,
    C31ReleasesApart,
    C32IgnoresCommands,
    C33IgnoresLimits,
    C34ShowsOldCounts,
    C35ForgetsRowsAlone,
}

use Fault::*;

const FAULTS: [Fault; 29] = [
    C1KnowsNoKey,
    C2SharesRows,
    C3LosesCommits,
    C4AcceptsAnyEpoch,
    C5SettlesOnce,
    C6RequeuesSending,
    C7DropsStatuses,
    C8DropsEarlyStatuses,
    C9IgnoresPauses,
    C10IgnoresQuotas,
    C11HasItsOwnClock,
    C12ShowsOldCounts,
    C13PurgesNothing,
    C14AddsHalf,
    C15ForgetsNothing,
    C16AdoptsBackups,
    C17HasNoPriorities,
    C18IgnoresOptOuts,
    C19HasNoCapacity,
    C20IgnoresLimits,
    C21IgnoresWindows,
    C22StartsTwice,
    C23TellsRunsLater,
    C24AdvancesTwice,
    C25IsTooEarly,
    C26IgnoresBlindness,
    C27ForgetsTasks,
    C28CancelsNothing,
    C29PurgesRunning,
];

/// Faults of campaigns.
const CAMPAIGN_FAULTS: [Fault; 6] = [
    C30ImportsTwice,
    C31ReleasesApart,
    C32IgnoresCommands,
    C33IgnoresLimits,
    C34ShowsOldCounts,
    C35ForgetsRowsAlone,
];

#[derive(Debug)]
pub(crate) struct Broken {
    calls: AtomicU32,
    inner: MemoryStore,
    fault: Fault,
    claimed: Mutex<Vec<Claimed>>,
    settled: Mutex<HashSet<RowId>>,
    counts: Mutex<Option<Status>>,
}

impl Broken {
    pub(crate) fn new(inner: MemoryStore, fault: Fault) -> Self {
        Self {
            calls: AtomicU32::new(0),
            inner,
            fault,
            claimed: Mutex::default(),
            settled: Mutex::default(),
            counts: Mutex::default(),
        }
    }

    /// `true` for the first `count` calls.
    fn is_among_first(&self, count: u32) -> bool {
        self.calls.fetch_add(1, Ordering::SeqCst) < count
    }

    async fn epoch(&self, id: RowId) -> u64 {
        let detail = self.inner.show(id).await.unwrap();
        detail.map_or(0, |detail| detail.row.epoch)
    }
}

/// Clock that is twice as fast as another.
#[derive(Debug)]
struct FastClock {
    start: jiff::Timestamp,
    clock: Arc<ManualClock>,
}

impl StoreClock for FastClock {
    fn now(&self) -> jiff::Timestamp {
        let now = self.clock.now();
        now + now.duration_since(self.start)
    }
}

#[derive(Debug)]
struct BrokenHarness(Fault);

#[async_trait]
impl StoreHarness for BrokenHarness {
    type Store = Broken;

    async fn open(&self, clock: Arc<ManualClock>) -> Result<Broken, StoreError> {
        let store = match self.0 {
            C11HasItsOwnClock => MemoryStore::new(),
            C25IsTooEarly => MemoryStore::with_clock(Arc::new(FastClock {
                start: clock.now(),
                clock,
            })),
            _ => MemoryStore::with_clock(clock),
        };
        Ok(Broken::new(store, self.0))
    }

    async fn crash(&self, store: Broken) -> Result<Broken, StoreError> {
        Ok(match self.0 {
            C3LosesCommits => Broken::new(MemoryStore::new(), self.0),
            _ => store,
        })
    }

    async fn restore(&self, store: Broken) -> Result<Broken, StoreError> {
        let restored = store.inner.restored_backup();
        if self.0 == C16AdoptsBackups {
            restored.adopt().await?;
        }
        Ok(Broken::new(restored, self.0))
    }
}

#[async_trait]
impl OutboxStore for Broken {
    async fn enqueue(
        &self,
        intents: &[Intent],
        capacity: Option<u64>,
    ) -> Result<Vec<Enqueued>, StoreError> {
        match self.fault {
            C1KnowsNoKey => {
                let renamed = |intent: &Intent| intent.clone().namespace(intent.id().to_string());
                let renamed: Vec<Intent> = intents.iter().map(renamed).collect();
                self.inner.enqueue(&renamed, capacity).await
            }
            C14AddsHalf => {
                let mut added = Vec::new();
                for intent in intents {
                    added.extend(
                        self.inner
                            .enqueue(std::slice::from_ref(intent), capacity)
                            .await?,
                    );
                }
                Ok(added)
            }
            C21IgnoresWindows => {
                let always = Window::new("00:00", "23:59").unwrap();
                let utc = Zone::new("UTC").unwrap();
                let widen =
                    |intent: &Intent| intent.clone().window(always.clone()).zone(utc.clone());
                let intents: Vec<Intent> = intents.iter().map(widen).collect();
                self.inner.enqueue(&intents, capacity).await
            }
            C17HasNoPriorities => {
                let level = |intent: &Intent| intent.clone().priority(Priority::Normal);
                let intents: Vec<Intent> = intents.iter().map(level).collect();
                self.inner.enqueue(&intents, capacity).await
            }
            C19HasNoCapacity => self.inner.enqueue(intents, None).await,
            _ => self.inner.enqueue(intents, capacity).await,
        }
    }

    async fn claim(&self, request: &ClaimRequest) -> Result<Claim, StoreError> {
        if self.fault == FullDisk {
            return Err(StoreError::not_done(StoreErrorKind::Storage));
        }
        if self.fault == BusyClaim && self.is_among_first(3) {
            return Err(StoreError::not_done(StoreErrorKind::Busy));
        }
        let mut request = request.clone();
        if self.fault == C10IgnoresQuotas {
            request.policy.quotas = Quotas::default();
        }
        let mut claim = self.inner.claim(&request).await?;
        if self.fault == C2SharesRows {
            let mut claimed = self.claimed.lock().unwrap();
            let last = std::mem::replace(&mut *claimed, claim.rows.clone());
            claim.rows.extend(last);
        }
        Ok(claim)
    }

    async fn begin(&self, request: &BeginRequest) -> Result<Vec<Begun>, StoreError> {
        let mut request = request.clone();
        if self.fault == C4AcceptsAnyEpoch {
            for (id, epoch) in &mut request.rows {
                *epoch = self.epoch(*id).await;
            }
        }
        if self.fault == SlowBegin {
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        let begun = self.inner.begin(&request).await;
        if self.fault == UnknownBegin && self.is_among_first(1) {
            return Err(StoreError::unknown(StoreErrorKind::Storage));
        }
        begun
    }

    async fn settle(&self, outcomes: &[Settle]) -> Result<Vec<Settled>, StoreError> {
        if self.fault == C5SettlesOnce && !self.settled.lock().unwrap().insert(outcomes[0].id) {
            return Ok(vec![Settled::Stale; outcomes.len()]);
        }
        if self.fault == FailingSettle && self.is_among_first(2) {
            return Err(StoreError::not_done(StoreErrorKind::Busy));
        }
        let settled = self.inner.settle(outcomes).await;
        if self.fault == C26IgnoresBlindness {
            self.inner.apply(&[Fact::Webhook]).await?;
        }
        settled
    }

    async fn release(&self, rows: &[Release]) -> Result<(), StoreError> {
        self.inner.release(rows).await
    }

    async fn apply(&self, facts: &[Fact]) -> Result<Vec<Applied>, StoreError> {
        let drops = match (self.fault, &facts[0]) {
            (C7DropsStatuses, Fact::Status(fact)) => fact.reference.is_some(),
            (C8DropsEarlyStatuses, Fact::Status(fact)) => fact.reference.is_none(),
            (C23TellsRunsLater, Fact::Status(fact)) => fact
                .reference
                .is_some_and(|reference| reference.is_of_run()),
            (C18IgnoresOptOuts, Fact::Consent(_)) => true,
            _ => false,
        };
        if drops {
            return Ok(vec![Applied::Parked; facts.len()]);
        }
        self.inner.apply(facts).await
    }

    async fn reap(&self, request: &ReapRequest) -> Result<Reaped, StoreError> {
        let reaped = self.inner.reap(request).await?;
        if self.fault == C6RequeuesSending {
            let resend = CommandRequest {
                selection: Selection::Scope(Scope::All),
                command: Command::Resolve(Resolution::Resend),
                by: "fault".to_owned(),
                limit: 1_000,
            };
            self.inner.command(&resend).await?;
        }
        Ok(reaped)
    }

    async fn command(&self, request: &CommandRequest) -> Result<Affected, StoreError> {
        if self.fault == C9IgnoresPauses && request.command == Command::Pause {
            return Ok(Affected::default());
        }
        let mut request = request.clone();
        if self.fault == C20IgnoresLimits {
            request.limit = 1_000;
        }
        self.inner.command(&request).await
    }

    async fn throttle(&self, account: &str, pause: Duration) -> Result<(), StoreError> {
        self.inner.throttle(account, pause).await
    }

    async fn forget(&self, recipients: &[String]) -> Result<Forgotten, StoreError> {
        match self.fault {
            C15ForgetsNothing | C35ForgetsRowsAlone => Ok(Forgotten::default()),
            _ => self.inner.forget(recipients).await,
        }
    }

    async fn purge(&self, request: &PurgeRequest) -> Result<Affected, StoreError> {
        match self.fault {
            C13PurgesNothing => Ok(Affected::default()),
            C29PurgesRunning => {
                let running = RunListRequest {
                    filter: RunFilter {
                        state: Some(RunState::Running),
                        ..RunFilter::default()
                    },
                    after: None,
                    limit: 1_000,
                };
                for run in self.inner.list_runs(&running).await? {
                    self.inner.cancel_run(run.id, "fault").await?;
                }
                self.inner.purge(request).await
            }
            _ => self.inner.purge(request).await,
        }
    }

    async fn adopt(&self) -> Result<(), StoreError> {
        self.inner.adopt().await
    }

    async fn status(&self) -> Result<Status, StoreError> {
        let status = self.inner.status().await?;
        if self.fault == C12ShowsOldCounts {
            let mut counts = self.counts.lock().unwrap();
            let old = counts.get_or_insert(status.clone());
            // One count of another instant than the others.
            let mut mixed = status;
            mixed.states.extend(old.states.clone().into_iter().take(1));
            return Ok(mixed);
        }
        Ok(status)
    }

    async fn list(&self, request: &ListRequest) -> Result<Vec<Row>, StoreError> {
        self.inner.list(request).await
    }

    async fn show(&self, id: RowId) -> Result<Option<RowDetail>, StoreError> {
        self.inner.show(id).await
    }

    async fn start(
        &self,
        intents: &[RunIntent],
        capacity: Option<u64>,
    ) -> Result<Vec<Started>, StoreError> {
        match self.fault {
            C22StartsTwice => {
                let renamed =
                    |intent: &RunIntent| intent.clone().namespace(intent.id().to_string());
                let renamed: Vec<RunIntent> = intents.iter().map(renamed).collect();
                self.inner.start(&renamed, capacity).await
            }
            _ => self.inner.start(intents, capacity).await,
        }
    }

    async fn advance(&self, request: &AdvanceRequest) -> Result<Advanced, StoreError> {
        let mut advanced = self.inner.advance(request).await?;
        if self.fault == C24AdvancesTwice {
            advanced.moved += u64::from(!self.is_among_first(1));
        }
        if self.fault == C27ForgetsTasks && !advanced.tasks.is_empty() && !self.is_among_first(1) {
            advanced.tasks.clear();
        }
        Ok(advanced)
    }

    async fn signal(&self, run: RunId, name: &str) -> Result<bool, StoreError> {
        self.inner.signal(run, name).await
    }

    async fn cancel_run(&self, run: RunId, by: &str) -> Result<bool, StoreError> {
        match self.fault {
            C28CancelsNothing => Ok(true),
            _ => self.inner.cancel_run(run, by).await,
        }
    }

    async fn list_runs(&self, request: &RunListRequest) -> Result<Vec<Run>, StoreError> {
        self.inner.list_runs(request).await
    }

    async fn show_run(&self, id: RunId) -> Result<Option<RunDetail>, StoreError> {
        self.inner.show_run(id).await
    }

    async fn find(&self, namespace: &str, key: &str) -> Result<Option<RowId>, StoreError> {
        self.inner.find(namespace, key).await
    }

    fn campaigns(&self) -> Option<&dyn CampaignStore> {
        Some(self)
    }

    async fn changed(&self, timeout: Duration) {
        self.inner.changed(timeout).await;
    }
}

#[async_trait]
impl CampaignStore for Broken {
    async fn create_campaign(
        &self,
        name: &str,
        settings: &CampaignSettings,
    ) -> Result<Created, StoreError> {
        let mut settings = settings.clone();
        if self.fault == C33IgnoresLimits {
            settings.ramp = None;
        }
        self.inner.create_campaign(name, &settings).await
    }

    async fn import_recipients(
        &self,
        name: &str,
        recipients: &[RecipientIntent],
    ) -> Result<Vec<Imported>, StoreError> {
        if self.fault != C30ImportsTwice {
            return self.inner.import_recipients(name, recipients).await;
        }
        // A repetition looks like another line of the same file.
        let line = u64::from(self.calls.fetch_add(1, Ordering::SeqCst));
        let moved: Vec<_> = recipients
            .iter()
            .map(|recipient| recipient.clone().line(1_000 + line))
            .collect();
        self.inner.import_recipients(name, &moved).await
    }

    async fn release_recipients(&self, request: &ReleaseRequest) -> Result<Releases, StoreError> {
        let mut releases = self.inner.release_recipients(request).await?;
        if self.fault == C31ReleasesApart {
            releases.released += u64::from(self.is_among_first(1));
        }
        Ok(releases)
    }

    async fn control_campaign(
        &self,
        request: &ControlRequest,
    ) -> Result<Option<Affected>, StoreError> {
        match self.fault {
            C32IgnoresCommands => Ok(Some(Affected::default())),
            _ => self.inner.control_campaign(request).await,
        }
    }

    async fn list_campaigns(&self) -> Result<Vec<CampaignStatus>, StoreError> {
        self.inner.list_campaigns().await
    }

    async fn show_campaign(&self, name: &str) -> Result<Option<CampaignReport>, StoreError> {
        let mut report = self.inner.show_campaign(name).await?;
        if let (C34ShowsOldCounts, Some(report)) = (self.fault, &mut report) {
            report.counts.states.pop_first();
        }
        Ok(report)
    }

    async fn list_recipients(
        &self,
        name: &str,
        from: u64,
        limit: u32,
    ) -> Result<Vec<RecipientDetail>, StoreError> {
        self.inner.list_recipients(name, from, limit).await
    }
}

#[tokio::test]
async fn the_suite_finds_a_fault_of_each_clause_of_campaigns() {
    for (clause, fault) in (30..).zip(CAMPAIGN_FAULTS) {
        let report = conformance::run_campaigns(&BrokenHarness(fault)).await;
        let failures = report.failures().iter();
        let broken: Vec<u32> = failures.map(|failure| failure.clause).collect();
        assert!(
            broken.contains(&clause),
            "{fault:?} was not found: {report}"
        );
    }
}

#[tokio::test]
async fn the_suite_finds_a_fault_of_each_clause() {
    for (clause, fault) in (1..).zip(FAULTS) {
        let report = conformance::run(&BrokenHarness(fault)).await;
        let broken: Vec<u32> = report
            .failures()
            .iter()
            .map(|failure| failure.clause)
            .collect();
        assert!(
            broken.contains(&clause),
            "{fault:?} was not found: {report}"
        );
    }
}
