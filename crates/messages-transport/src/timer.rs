//! Time, as a dependency: the decorators wait through this, so that tests can hold the clock.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// A wait, ready when it is over. Dropping it ends it.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A clock that can wake a task.
///
/// [`TokioTimer`] is the one to use inside tokio; it follows tokio's paused time.
pub trait Timer: Debug + Send + Sync + 'static {
    /// The present, for measuring.
    fn now(&self) -> Instant;

    /// The present on the calendar, to read a date in `Retry-After`.
    fn calendar(&self) -> SystemTime;

    /// A future that is ready once `duration` has passed.
    fn sleep(&self, duration: Duration) -> Sleep;

    /// A future that is ready once [`now`](Self::now) has reached `instant`.
    fn sleep_until(&self, instant: Instant) -> Sleep {
        self.sleep(instant.saturating_duration_since(self.now()))
    }
}

impl<T: Timer + ?Sized> Timer for Arc<T> {
    fn now(&self) -> Instant {
        (**self).now()
    }

    fn calendar(&self) -> SystemTime {
        (**self).calendar()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        (**self).sleep(duration)
    }

    fn sleep_until(&self, instant: Instant) -> Sleep {
        (**self).sleep_until(instant)
    }
}

/// Tokio's clock.
#[cfg(feature = "tokio")]
#[derive(Debug, Clone, Copy, Default)]
pub struct TokioTimer;

#[cfg(feature = "tokio")]
impl Timer for TokioTimer {
    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn calendar(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }

    fn sleep_until(&self, instant: Instant) -> Sleep {
        Box::pin(tokio::time::sleep_until(instant.into()))
    }
}
