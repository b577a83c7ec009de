//! The emulator's own time: real, faster than real, or moved on by hand.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in the emulator's time, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(u64);

impl Moment {
    /// The end of the emulator's time: the last millisecond that can be written as ISO 8601. Whatever would be due after
    /// it is due at it.
    pub(crate) const LAST: Self = Self(253_402_207_200_999);

    /// The moment that many milliseconds after the beginning of 1970.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the beginning of 1970.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// This moment, and a while; at most the last millisecond that ISO 8601 can name.
    #[must_use]
    pub fn after(self, while_: Duration) -> Self {
        Self(self.0.saturating_add(millis(while_))).min(Self::LAST)
    }

    /// Time from `earlier` to this moment; zero if it lies ahead.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// ISO 8601 to the second, as v1 webhooks carry it.
    #[must_use]
    pub fn seconds_text(self) -> String {
        format!("{:.0}", self.timestamp())
    }

    /// ISO 8601 with milliseconds, as v0.1 webhooks carry it.
    #[must_use]
    pub fn millis_text(self) -> String {
        format!("{:.3}", self.timestamp())
    }

    fn timestamp(self) -> jiff::Timestamp {
        i64::try_from(self.0)
            .ok()
            .and_then(|millis| jiff::Timestamp::from_millisecond(millis).ok())
            .unwrap_or(jiff::Timestamp::MAX)
    }
}

/// As ISO 8601 with milliseconds.
impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.millis_text())
    }
}

/// From the text that [`Serialize`] writes.
impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let timestamp: jiff::Timestamp = text.parse().map_err(D::Error::custom)?;
        u64::try_from(timestamp.as_millisecond())
            .map(Self)
            .map_err(D::Error::custom)
    }
}

/// Pace of the emulator's time.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Pace {
    /// So many times as fast as real time; 1 is real time. From 0.001 to 1,000,000.
    Times(f64),
    /// Not at all, except when it is moved on: [`Emulator::advance`](crate::Emulator::advance).
    Stepped,
}

impl Pace {
    /// As fast as real time.
    pub const REAL: Self = Self::Times(1.0);

    fn factor(self) -> f64 {
        match self {
            Self::Times(factor) if factor.is_finite() => factor.clamp(0.001, 1_000_000.0),
            Self::Times(_) => 1.0,
            Self::Stepped => 0.0,
        }
    }
}

/// Tells the emulator's time.
#[derive(Debug)]
pub(crate) struct Clock(Mutex<Anchor>);

/// The latest common point of both times, and the emulator's speed since.
#[derive(Debug, Clone, Copy)]
struct Anchor {
    real: Instant,
    own: Moment,
    pace: Pace,
}

impl Anchor {
    fn now(self) -> Moment {
        let passed = self.real.elapsed().as_secs_f64() * self.pace.factor();
        self.own
            .after(Duration::try_from_secs_f64(passed).unwrap_or_default())
    }

    fn moved_to(self, own: Moment, pace: Pace) -> Self {
        Self {
            real: Instant::now(),
            own,
            pace,
        }
    }
}

impl Clock {
    /// A clock that shows real time now.
    pub(crate) fn new(pace: Pace) -> Self {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self(Mutex::new(Anchor {
            real: Instant::now(),
            own: Moment(millis(since)),
            pace,
        }))
    }

    pub(crate) fn now(&self) -> Moment {
        self.anchor().now()
    }

    /// Real time left until `moment`; `None` if the clock only moves by hand.
    pub(crate) fn real_time_until(&self, moment: Moment) -> Option<Duration> {
        let anchor = self.anchor();
        let left = moment.since(anchor.now()).as_secs_f64();
        match anchor.pace {
            Pace::Stepped => (left <= 0.0).then_some(Duration::ZERO),
            pace => {
                Some(Duration::try_from_secs_f64(left / pace.factor()).unwrap_or(Duration::MAX))
            }
        }
    }

    /// A clock that goes on after `last`: where time stands still, from there; else from now, unless it was later there.
    pub(crate) fn after(last: Option<Moment>, pace: Pace) -> Self {
        let clock = Self::new(pace);
        if let Some(last) = last {
            let mut anchor = clock.anchor();
            if pace == Pace::Stepped || last > anchor.own {
                anchor.own = last;
            }
            drop(anchor);
        }
        clock
    }

    /// Moves the clock on to `moment`; never back.
    pub(crate) fn move_to(&self, moment: Moment) {
        let mut anchor = self.anchor();
        let now = anchor.now();
        *anchor = anchor.moved_to(moment.max(now), anchor.pace);
    }

    pub(crate) fn pace(&self) -> Pace {
        self.anchor().pace
    }

    pub(crate) fn set_pace(&self, pace: Pace) {
        let mut anchor = self.anchor();
        *anchor = anchor.moved_to(anchor.now(), pace);
    }

    fn anchor(&self) -> std::sync::MutexGuard<'_, Anchor> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
