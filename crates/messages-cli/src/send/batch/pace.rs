//! A steady rate.

use std::num::NonZeroU32;
use std::time::Duration;

use tokio::time::Instant;

/// Each message has its time, and time that was lost is not made up for.
pub(super) struct Pace {
    gap: Duration,
    due: Instant,
}

impl Pace {
    /// Timers are no finer than this, so that much is made up for.
    const SLACK: Duration = Duration::from_millis(20);

    pub(super) fn new(rate: NonZeroU32) -> Self {
        Self {
            gap: Duration::from_secs(1) / rate.get(),
            due: Instant::now(),
        }
    }

    pub(super) async fn wait(&self) {
        if self.due > Instant::now() {
            tokio::time::sleep_until(self.due).await;
        }
    }

    pub(super) fn used(&mut self) {
        let now = Instant::now();
        let earliest = now.checked_sub(Self::SLACK).unwrap_or(now);
        self.due = self.due.max(earliest) + self.gap;
    }
}
