//! Trying again, where that cannot send twice.

mod budget;
mod classify;
mod observer;
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
pub use classify::{Cause, Decision, classify};
pub use observer::{Attempt, AttemptObserver};
pub use policy::{DeliveryPolicy, RetryPolicy};
pub use retry_after::retry_after;
use spare::Spare;

/// Repeats a call as its [`RetryPolicy`] allows.
///
/// Whether a result may be tried again is decided by [`classify`]. A call may carry these in its
/// request's extensions: a [`DeliveryPolicy`] that replaces the policy's own, and a
/// [`CallContext`] with the instant at which the call began and a deadline that no wait and no further
/// attempt is started past, which also counts the attempts. A refusal that carries [`TryAgain`] is followed by one more attempt, whatever the policy.
///
/// Dropping the future ends the attempt or the wait; nothing goes on behind it.
#[derive(Debug, Clone)]
pub struct Retry<T> {
    inner: T,
    policy: RetryPolicy,
    timer: Arc<dyn Timer>,
}

impl<T> Retry<T> {
    /// Repeats the calls of `inner`.
    pub fn new(inner: T, policy: RetryPolicy, timer: impl Timer) -> Self {
        Self {
            inner,
            policy,
            timer: Arc::new(timer),
        }
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
                let watch = self
                    .policy
                    .observer
                    .as_deref()
                    .map(|observer| (observer, self.timer.now(), request.extensions().clone()));
                let number = call.start();
                let result = self.inner.send(request).await;
                let wait = call.wait_after(&result);
                if let Some((observer, began, extensions)) = watch {
                    let elapsed = self.timer.now().saturating_duration_since(began);
                    observer.on_attempt(&Attempt::new(number, &result, elapsed, wait, &extensions));
                }
                let (Some(wait), Some(spare)) = (wait, spare) else {
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

/// One call on its way through its attempts.
struct Call<'a> {
    policy: &'a RetryPolicy,
    timer: &'a dyn Timer,
    method: Method,
    delivery: DeliveryPolicy,
    /// No further attempt may start at or after this.
    end: Option<Instant>,
    /// The caller's, if it wants to know.
    counter: Option<AttemptCounter>,
    attempts_left: u32,
    /// Whether a layer below may still have the request sent again.
    may_be_asked: bool,
    retries: u32,
    /// What the latest retry took from the budget, returned if it succeeds.
    paid: u32,
}

impl<'a> Call<'a> {
    fn new<T>(retry: &'a Retry<T>, request: &Request<Bytes>) -> Self {
        let policy = &retry.policy;
        let method = request.method().clone();
        let extensions = request.extensions();
        let deadline = CallContext::deadline_of(request);
        let began = CallContext::began_of(request).unwrap_or_else(|| retry.timer.now());
        let latest = began.checked_add(policy.max_elapsed);
        Self {
            policy,
            timer: &*retry.timer,
            method,
            delivery: extensions.get().copied().unwrap_or(policy.delivery),
            end: [deadline, latest].into_iter().flatten().min(),
            counter: CallContext::attempts_of(request).cloned(),
            attempts_left: policy.max_attempts,
            may_be_asked: true,
            retries: 0,
            paid: 0,
        }
    }

    /// Whether there can be another attempt after this one: only then is a copy of the request needed.
    fn may_go_on(&self) -> bool {
        self.attempts_left > 1 || self.may_be_asked
    }

    /// Notes that an attempt starts, and returns its number.
    fn start(&self) -> u32 {
        match &self.counter {
            Some(counter) => counter.start(),
            None => self.retries + 1 + u32::from(!self.may_be_asked),
        }
    }

    /// How long to wait before the next attempt, or `None` if this was the last one.
    fn wait_after(&mut self, result: &Result<Response<Bytes>, TransportError>) -> Option<Duration> {
        if self.may_be_asked && asks_for_another(result) {
            self.may_be_asked = false;
            return self.is_in_time(Duration::ZERO).then_some(Duration::ZERO);
        }
        self.attempts_left -= 1;
        let Decision::Retry(cause) = classify(&self.method, self.delivery, result) else {
            if result
                .as_ref()
                .is_ok_and(|response| !response.status().is_server_error())
            {
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
        self.paid = budget::cost(cause);
        if !self.policy.budget.withdraw(self.paid) {
            return None;
        }
        self.retries += 1;
        Some(wait)
    }

    /// Whether an attempt could start after a wait.
    fn is_in_time(&self, wait: Duration) -> bool {
        let next = || self.timer.now().checked_add(wait);
        self.end
            .is_none_or(|end| next().is_some_and(|next| next < end))
    }
}

/// Whether a layer below has put right why the request was refused. Only a refusal can be: anything
/// else may have been taken.
fn asks_for_another(result: &Result<Response<Bytes>, TransportError>) -> bool {
    result.as_ref().is_ok_and(|answer| {
        answer.status().is_client_error() && answer.extensions().get::<TryAgain>().is_some()
    })
}
