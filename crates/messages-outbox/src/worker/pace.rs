//! The store's clock, as a worker follows it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;

/// Slot of a claimed row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    /// Instant to post at.
    pub(super) at: Instant,
    /// Largest error of the instant.
    pub(super) error: Duration,
    /// Time before the slot at which the row begins, so that the commit does not delay the POST.
    pub(super) lead: Duration,
}

/// Slowest recent duration of a kind of request, in microseconds. A slow one counts for some requests.
#[derive(Debug)]
pub(super) struct Slowest(AtomicU64);

impl Slowest {
    pub(super) fn new(first: Duration) -> Self {
        Self(AtomicU64::new(first.as_micros() as u64))
    }

    pub(super) fn observe(&self, duration: Duration) {
        let micros = duration.as_micros() as u64;
        let known = self.0.load(Ordering::Relaxed);
        // An observation that is lost to another thread's does not matter.
        self.0
            .store(micros.max(known - known / 8), Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> Duration {
        Duration::from_micros(self.0.load(Ordering::Relaxed))
    }
}

/// Share by which the two clocks may run apart: bounds widen by it.
const DRIFT: f64 = 0.001;

/// Estimate of the instant at which the store's clock shows a time.
///
/// The store read its clock between the request and the arrival of the response. Those bounds of several responses together
/// are much narrower than the duration of one commit, by which the slots of a claim would be shifted against those of others.
#[derive(Debug, Default)]
pub(super) struct StoreTime {
    best: Option<Bounds>,
}

/// Earliest and latest instant at which the store's clock showed `now`.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    now: Timestamp,
    earliest: Instant,
    latest: Instant,
}

impl StoreTime {
    /// Learns that the response to a request had this time of the store.
    pub(super) fn observe(&mut self, requested: Instant, arrived: Instant, now: Timestamp) {
        let own = Bounds {
            now,
            earliest: requested,
            latest: arrived,
        };
        let both = self.best.and_then(|best| {
            let age = arrived.saturating_duration_since(best.latest);
            let drift = age.mul_f64(DRIFT);
            let earliest = moved(best.earliest, best.now, now)?.checked_sub(drift)?;
            let latest = moved(best.latest, best.now, now)? + drift;
            let bounds = Bounds {
                now,
                earliest: earliest.max(requested),
                latest: latest.min(arrived),
            };
            // Bounds that exclude each other: the store's clock was moved.
            (bounds.earliest <= bounds.latest).then_some(bounds)
        });
        self.best = Some(both.unwrap_or(own));
    }

    /// The instant at which the store's clock shows `time`; `arrived` without an estimate.
    pub(super) fn instant(&self, time: Timestamp, arrived: Instant) -> Instant {
        let estimate = self.best.and_then(|best| {
            let middle = best.earliest + self.error();
            moved(middle, best.now, time)
        });
        estimate.unwrap_or(arrived)
    }

    pub(super) fn is_known(&self) -> bool {
        self.best.is_some()
    }

    /// Largest error of the estimate.
    pub(super) fn error(&self) -> Duration {
        self.best.map_or(Duration::ZERO, |best| {
            best.latest.saturating_duration_since(best.earliest) / 2
        })
    }
}

/// The instant that is as far from `instant` as `to` is from `from`.
fn moved(instant: Instant, from: Timestamp, to: Timestamp) -> Option<Instant> {
    match Duration::try_from(from.duration_until(to)) {
        Ok(later) => instant.checked_add(later),
        Err(_) => instant.checked_sub(to.duration_until(from).unsigned_abs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_of_all_responses_count_until_the_clock_is_moved() {
        let start = Instant::now() + Duration::from_secs(1_000);
        let now = Timestamp::UNIX_EPOCH;
        let ms = Duration::from_millis;
        let mut time = StoreTime::default();
        assert_eq!(time.instant(now, start), start);
        // Between 0 and 20 ms after the start, and then between 12 and 40. The first upper bound widens by the drift of 120 ms.
        let drift = Duration::from_micros(120);
        time.observe(start, start + ms(20), now);
        assert_eq!(time.instant(now + ms(50), start), start + ms(60));
        assert_eq!(time.error(), ms(10));
        time.observe(start + ms(112), start + ms(140), now + ms(100));
        assert_eq!(time.error(), ms(4) + drift / 2);
        assert_eq!(
            time.instant(now + ms(150), start),
            start + ms(166) + drift / 2
        );
        let moved = now + Duration::from_secs(3_600);
        time.observe(start + ms(200), start + ms(202), moved);
        assert_eq!(time.instant(moved, start), start + ms(201));
        assert_eq!(time.instant(moved - ms(100), start), start + ms(101));
        // Older than a minute: the new bounds alone count.
        let minute = Duration::from_secs(60);
        time.observe(
            start + minute + ms(204),
            start + minute + ms(210),
            moved + minute,
        );
        assert_eq!(time.error(), ms(3));
    }
}
