//! The rate of one scope: a pure state machine over a clock that is passed in.

use std::time::{Duration, Instant};

use super::policy::Quota;

/// Time of the next request of one scope.
///
/// The quota is kept by the generic cell rate algorithm: `due` is when the next request would go
/// out if all were evenly spaced, and a burst may run ahead of it.
#[derive(Debug)]
pub(super) struct Bucket {
    quota: Option<Quota>,
    due: Instant,
    closed_until: Instant,
}

impl Bucket {
    pub(super) const fn new(quota: Option<Quota>, now: Instant) -> Self {
        Self {
            quota,
            due: now,
            closed_until: now,
        }
    }

    /// The earliest instant at which a request may go out.
    pub(super) fn ready_at(&self, now: Instant) -> Instant {
        let due = match self.quota {
            None => now,
            Some(quota) => {
                let ahead = quota.interval.saturating_mul(quota.burst - 1);
                self.due.checked_sub(ahead).unwrap_or(now)
            }
        };
        due.max(self.closed_until)
    }

    /// Counts a request that goes out now.
    pub(super) fn take(&mut self, now: Instant) {
        if let Some(quota) = self.quota {
            self.due = self.due.max(now) + quota.interval;
        }
    }

    /// Time that `requests` more take, once the bucket is open.
    pub(super) fn backlog(&self, requests: usize) -> Duration {
        let requests = u32::try_from(requests).unwrap_or(u32::MAX);
        self.quota.map_or(Duration::ZERO, |quota| {
            quota.interval.saturating_mul(requests)
        })
    }

    /// Lets no request out until then.
    pub(super) fn close_until(&mut self, until: Instant) {
        self.closed_until = self.closed_until.max(until);
    }

    /// Returns `true` if removing the bucket changes nothing.
    pub(super) fn is_idle(&self, now: Instant) -> bool {
        self.due <= now && self.closed_until <= now
    }
}
