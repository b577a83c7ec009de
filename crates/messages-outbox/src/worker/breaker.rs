//! The breaker: after unknown outcomes in a row, one row alone probes the API.

use std::sync::atomic::{AtomicU32, Ordering};

/// Unknown outcomes in a row that open it.
const UNKNOWN_MAX: u32 = 5;

/// Counts unknown outcomes in a row.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    unknown: AtomicU32,
}

impl Breaker {
    /// Records an outcome; `true` if it opens the breaker, or keeps it open after a probe.
    pub(super) fn record(&self, is_unknown: bool) -> bool {
        if is_unknown {
            self.unknown.fetch_add(1, Ordering::Relaxed) + 1 >= UNKNOWN_MAX
        } else {
            self.unknown.store(0, Ordering::Relaxed);
            false
        }
    }

    /// Returns `true` while rows are to be sent one by one.
    pub(super) fn is_open(&self) -> bool {
        self.unknown.load(Ordering::Relaxed) >= UNKNOWN_MAX
    }
}
