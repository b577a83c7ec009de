//! The store's clock, as a worker follows it.

use std::time::{Duration, Instant};

use jiff::Timestamp;

/// Age at which an estimate is replaced: clocks drift.
const FRESH: Duration = Duration::from_secs(60);
/// Difference at which an estimate is replaced: the store's clock was moved.
const JUMP: Duration = Duration::from_secs(5);

/// Estimate of the instant at which the store's clock shows a time.
///
/// Responses arrive late by the duration of their commits. The one that took least gives the best estimate; otherwise
/// every wait for a commit would shift the slots of its claim against those of others.
#[derive(Debug, Default)]
pub(super) struct StoreTime {
    best: Option<(Instant, Timestamp)>,
}

impl StoreTime {
    /// Learns that a response with this time of the store arrived.
    pub(super) fn observe(&mut self, arrived: Instant, now: Timestamp) {
        let keeps = self.best.is_some_and(|(first, _)| {
            let predicted = self.instant(now, arrived);
            let is_earlier = predicted <= arrived && arrived - predicted < JUMP;
            is_earlier && arrived.saturating_duration_since(first) < FRESH
        });
        if !keeps {
            self.best = Some((arrived, now));
        }
    }

    /// The instant at which the store's clock shows `time`; `arrived` without an estimate, or if it is not later.
    pub(super) fn instant(&self, time: Timestamp, arrived: Instant) -> Instant {
        let Some((instant, now)) = self.best else {
            return arrived;
        };
        match Duration::try_from(now.duration_until(time)) {
            Ok(later) => instant.checked_add(later).unwrap_or(arrived),
            Err(_) => {
                let earlier = Duration::try_from(time.duration_until(now)).unwrap_or_default();
                instant.checked_sub(earlier).unwrap_or(arrived)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fastest_response_counts_until_the_clock_is_moved() {
        let start = Instant::now() + Duration::from_secs(1_000);
        let now = Timestamp::UNIX_EPOCH;
        let ms = Duration::from_millis;
        let mut time = StoreTime::default();
        time.observe(start + ms(20), now);
        assert_eq!(time.instant(now + ms(50), start), start + ms(70));
        time.observe(start + ms(105), now + ms(100));
        assert_eq!(time.instant(now + ms(150), start), start + ms(155));
        time.observe(start + ms(230), now + ms(200));
        assert_eq!(time.instant(now + ms(250), start), start + ms(255));
        let moved = now + Duration::from_secs(3_600);
        time.observe(start + ms(300), moved);
        assert_eq!(time.instant(moved, start), start + ms(300));
    }
}
