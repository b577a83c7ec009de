//! Group commit: requests that wait while a commit is in flight share the next one.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::id::RowId;
use crate::outbox::Inner;
use crate::store::{BeginRequest, Begun, Effect, OutboxStore, Settle, Settled, StoreErrorKind};

/// Requests in one commit.
const BATCH_MAX: usize = 1_000;
/// Attempts to store outcomes. Their leases end meanwhile, and the rows are in doubt then, which is the truth.
const SETTLE_ATTEMPTS: u32 = 12;

/// Way to a task that commits requests together. The queue is bounded by the rows in flight.
pub(super) struct Batcher<T, R> {
    queue: mpsc::Sender<(T, oneshot::Sender<R>)>,
}

/// Result of beginning a row, as far as the store told.
#[derive(Debug, Clone, Copy)]
pub(super) enum BeginResult {
    Begun(Begun),
    /// The store failed. The row was not begun.
    NotDone,
    /// The store failed. The row may have been begun, but must not be posted.
    Unknown,
}

impl<T: Send + 'static, R: Send + 'static> Batcher<T, R> {
    /// The result of a request; `None` if the task has ended.
    pub(super) async fn request(&self, request: T) -> Option<R> {
        let (respond, response) = oneshot::channel();
        self.queue.send((request, respond)).await.ok()?;
        response.await.ok()
    }

    fn new<F>(
        commit: impl Fn(Vec<T>) -> F + Send + 'static,
    ) -> (Self, impl Future<Output = ()> + Send)
    where
        F: Future<Output = Vec<R>> + Send,
    {
        let (queue, mut requests) = mpsc::channel::<(T, oneshot::Sender<R>)>(BATCH_MAX);
        let task = async move {
            let mut batch = Vec::new();
            while requests.recv_many(&mut batch, BATCH_MAX).await > 0 {
                let (rows, responses): (Vec<T>, Vec<_>) = batch.drain(..).unzip();
                for (result, respond) in commit(rows).await.into_iter().zip(responses) {
                    // A requester that is gone needs no response.
                    let _ = respond.send(result);
                }
            }
        };
        (Self { queue }, task)
    }
}

impl Batcher<(RowId, u64), BeginResult> {
    /// Commits begins.
    pub(super) fn begins(inner: &Arc<Inner>) -> (Self, impl Future<Output = ()> + Send + use<>) {
        let settings = &inner.settings;
        // The rest of a POST after the grace, and a margin for the commit of its outcome.
        let lease = settings.begin_grace + settings.call_limit + Duration::from_secs(5);
        let inner = Arc::clone(inner);
        Self::new(move |rows: Vec<(RowId, u64)>| {
            let inner = Arc::clone(&inner);
            async move { begin(&inner, rows, lease).await }
        })
    }
}

impl Batcher<Settle, Option<Settled>> {
    /// Commits outcomes; `None` where the store failed for good.
    pub(super) fn settles(inner: &Arc<Inner>) -> (Self, impl Future<Output = ()> + Send + use<>) {
        let inner = Arc::clone(inner);
        Self::new(move |outcomes: Vec<Settle>| {
            let inner = Arc::clone(&inner);
            async move { settle(&*inner.store, &outcomes).await }
        })
    }
}

async fn begin(inner: &Inner, rows: Vec<(RowId, u64)>, lease: Duration) -> Vec<BeginResult> {
    let request = BeginRequest { rows, lease };
    match inner.store.begin(&request).await {
        Ok(begun) => begun.into_iter().map(BeginResult::Begun).collect(),
        Err(error) => {
            tracing::warn!(kind = error.kind().name(), "rows were not begun");
            if let Some(observer) = &inner.observer {
                observer.on_store_error(&error);
            }
            let result = match error.effect() {
                Effect::NotDone => BeginResult::NotDone,
                Effect::Unknown => BeginResult::Unknown,
            };
            vec![result; request.rows.len()]
        }
    }
}

/// Stores outcomes. It is idempotent, so an unknown effect is repeated as well.
async fn settle(store: &dyn OutboxStore, outcomes: &[Settle]) -> Vec<Option<Settled>> {
    let mut wait = Duration::from_millis(50);
    for _ in 0..SETTLE_ATTEMPTS {
        match store.settle(outcomes).await {
            Ok(settled) => return settled.into_iter().map(Some).collect(),
            Err(error) => {
                tracing::warn!(kind = error.kind().name(), "outcomes were not stored");
                if matches!(
                    error.kind(),
                    StoreErrorKind::Corrupt | StoreErrorKind::Version
                ) {
                    break;
                }
            }
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(Duration::from_secs(5));
    }
    vec![None; outcomes.len()]
}
