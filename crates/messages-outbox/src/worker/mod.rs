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
use crate::store::{Claim, ClaimRequest, ReapRequest, StoreError, StoreErrorKind};

use batch::Batcher;
use breaker::Breaker;
use campaigns::Campaigns;
use pace::StoreTime;
use post::{LEAD, Sender};
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
            match claim(inner, most).await {
                Ok(claim) => {
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
                    time.observe(Instant::now(), claim.now);
                    spawn(sender, claim, &time, rows);
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
fn spawn(sender: &Arc<Sender>, claim: Claim, time: &StoreTime, rows: &mut JoinSet<()>) {
    let arrived = Instant::now();
    for row in claim.rows {
        // Paced rows are all shifted by the lead: the first slot may be the present.
        let slot = match row.is_paced {
            true => time.instant(row.send_at, arrived) + LEAD,
            false => arrived,
        };
        let sender = Arc::clone(sender);
        rows.spawn(async move { sender.send(row, slot).await });
    }
}

async fn claim(inner: &Inner, limit: u32) -> Result<Claim, StoreError> {
    let request = ClaimRequest {
        accounts: inner.clients.keys().cloned().collect(),
        limit,
        lease: inner.settings.lease,
        policy: inner.settings.policy.clone(),
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
