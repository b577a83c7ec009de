//! The clock of a store.

use std::fmt::Debug;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;

/// Clock of a store: it rules leases, slots and due times of all workers. To the microsecond.
pub trait StoreClock: Debug + Send + Sync + 'static {
    /// The present.
    fn now(&self) -> Timestamp;
}

/// Clock of the system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl StoreClock for SystemClock {
    fn now(&self) -> Timestamp {
        let micros = Timestamp::now().as_microsecond();
        Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// Clock that passes faster than the system's: for tests and demonstrations against an emulator. All processes of a store
/// need the same one.
#[derive(Debug, Clone, Copy)]
pub struct FastClock {
    start: Timestamp,
    speed: u32,
}

impl FastClock {
    /// A clock that shows the system's time at `start`, and since then passes `speed` times as fast.
    #[must_use]
    pub fn new(start: Timestamp, speed: u32) -> Self {
        Self { start, speed }
    }
}

impl StoreClock for FastClock {
    fn now(&self) -> Timestamp {
        let start = self.start.as_microsecond();
        let elapsed = SystemClock.now().as_microsecond() - start;
        let micros = start.saturating_add(elapsed.saturating_mul(self.speed.into()));
        Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
    }
}

/// Clock that stands still until it is moved, for tests.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that shows this time.
    #[must_use]
    pub fn new(time: Timestamp) -> Self {
        Self(AtomicI64::new(time.as_microsecond()))
    }

    /// Moves the clock forward.
    pub fn advance(&self, duration: Duration) {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl StoreClock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap_or(Timestamp::MAX)
    }
}
