//! Learning the rate that the API accepts, from its 429 answers.

use std::time::{Duration, Instant};

/// While nothing is known about the limit, the rate doubles in so many seconds.
const DOUBLING: f64 = 3.0;
/// How much of a rate that had doubled into the limit is taken for the limit.
const OVERSHOT: f64 = 0.9;
/// How much of the rate is left after a 429.
const BACK_OFF: f64 = 0.9;
/// How much of the rate is taken for the limit, if a 429 follows soon after the one before: the
/// limit was a little lower than it looked.
const SLIPPED: f64 = 0.92;
/// The same, if that happens again: the limit must have dropped.
const DROPPED: f64 = 0.65;
/// After so many seconds without a 429 the rate is back where the last 429 came.
const RECOVERY: f64 = 8.0;
/// Requests a second below which no 429 can push the rate.
const SLOWEST: f64 = 0.5;
/// A rate that has grown to this multiple of where it began holds nothing back any more.
const FORGOTTEN: f64 = 20.0;

/// A rate that falls at a 429 and then rises again.
///
/// After the first 429 it halves and then doubles steadily, to find the limit. From then on it
/// rises along a cubic curve: fast back to just below where the last 429 came, slowly past it, then
/// ever faster. This is the shape of CUBIC (RFC 9438), which needs few losses to hold a limit, and
/// little time to find a new one.
#[derive(Debug)]
pub(super) struct Pace {
    learned: Option<Learned>,
    counted_from: Instant,
    count: u32,
    /// Requests a second in the last full second.
    measured: f64,
}

#[derive(Debug, Clone, Copy)]
struct Learned {
    growth: Growth,
    /// When the pause after the last 429 ends; a 429 of a request from before it is no news.
    since: Instant,
    /// Whether that 429 came soon after the one before.
    soon: bool,
}

/// In requests a second.
#[derive(Debug, Clone, Copy)]
enum Growth {
    /// Doubling, from this.
    Exploring(f64),
    /// Cubic, around this.
    Holding(f64),
}

impl Learned {
    /// The rate, unless it has grown beyond all meaning.
    fn rate(&self, now: Instant) -> Option<f64> {
        let elapsed = self.elapsed(now);
        let (from, multiple) = match self.growth {
            Growth::Exploring(start) => (start, (elapsed / DOUBLING).exp2()),
            Growth::Holding(peak) => {
                let steepness = (1.0 - BACK_OFF) / RECOVERY.powi(3);
                (peak, 1.0 + steepness * (elapsed - RECOVERY).powi(3))
            }
        };
        (multiple < FORGOTTEN).then(|| (from * multiple).max(SLOWEST))
    }

    fn elapsed(&self, now: Instant) -> f64 {
        now.saturating_duration_since(self.since).as_secs_f64()
    }
}

impl Pace {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            learned: None,
            counted_from: now,
            count: 0,
            measured: 0.0,
        }
    }

    /// The time between two requests, if there is a limit at all.
    pub(super) fn interval(&self, now: Instant) -> Option<Duration> {
        let rate = self.learned?.rate(now)?;
        Some(Duration::from_secs_f64(1.0 / rate))
    }

    pub(super) fn is_free(&self) -> bool {
        self.learned.is_none()
    }

    pub(super) fn sent(&mut self, now: Instant) {
        let window = now.saturating_duration_since(self.counted_from);
        if window >= Duration::from_secs(1) {
            self.measured = f64::from(self.count) / window.as_secs_f64();
            self.counted_from = now;
            self.count = 0;
        }
        self.count = self.count.saturating_add(1);
    }

    /// A request that was sent at `sent` was answered with 429, and the API wants to be left alone
    /// until `resume`.
    pub(super) fn throttled(&mut self, sent: Instant, now: Instant, resume: Instant) {
        let known = self
            .learned
            .and_then(|learned| Some((learned, learned.rate(now)?)));
        let mut soon = false;
        let growth = match known {
            // The other requests of the same burst.
            Some((learned, _)) if sent < learned.since => return,
            Some((learned, rate)) => match learned.growth {
                Growth::Exploring(_) if learned.elapsed(now) < DOUBLING => {
                    Growth::Exploring(rate / 2.0)
                }
                Growth::Exploring(_) => Growth::Holding(rate * OVERSHOT),
                Growth::Holding(_) if learned.elapsed(now) < RECOVERY / 2.0 => {
                    soon = true;
                    Growth::Holding(rate * if learned.soon { DROPPED } else { SLIPPED })
                }
                Growth::Holding(_) => Growth::Holding(rate),
            },
            None => {
                let window = now
                    .saturating_duration_since(self.counted_from)
                    .as_secs_f64();
                let present = f64::from(self.count) / window.max(1.0);
                Growth::Exploring(self.measured.max(present) / 2.0)
            }
        };
        self.learned = Some(Learned {
            growth,
            since: resume,
            soon,
        });
    }
}
