//! In-flight calls of a client, and whether there may be more.

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// Set when no call may begin any more; the bits below count the in-flight calls.
const CLOSED: usize = !(usize::MAX >> 1);

/// The in-flight calls of a client and its clones.
#[derive(Debug, Default)]
pub(crate) struct InFlightCalls {
    state: AtomicUsize,
    /// Notified when the last call ends after `close`.
    ended: Notify,
}

impl InFlightCalls {
    /// Registers an in-flight call; `None` after `close`.
    pub(crate) fn begin(&self) -> Option<InFlight<'_>> {
        let before = self.state.fetch_add(1, Ordering::AcqRel);
        // Made in any case: what was counted has to be counted down.
        let in_flight = InFlight(self);
        (before & CLOSED == 0).then_some(in_flight)
    }

    /// Refuses new calls and waits for the in-flight ones.
    pub(crate) async fn close(&self) {
        self.state.fetch_or(CLOSED, Ordering::AcqRel);
        loop {
            let mut ended = pin!(self.ended.notified());
            // Registered before the count is read, so that no end is missed.
            ended.as_mut().enable();
            if self.state.load(Ordering::Acquire) == CLOSED {
                return;
            }
            ended.await;
        }
    }
}

/// One in-flight call, until it is dropped.
#[derive(Debug)]
pub(crate) struct InFlight<'a>(&'a InFlightCalls);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        let before = self.0.state.fetch_sub(1, Ordering::AcqRel);
        if before == CLOSED + 1 {
            self.0.ended.notify_waiters();
        }
    }
}
