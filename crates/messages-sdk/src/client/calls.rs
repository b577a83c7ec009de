//! How many calls are under way, and whether there may be more.

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// Set when no call may begin any more; what is below counts those under way.
const CLOSED: usize = !(usize::MAX >> 1);

/// The calls of a client and its clones.
#[derive(Debug, Default)]
pub(super) struct Calls {
    state: AtomicUsize,
    /// Told when the last call ends after the door was shut.
    ended: Notify,
}

impl Calls {
    /// Begins a call, unless the door is shut.
    pub(super) fn begin(&self) -> Option<UnderWay<'_>> {
        let before = self.state.fetch_add(1, Ordering::AcqRel);
        // Made in any case: what was counted has to be counted down.
        let under_way = UnderWay(self);
        (before & CLOSED == 0).then_some(under_way)
    }

    /// Shuts the door and waits for the calls under way.
    pub(super) async fn close(&self) {
        self.state.fetch_or(CLOSED, Ordering::AcqRel);
        loop {
            let mut ended = pin!(self.ended.notified());
            // In line before the count is read, so that no end is missed.
            ended.as_mut().enable();
            if self.state.load(Ordering::Acquire) == CLOSED {
                return;
            }
            ended.await;
        }
    }
}

/// One call under way, until it is dropped.
#[derive(Debug)]
pub(super) struct UnderWay<'a>(&'a Calls);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let before = self.0.state.fetch_sub(1, Ordering::AcqRel);
        if before == CLOSED + 1 {
            self.0.ended.notify_waiters();
        }
    }
}
