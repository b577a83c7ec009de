//! The rate of one scope: a pure state machine over a clock that is passed in.

use std::time::{Duration, Instant};

use super::pace::Pace;
use super::policy::Quota;

/// When the next request of one scope may go out.
///
/// The quota is kept by the generic cell rate algorithm: `due` is when the next request would go
/// out if all were evenly spaced, and a burst may run ahead of it.
#[derive(Debug)]
pub(super) struct Bucket {
    quota: Option<Quota>,
    due: Instant,
    closed_until: Instant,
    pub(super) pace: Pace,
}

impl Bucket {
    pub(super) fn new(quota: Option<Quota>, now: Instant) -> Self {
        Self {
            quota,
            due: now,
            closed_until: now,
            pace: Pace::new(now),
        }
    }

    /// The earliest instant at which a request may go out.
    pub(super) fn ready_at(&self, now: Instant) -> Instant {
        let (interval, burst) = self.spacing(now);
        let ahead = interval.saturating_mul(burst - 1);
        self.due
            .checked_sub(ahead)
            .unwrap_or(now)
            .max(self.closed_until)
    }

    /// Counts a request that goes out now.
    pub(super) fn take(&mut self, now: Instant) {
        let (interval, _) = self.spacing(now);
        self.due = self.due.max(now) + interval;
        self.pace.sent(now);
    }

    /// How long `requests` more take, once the bucket is open.
    pub(super) fn backlog(&self, requests: usize, now: Instant) -> Duration {
        let requests = u32::try_from(requests).unwrap_or(u32::MAX);
        self.spacing(now).0.saturating_mul(requests)
    }

    /// Lets nothing out until then.
    pub(super) fn close_until(&mut self, until: Instant) {
        self.closed_until = self.closed_until.max(until);
    }

    /// Whether forgetting the bucket changes nothing.
    pub(super) fn is_idle(&self, now: Instant) -> bool {
        self.due <= now && self.closed_until <= now && self.pace.is_free()
    }

    fn spacing(&self, now: Instant) -> (Duration, u32) {
        let quota = self.quota.unwrap_or(Quota {
            interval: Duration::ZERO,
            burst: 2,
        });
        match self.pace.interval(now.max(self.closed_until)) {
            // A learned pace is a guess without bursts: one request may run ahead, so that timers
            // that fire late do not slow it down.
            Some(learned) if learned > quota.interval => (learned, quota.burst.min(2)),
            _ => (quota.interval, quota.burst),
        }
    }
}
