//! Limits of a campaign: ramp, brake, and the cap of a recipient. Each decides from numbers alone.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Ended;
use crate::row::after;

/// Rates at which a campaign begins: slow at first, then twice as fast after each step.
///
/// The level follows from the number of released recipients, so a pause does not make it jump.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ramp {
    from: u32,
    to: u32,
    step: u32,
}

impl Ramp {
    /// Ramp from one number of messages per second to another, doubling after each step of this many seconds. `None` if a
    /// number is 0, or `to` is less than `from`.
    #[must_use]
    pub const fn new(from: u32, to: u32, step: u32) -> Option<Self> {
        if from == 0 || step == 0 || to < from {
            return None;
        }
        Some(Self { from, to, step })
    }

    /// Messages per second after this many were released.
    ///
    /// ```
    /// use messages_outbox::campaign::Ramp;
    ///
    /// let ramp = Ramp::new(5, 18, 10).expect("valid");
    /// let rates = [0, 49, 50, 149, 150, 1_000_000].map(|released| ramp.rate(released));
    /// assert_eq!(rates, [5, 5, 10, 10, 18, 18]);
    /// ```
    #[must_use]
    pub fn rate(&self, released: u64) -> u32 {
        let (mut rate, mut end) = (self.from, 0_u64);
        loop {
            end = end.saturating_add(u64::from(rate) * u64::from(self.step));
            if released < end || rate >= self.to {
                return rate;
            }
            rate = rate.saturating_mul(2).min(self.to);
        }
    }

    /// Time of each of the next releases up to `now`, and that of the one after them. After a pause, at most a second's
    /// worth is made up for.
    pub(crate) fn slots(
        &self,
        released: u64,
        next: Option<Timestamp>,
        now: Timestamp,
        limit: u32,
    ) -> (u32, Timestamp) {
        let second_ago = now
            .checked_sub(Duration::from_secs(1))
            .unwrap_or(Timestamp::MIN);
        let mut slot = next.unwrap_or(now).max(second_ago);
        let mut count = 0;
        while slot <= now && count < limit {
            let interval = Duration::from_secs(1) / self.rate(released + u64::from(count));
            slot = after(slot, interval);
            count += 1;
        }
        (count, slot)
    }
}

/// Share of failures among the last messages at which a campaign pauses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brake {
    percent: u32,
    of: u32,
}

impl Brake {
    /// Brake at more than this many percent of the last `of` messages. `None` if `of` is 0, or `percent` 100 or more.
    #[must_use]
    pub const fn new(percent: u32, of: u32) -> Option<Self> {
        if of == 0 || percent >= 100 {
            return None;
        }
        Some(Self { percent, of })
    }

    /// Number of messages it looks at.
    #[must_use]
    pub const fn of(&self) -> u32 {
        self.of
    }

    /// Returns `true` if too many of the last messages that ended since this time failed. Fewer than `of` decide nothing.
    #[must_use]
    pub fn trips(&self, mut ended: Vec<Ended>, since: Timestamp) -> bool {
        ended.retain(|end| end.at >= since);
        ended.sort_unstable_by_key(|end| std::cmp::Reverse(end.at));
        ended.truncate(self.of as usize);
        let failed = ended.iter().filter(|end| end.failed).count() as u64;
        ended.len() as u64 == u64::from(self.of)
            && failed * 100 > u64::from(self.percent) * u64::from(self.of)
    }
}

/// Number of messages of all campaigns that a recipient may get in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecipientCap {
    messages: u32,
    seconds: u64,
}

impl RecipientCap {
    /// Cap of this many messages in a period. `None` if the number is 0.
    #[must_use]
    pub const fn new(messages: u32, period: Duration) -> Option<Self> {
        if messages == 0 {
            return None;
        }
        Some(Self {
            messages,
            seconds: period.as_secs(),
        })
    }

    /// Number of messages.
    #[must_use]
    pub const fn messages(&self) -> u32 {
        self.messages
    }

    /// Beginning of the period that ends at this time.
    #[must_use]
    pub fn begin(&self, now: Timestamp) -> Timestamp {
        let period = Duration::from_secs(self.seconds);
        now.checked_sub(period).unwrap_or(Timestamp::MIN)
    }
}
