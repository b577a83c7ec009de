//! Policy of rates.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::time::Duration;

use super::RateScope;
use super::scope::Level;

/// A rate: so many requests in so much time, and how many of them may come at once.
///
/// In every stretch of time `t` at most `burst + t × rate` requests go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    pub(super) interval: Duration,
    pub(super) burst: u32,
}

impl Quota {
    /// So many requests a second, evenly spaced.
    #[must_use]
    pub const fn per_second(requests: NonZeroU32) -> Self {
        Self::new(requests, Duration::from_secs(1))
    }

    /// So many requests in each `period`, evenly spaced.
    #[must_use]
    pub const fn new(requests: NonZeroU32, period: Duration) -> Self {
        let interval = period.checked_div(requests.get());
        Self {
            interval: match interval {
                Some(interval) => interval,
                None => period,
            },
            burst: 1,
        }
    }

    /// One request in each `interval`, such as one a minute.
    #[must_use]
    pub const fn every(interval: Duration) -> Self {
        Self { interval, burst: 1 }
    }

    /// Most requests that may go out at once after a pause; 1 if never set, 0 counts as 1.
    #[must_use]
    pub const fn burst(mut self, requests: u32) -> Self {
        self.burst = if requests == 0 { 1 } else { requests };
        self
    }
}

/// The rates to keep, and how many requests may wait for their turn.
///
/// Without a quota, requests go out as they come. With or without one, a 429 pauses all requests of
/// the account for as long as its `Retry-After` says, or for a second.
#[derive(Debug, Clone)]
#[must_use]
pub struct RateLimitPolicy {
    account: Option<Quota>,
    sender: Option<Quota>,
    channel: Option<Quota>,
    exceptions: HashMap<RateScope, Quota>,
    pub(super) max_waiting: usize,
    pub(super) max_pause: Duration,
}

impl Default for RateLimitPolicy {
    fn default() -> Self {
        Self {
            account: None,
            sender: None,
            channel: None,
            exceptions: HashMap::new(),
            max_waiting: 10_000,
            max_pause: Duration::from_secs(60),
        }
    }
}

impl RateLimitPolicy {
    /// The rate of each account. The API's usual limit is 30 requests a second for an account.
    pub fn account(mut self, quota: Quota) -> Self {
        self.account = Some(quota);
        self
    }

    /// The rate of each sender.
    pub fn sender(mut self, quota: Quota) -> Self {
        self.sender = Some(quota);
        self
    }

    /// The rate of each channel, of its sender if the scope names one, and else of the account.
    pub fn channel(mut self, quota: Quota) -> Self {
        self.channel = Some(quota);
        self
    }

    /// The rate of exactly this scope, in place of the one for its kind.
    pub fn exception(mut self, scope: RateScope, quota: Quota) -> Self {
        self.exceptions.insert(scope, quota);
        self
    }

    /// Most requests that may wait at once. Default 10,000; one more is refused with the error kind
    /// [`Limited`](crate::TransportErrorKind::Limited).
    pub fn max_waiting(mut self, requests: usize) -> Self {
        self.max_waiting = requests;
        self
    }

    /// The longest pause that a `Retry-After` can impose. Default 60 s.
    pub fn max_pause(mut self, limit: Duration) -> Self {
        self.max_pause = limit;
        self
    }

    pub(super) fn quota(&self, scope: &RateScope) -> Option<Quota> {
        self.exceptions.get(scope).copied().or(match scope.level() {
            Level::Account => self.account,
            Level::Sender => self.sender,
            Level::Channel => self.channel,
        })
    }
}
