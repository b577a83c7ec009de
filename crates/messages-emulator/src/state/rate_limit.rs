//! The rate limit of an api key: a token bucket.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Moment;

/// Rate limit of an api key.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Requests a second of the emulator's time, more than 0; the API's own default is 30.
    pub per_second: f64,
    /// Largest burst, at least 1; by default the requests of a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<u32>,
}

impl RateLimit {
    /// So many requests a second, and as many at once.
    #[must_use]
    pub const fn per_second(per_second: f64) -> Self {
        Self {
            per_second,
            burst: None,
        }
    }

    fn size(&self) -> f64 {
        self.burst
            .map_or_else(|| self.per_second.ceil(), f64::from)
            .max(1.0)
    }
}

/// Tokens that come back with time.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    limit: RateLimit,
    tokens: f64,
    at: Moment,
}

/// The state of the bucket after a request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reading {
    pub(crate) limit: u64,
    pub(crate) remaining: u64,
    /// Time of the next token.
    pub(crate) reset: Moment,
    /// The wait for the next token, if none is left.
    pub(crate) wait: Option<Duration>,
}

impl Bucket {
    /// A full bucket. A rate that is no positive number counts as one a second.
    pub(crate) fn new(limit: RateLimit, now: Moment) -> Self {
        let per_second = if limit.per_second.is_finite() && limit.per_second > 0.0 {
            limit.per_second
        } else {
            1.0
        };
        let limit = RateLimit {
            per_second,
            ..limit
        };
        Self {
            tokens: limit.size(),
            limit,
            at: now,
        }
    }

    /// Takes a token, if there is one.
    pub(crate) fn take(&mut self, now: Moment) -> Reading {
        let passed = now.since(self.at).as_secs_f64();
        self.tokens = (self.tokens + passed * self.limit.per_second).min(self.limit.size());
        self.at = now.max(self.at);
        let granted = self.tokens >= 1.0;
        if granted {
            self.tokens -= 1.0;
        }
        let lacking = (1.0 - self.tokens).max(0.0) / self.limit.per_second;
        let lacking = Duration::try_from_secs_f64(lacking).unwrap_or(Duration::MAX);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "never negative, and never more than a u32 of tokens"
        )]
        let remaining = self.tokens.floor() as u64;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at least 1, and a float cast saturates"
        )]
        let limit = self.limit.size() as u64;
        Reading {
            limit,
            remaining,
            reset: now.after(lacking),
            wait: (!granted).then_some(lacking),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bucket_refuses_beyond_its_size_and_fills_again() {
        let at = |millis| Moment::from_millis(millis);
        let mut bucket = Bucket::new(RateLimit::per_second(10.0), at(0));
        for _ in 0..10 {
            assert_eq!(bucket.take(at(0)).wait, None);
        }
        let refused = bucket.take(at(0));
        assert_eq!(refused.wait, Some(Duration::from_millis(100)));
        assert_eq!((refused.limit, refused.remaining), (10, 0));
        assert_eq!(refused.reset, at(100));
        assert_eq!(bucket.take(at(100)).wait, None);
        assert!(bucket.take(at(100)).wait.is_some());
    }
}
