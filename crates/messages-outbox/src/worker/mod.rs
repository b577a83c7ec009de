//! The worker: claims, posts and settles.

mod batch;
mod breaker;
mod campaigns;
mod outcome;
mod pace;
mod post;
mod report;
mod runs;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::outbox::Inner;
use crate::quota::Ahead;
use crate::row::after;
use crate::store::{Claim, ClaimRequest, ReapRequest, StoreError, StoreErrorKind};

use batch::Batcher;
use breaker::Breaker;
use campaigns::Campaigns;
use pace::{Slot, Slowest, StoreTime};
use post::Sender;
pub use report::{RunError, RunReport};
use runs::Runs;

/// Condition that ends a run, besides a shutdown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    Shutdown,
    Empty,
}

/// Rows changed by one look for leases that are over.
const REAP_LIMIT: u32 = 1_000;
/// Longest wait for others to ask for a slot first: less than the time that slots are reserved ahead.
const STAGGER: Duration = Duration::from_millis(30);
/// Shortest and longest time that a row begins before its slot.
const LEAD: (Duration, Duration) = (Duration::from_millis(40), Duration::from_millis(500));
/// Shortest and longest time in which slots are reserved.
const HORIZON: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));
/// Expected duration of a worker's first begin, which prepares the store's statements.
const FIRST_BEGIN: Duration = Duration::from_millis(40);
/// Requests by which a worker learns the store's clock, and the error at which it knows enough.
const PROBES: u32 = 5;
const PRECISE: Duration = Duration::from_millis(3);
/// Longest wait for a slot during which changes of the store do not count.
const SOON: Duration = Duration::from_millis(250);
/// Waits after errors of a store that is busy or not reachable: the first and the longest.
const BUSY_WAIT: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));
/// Such errors in a row after which the run ends: about two minutes.
const BUSY_MAX: u32 = 30;

/// Sends due rows until the end that `until` names, or a shutdown.
pub(crate) async fn run(
    inner: &Arc<Inner>,
    until: Until,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<RunReport, RunError> {
    if inner.clients.is_empty() {
        return Err(RunError::NoClient);
    }
    let (stop, stopped) = watch::channel(false);
    let (begins, begin_task) = Batcher::begins(inner);
    let (settles, settle_task) = Batcher::settles(inner);
    let sender = Arc::new(Sender {
        inner: Arc::clone(inner),
        begins,
        settles,
        breaker: Breaker::default(),
        begin_time: Slowest::new(FIRST_BEGIN),
        permits: Semaphore::new(inner.settings.concurrency as usize),
        stopped,
        report: report::Counters::default(),
    });
    let mut committers = JoinSet::new();
    committers.spawn(begin_task);
    committers.spawn(settle_task);

    let mut rows = JoinSet::new();
    let mut runs = Runs::new(inner);
    let mut campaigns = Campaigns::new(inner);
    let work = (&mut runs, &mut campaigns);
    let result = claim_until(&sender, until, shutdown, &mut rows, work).await;
    // Rows that have not begun are released, requests in flight are awaited.
    let _ = stop.send(true);
    while rows.join_next().await.is_some() {}
    runs.finish().await;
    let report = sender.report.read();
    drop(sender);
    while committers.join_next().await.is_some() {}
    result.map(|()| report)
}

async fn claim_until(
    sender: &Arc<Sender>,
    until: Until,
    shutdown: impl Future<Output = ()> + Send,
    rows: &mut JoinSet<()>,
    (runs, campaigns): (&mut Runs, &mut Campaigns),
) -> Result<(), RunError> {
    let mut shutdown = pin!(shutdown);
    let inner = &sender.inner;
    let concurrency = inner.settings.concurrency;
    // Rows are claimed ahead, so that a claim gives many and requests need not wait for it; but not with quotas, where
    // a row that waits for a free request would miss its slot.
    let ahead = match inner.settings.policy.quotas.is_empty() {
        true => concurrency,
        false => 0,
    };
    let mut time = StoreTime::default();
    let claim_time = Slowest::new(Duration::ZERO);
    if !inner.settings.policy.quotas.is_empty() {
        learn_time(inner, &mut time).await;
    }
    let mut reap = tokio::time::interval(inner.settings.lease / 3);
    let mut busy = Busy::default();
    loop {
        while rows.try_join_next().is_some() {}
        // A claim is never cancelled half-way: its rows would wait for the end of their leases.
        let is_reap_due = tokio::select! {
            biased;
            () = &mut shutdown => return Ok(()),
            _ = reap.tick() => true,
            () = std::future::ready(()) => false,
        };
        // One row alone probes an account whose outcomes were unknown.
        let held = rows.len() as u32;
        let most = match sender.breaker.is_open() {
            true => 1_u32.saturating_sub(held),
            false => (concurrency + ahead).saturating_sub(held),
        };
        let is_worth_it = held == 0 || most >= ahead.div_ceil(2).max(1);
        let advanced = match runs.look().await {
            Ok(()) => campaigns.look().await,
            Err(error) => Err(error),
        };
        let result = if let Err(error) = advanced {
            Err(error)
        } else if is_reap_due {
            reap_leases(inner).await.map(|()| Duration::ZERO)
        } else if most == 0 || !is_worth_it {
            tokio::select! {
                () = &mut shutdown => return Ok(()),
                _ = rows.join_next() => {}
                () = tokio::time::sleep(inner.settings.poll) => {}
            }
            continue;
        } else {
            let requested = Instant::now();
            let distances = distances(sender, &claim_time);
            match claim(inner, most, distances).await {
                Ok(claim) => {
                    let arrived = Instant::now();
                    claim_time.observe(arrived - requested);
                    let is_empty = claim.rows.is_empty();
                    let is_last = is_empty && claim.retry_at.is_none() && rows.is_empty();
                    if until == Until::Empty && is_last && is_idle(inner).await? {
                        // A row that was settled since the last look may have moved its run.
                        runs.look_now().await.map_err(RunError::Store)?;
                        if !runs.are_waiting() && !campaigns.are_waiting() {
                            return Ok(());
                        }
                    }
                    let wait = pause_after(&claim, inner.settings.poll);
                    let wait = wait.min(runs.wait()).min(campaigns.wait());
                    time.observe(requested, arrived, claim.now);
                    let has_no_slot = has_no_slot(inner, &claim);
                    spawn(sender, claim, &time, distances.lead, rows);
                    if has_no_slot {
                        busy = Busy::default();
                        // No change of the store gives a slot. Workers that wait for the same one do not all ask at once.
                        let wait = wait + STAGGER.mul_f64(fastrand::f64());
                        tokio::select! {
                            () = &mut shutdown => return Ok(()),
                            () = tokio::time::sleep(wait) => {}
                        }
                        continue;
                    }
                    Ok(if is_empty { wait } else { Duration::ZERO })
                }
                Err(error) => Err(error),
            }
        };
        let wait = busy.wait(inner, result)?;
        if !wait.is_zero() {
            tokio::select! {
                () = &mut shutdown => return Ok(()),
                () = inner.store.changed(wait) => {}
                _ = rows.join_next(), if until == Until::Empty && !rows.is_empty() => {}
            }
        }
    }
}

/// Starts to send claimed rows, each at its slot.
fn spawn(
    sender: &Arc<Sender>,
    claim: Claim,
    time: &StoreTime,
    lead: Duration,
    rows: &mut JoinSet<()>,
) {
    let arrived = Instant::now();
    for row in claim.rows {
        let slot = match row.is_paced {
            true => Slot {
                at: time.instant(row.send_at, arrived),
                error: time.error(),
                lead,
            },
            false => Slot {
                at: arrived,
                error: Duration::ZERO,
                lead: Duration::ZERO,
            },
        };
        let sender = Arc::clone(sender);
        rows.spawn(async move { sender.send(row, slot).await });
    }
}

/// Learns the store's clock before the first slot counts: the first requests of a process take long. If they fail, the
/// first claim reports it.
async fn learn_time(inner: &Inner, time: &mut StoreTime) {
    for _ in 0..PROBES {
        let requested = Instant::now();
        if let Ok(claim) = claim(inner, 0, Ahead::default()).await {
            time.observe(requested, Instant::now(), claim.now);
        }
        if time.error() < PRECISE && time.is_known() {
            return;
        }
    }
}

/// Distances at which slots are reserved: as short as the store's responses allow.
fn distances(sender: &Sender, claim_time: &Slowest) -> Ahead {
    let (shortest, longest) = LEAD;
    // The response of the claim arrives some time after its clock was read.
    let lead = sender.begin_time.get() * 3 / 2 + claim_time.get() / 2 + Duration::from_millis(10);
    let horizon = claim_time.get() * 2 + STAGGER;
    Ahead {
        lead: lead.clamp(shortest, longest),
        horizon: horizon.clamp(HORIZON.0, HORIZON.1),
    }
}

async fn claim(inner: &Inner, limit: u32, ahead: Ahead) -> Result<Claim, StoreError> {
    let mut policy = inner.settings.policy.clone();
    policy.quotas = policy.quotas.ahead(ahead);
    let request = ClaimRequest {
        accounts: inner.clients.keys().cloned().collect(),
        limit,
        lease: inner.settings.lease,
        policy,
    };
    inner.store.claim(&request).await
}

async fn reap_leases(inner: &Inner) -> Result<(), StoreError> {
    let request = ReapRequest {
        limit: REAP_LIMIT,
        in_doubt_max: inner.settings.in_doubt_max,
    };
    let reaped = inner.store.reap(&request).await?;
    if reaped.in_doubt > 0 || reaped.abandoned > 0 {
        tracing::warn!(
            in_doubt = reaped.in_doubt,
            abandoned = reaped.abandoned,
            "leases of rows in flight are over"
        );
    }
    if let Some(observer) = &inner.observer {
        observer.on_reaped(&reaped);
    }
    Ok(())
}

/// No row waits for an outcome, of this worker or another. Queued rows that remain are paused or of other accounts.
async fn is_idle(inner: &Inner) -> Result<bool, RunError> {
    use crate::row::State::{Claimed, Sending};
    let status = inner.store.status().await.map_err(RunError::Store)?;
    let count = |state| status.states.get(&state).copied().unwrap_or(0);
    Ok(count(Claimed) + count(Sending) == 0)
}

/// The claim got no further slot of a rate, and the next one is near.
fn has_no_slot(inner: &Inner, claim: &Claim) -> bool {
    let soon = after(claim.now, SOON);
    let is_soon = |retry_at| claim.now < retry_at && retry_at <= soon;
    !inner.settings.policy.quotas.is_empty() && claim.retry_at.is_some_and(is_soon)
}

/// The wait after a claim that gave nothing.
fn pause_after(claim: &Claim, poll: Duration) -> Duration {
    let Some(retry_at) = claim.retry_at else {
        return poll;
    };
    let wait = Duration::try_from(claim.now.duration_until(retry_at)).unwrap_or_default();
    wait.clamp(Duration::from_millis(1), poll)
}

/// Errors of a store that is busy or not reachable, in a row.
#[derive(Default)]
struct Busy {
    errors: u32,
}

impl Busy {
    /// The wait before the next request. Errors that waiting does not cure end the run.
    fn wait(
        &mut self,
        inner: &Inner,
        result: Result<Duration, StoreError>,
    ) -> Result<Duration, RunError> {
        let error = match result {
            Ok(wait) => {
                self.errors = 0;
                return Ok(wait);
            }
            Err(error) => error,
        };
        if let Some(observer) = &inner.observer {
            observer.on_store_error(&error);
        }
        tracing::warn!(kind = error.kind().name(), "the store failed");
        self.errors += 1;
        let is_temporary = matches!(
            error.kind(),
            StoreErrorKind::Busy | StoreErrorKind::Unavailable
        );
        if !is_temporary || self.errors > BUSY_MAX {
            return Err(RunError::Store(error));
        }
        let (first, longest) = BUSY_WAIT;
        Ok(first.saturating_mul(1 << self.errors.min(10)).min(longest))
    }
}
