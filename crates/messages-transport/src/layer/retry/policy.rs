//! Policy of retries.

use std::time::Duration;

use super::{Cause, RetryBudget};

/// Limit of resending, given that a message costs money, reaches a user, and has no idempotency key.
///
/// Set it for all calls with [`Retry::delivery`](super::Retry::delivery), or for one in the request's extensions. The
/// table is at [`classify`](super::classify).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum DeliveryPolicy {
    /// Never sends again what may have been taken. Some messages then end in doubt.
    #[default]
    AtMostOnce,
    /// Takes a 503 at its word, as "not processed". A proxy in front of the API may answer 503
    /// after it forwarded the request, so this can double a message.
    TrustRefusals,
    /// Sends again whenever the outcome is not known. The caller accepts doubled messages.
    AtLeastOnce,
}

/// Number of attempts, the waits between them, and the budget that retries are paid from.
///
/// The [`DeliveryPolicy`] says which requests may be resent at all; how long a call may take is the deadline of
/// its [`CallContext`](crate::CallContext).
///
/// ```
/// use std::time::Duration;
/// use messages_transport::layer::retry::RetryPolicy;
///
/// let policy = RetryPolicy::default().max_attempts(5).base_delay(Duration::from_millis(200));
/// # let _ = policy;
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct RetryPolicy {
    pub(super) max_attempts: u32,
    pub(super) budget: RetryBudget,
    pub(super) waits_out_throttling: bool,
    base_delay: Duration,
    throttled_delay: Duration,
    max_delay: Duration,
    max_retry_after: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            budget: RetryBudget::default(),
            waits_out_throttling: false,
            base_delay: Duration::from_millis(100),
            throttled_delay: Duration::from_secs(1),
            max_delay: Duration::from_secs(10),
            max_retry_after: Duration::from_secs(30),
        }
    }
}

impl RetryPolicy {
    /// Most attempts of a call, the first one included. Default 3; 0 counts as 1.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// Retries throttled requests (429) until the deadline of the call, whatever the number of attempts
    /// and the budget, and however long `Retry-After` asks to wait. For a batch, which is to slow down
    /// rather than fail; give its calls a long deadline.
    pub fn wait_out_throttling(mut self) -> Self {
        self.waits_out_throttling = true;
        self
    }

    /// The longest wait after the first failure; it doubles with every further one, and the wait is
    /// drawn evenly from zero up to it ("full jitter"). Default 100 ms.
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// The shortest wait after a first 429 that has no `Retry-After`; it doubles as well. Jitter of
    /// up to as much again is added and never subtracted. Default 1 s.
    pub fn throttled_delay(mut self, delay: Duration) -> Self {
        self.throttled_delay = delay;
        self
    }

    /// The bound of both delays, before jitter. Default 10 s.
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// The longest `Retry-After` that is waited for. Default 30 s. A longer one ends the call,
    /// since coming back earlier than asked is not an option.
    pub fn max_retry_after(mut self, limit: Duration) -> Self {
        self.max_retry_after = limit;
        self
    }

    /// The budget that retries are paid from. Clones share it, so one budget can cover many
    /// clients.
    pub fn budget(mut self, budget: RetryBudget) -> Self {
        self.budget = budget;
        self
    }

    /// The wait before the retry number `retries` (from 0), or `None` if the server asks for more
    /// than the policy grants.
    pub(super) fn delay(
        &self,
        cause: Cause,
        retries: u32,
        asked: Option<Duration>,
    ) -> Option<Duration> {
        let is_patient = self.waits_out_throttling && cause == Cause::Throttled;
        if !is_patient && asked.is_some_and(|asked| asked > self.max_retry_after) {
            return None;
        }
        let step = match cause {
            Cause::Throttled => self.throttled_delay,
            Cause::Unsent | Cause::Transient => self.base_delay,
        };
        let ceiling = step
            .saturating_mul(1 << retries.min(20))
            .min(self.max_delay);
        let jitter = ceiling.mul_f64(fastrand::f64());
        Some(match (asked, cause) {
            (Some(asked), _) => asked.saturating_add(jitter),
            (None, Cause::Throttled) => ceiling.saturating_add(jitter),
            (None, Cause::Unsent | Cause::Transient) => jitter,
        })
    }
}
