//! Retries that cannot send twice.

mod budget;
mod classify;
mod policy;
mod retry_after;
mod spare;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Method, Request, Response};

use crate::transport::Exchange;
use crate::{AttemptCounter, CallContext, Timer, Transport, TransportError, TryAgain};

pub use budget::RetryBudget;
pub use classify::{Cause, Delivered, Refusal, Verdict, classify};
pub use policy::{DeliveryPolicy, RetryPolicy};
pub use retry_after::retry_after;
use spare::Spare;

/// Retries calls as the [`RetryPolicy`] and the [`DeliveryPolicy`] allow.
///
/// [`classify`] decides which results may be retried. A call may have these in its request's
/// extensions: a [`DeliveryPolicy`] that replaces this layer's, and a [`CallContext`], whose deadline
/// no wait and no further attempt passes. The attempts are counted there, and an attempt that may
/// have been accepted is marked. A refusal that carries [`TryAgain`] is followed by one more attempt,
/// whatever the policy.
///
/// Dropping the future ends the attempt or the wait; nothing continues in the background.
#[derive(Debug, Clone)]
pub struct Retry<T> {
    inner: T,
    policy: RetryPolicy,
    delivery: DeliveryPolicy,
    timer: Arc<dyn Timer>,
}

impl<T> Retry<T> {
    /// Retries the calls of `inner`, under [`DeliveryPolicy::AtMostOnce`].
    pub fn new(inner: T, policy: RetryPolicy, timer: impl Timer) -> Self {
        Self {
            inner,
            policy,
            delivery: DeliveryPolicy::default(),
            timer: Arc::new(timer),
        }
    }

    /// Sets what may be resent.
    #[must_use]
    pub fn delivery(mut self, policy: DeliveryPolicy) -> Self {
        self.delivery = policy;
        self
    }
}

impl<T: Transport> Transport for Retry<T> {
    fn send<'a, 'f>(&'a self, mut request: Request<Bytes>) -> Exchange<'f>
    where
        'a: 'f,
        Self: 'f,
    {
        Box::pin(async move {
            let mut call = Call::new(self, &request);
            loop {
                let spare = call.may_go_on().then(|| Spare::of(&request));
                if let Some(attempts) = &call.attempts {
                    attempts.start();
                }
                let result = self.inner.send(request).await;
                let (Some(wait), Some(spare)) = (call.wait_after(&result), spare) else {
                    return result;
                };
                drop(result);
                if !wait.is_zero() {
                    self.timer.sleep(wait).await;
                }
                request = spare.into_request();
            }
        })
    }
}

/// State of one call between its attempts.
struct Call<'a> {
    policy: &'a RetryPolicy,
    timer: &'a dyn Timer,
    method: Method,
    delivery: DeliveryPolicy,
    /// No further attempt may start at or after this.
    deadline: Option<Instant>,
    /// The caller's counter, if the request has one.
    attempts: Option<AttemptCounter>,
    attempts_left: u32,
    /// A layer below may still have the request resent.
    may_be_asked: bool,
    retries: u32,
    /// Tokens the latest retry took from the budget, returned if it succeeds.
    paid: u32,
}

impl<'a> Call<'a> {
    fn new<T>(retry: &'a Retry<T>, request: &Request<Bytes>) -> Self {
        Self {
            policy: &retry.policy,
            timer: &*retry.timer,
            method: request.method().clone(),
            delivery: request
                .extensions()
                .get()
                .copied()
                .unwrap_or(retry.delivery),
            deadline: CallContext::deadline_of(request),
            attempts: CallContext::attempts_of(request).cloned(),
            attempts_left: retry.policy.max_attempts,
            may_be_asked: true,
            retries: 0,
            paid: 0,
        }
    }

    /// Returns `true` if there can be another attempt after this one: only then is a copy of the request needed.
    fn may_go_on(&self) -> bool {
        self.attempts_left > 1 || self.may_be_asked || self.policy.waits_out_throttling
    }

    /// The wait before the next attempt, or `None` if this was the last one. Marks an unknown outcome.
    fn wait_after(&mut self, result: &Result<Response<Bytes>, TransportError>) -> Option<Duration> {
        let verdict = classify(&self.method, self.delivery, result);
        if verdict.delivered == Delivered::Unknown
            && let Some(attempts) = &self.attempts
        {
            attempts.mark_unknown();
        }
        let is_refused = matches!(verdict.delivered, Delivered::Refused(_));
        if self.may_be_asked && is_refused && asks_for_another(result) {
            self.may_be_asked = false;
            return self.is_in_time(Duration::ZERO).then_some(Duration::ZERO);
        }
        let is_free = self.policy.waits_out_throttling && verdict.retry == Some(Cause::Throttled);
        if !is_free {
            self.attempts_left -= 1;
        }
        let Some(cause) = verdict.retry else {
            if is_refused || verdict.delivered == Delivered::Accepted {
                self.policy.budget.deposit(self.paid.max(budget::SUCCESS));
            }
            return None;
        };
        if self.attempts_left == 0 {
            return None;
        }
        let asked = result
            .as_ref()
            .ok()
            .and_then(|response| retry_after(response.headers(), self.timer.calendar()));
        let wait = self.policy.delay(cause, self.retries, asked)?;
        if !self.is_in_time(wait) {
            return None;
        }
        if !is_free {
            self.paid = budget::cost(cause);
            if !self.policy.budget.withdraw(self.paid) {
                return None;
            }
        }
        self.retries += 1;
        Some(wait)
    }

    /// Returns `true` if an attempt could start after a wait.
    fn is_in_time(&self, wait: Duration) -> bool {
        let next = || self.timer.now().checked_add(wait);
        self.deadline
            .is_none_or(|deadline| next().is_some_and(|next| next < deadline))
    }
}

/// Returns `true` if a layer below has corrected the reason for a refusal.
fn asks_for_another(result: &Result<Response<Bytes>, TransportError>) -> bool {
    result
        .as_ref()
        .is_ok_and(|response| response.extensions().get::<TryAgain>().is_some())
}
