//! The report of a run.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::row::State;
use crate::store::StoreError;

/// Outcomes that a run stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunReport {
    /// Accepted.
    pub sent: u64,
    /// Refused, or invalid.
    pub failed: u64,
    /// Unknown.
    pub in_doubt: u64,
    /// Not sent or refused for now: queued again.
    pub requeued: u64,
    /// Not stored: another writer had decided the row, or the store failed.
    pub stale: u64,
}

/// Failure of a run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The outbox was built without a client.
    #[error("a worker needs a client")]
    NoClient,
    /// The store failed.
    #[error("the store failed")]
    Store(#[source] StoreError),
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    sent: AtomicU64,
    failed: AtomicU64,
    in_doubt: AtomicU64,
    requeued: AtomicU64,
    stale: AtomicU64,
}

impl Counters {
    pub(super) fn add(&self, state: Option<State>) {
        let counter = match state {
            Some(State::Sent) => &self.sent,
            Some(State::Failed) => &self.failed,
            Some(State::InDoubt) => &self.in_doubt,
            Some(State::Queued) => &self.requeued,
            _ => &self.stale,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> RunReport {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        RunReport {
            sent: read(&self.sent),
            failed: read(&self.failed),
            in_doubt: read(&self.in_doubt),
            requeued: read(&self.requeued),
            stale: read(&self.stale),
        }
    }
}
