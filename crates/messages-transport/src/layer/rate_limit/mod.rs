//! Rates: a fixed quota, and a pause after a 429.

mod bucket;
mod limiter;
mod policy;
mod scope;

use bytes::Bytes;
use http::{Request, Response};

use crate::layer::retry::Refusal;
use crate::transport::Exchange;
use crate::{CallContext, Delivery, Timer, Transport, TransportError, TransportErrorKind};

pub use limiter::RateLimiter;
pub use policy::{Quota, RateLimitPolicy};
pub use scope::RateScope;

/// Lets requests out at the rate of their [`RateScope`].
///
/// - Fair: within a scope in order of arrival, between the senders of an account in turn.
/// - Bounded: in number by the [`RateLimitPolicy`], in time by the deadline of the call
///   ([`CallContext`]). What cannot wait is refused with the error kind
///   [`Limited`](TransportErrorKind::Limited), and was not sent.
/// - Cancel-safe: dropping a call that waits gives its place away.
/// - After a 429, no request of that account goes out before its `Retry-After` is over, or for a
///   second if it has none.
#[derive(Debug, Clone)]
pub struct RateLimit<T> {
    inner: T,
    limiter: RateLimiter,
    /// Of requests that name none.
    unnamed: RateScope,
}

/// Reason the limiter does not let a request wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum LimitError {
    #[error("the queue of the rate limit is full")]
    Full,
    #[error("the rate limit would let the request out after its deadline")]
    TooLate,
    #[error("the rate limit does not let the request out now")]
    Busy,
}

impl<T: Transport> RateLimit<T> {
    /// Limits the calls of `inner`, with a limiter of its own.
    pub fn new(inner: T, policy: RateLimitPolicy, timer: impl Timer) -> Self {
        Self::with_limiter(inner, RateLimiter::new(policy, timer))
    }

    /// Limits the calls of `inner` with a limiter that others use as well.
    pub fn with_limiter(inner: T, limiter: RateLimiter) -> Self {
        Self {
            inner,
            limiter,
            unnamed: RateScope::default(),
        }
    }

    /// The limiter, to share it or to look at it.
    pub fn limiter(&self) -> &RateLimiter {
        &self.limiter
    }

    /// Sends the request if it may go out now.
    ///
    /// # Errors
    ///
    /// The kind [`Limited`](TransportErrorKind::Limited), not sent, if it would have to wait;
    /// otherwise as [`send`](Transport::send).
    pub async fn try_send(
        &self,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, TransportError> {
        let scope: Option<RateScope> = request.extensions().get().cloned();
        let scope = scope.as_ref().unwrap_or(&self.unnamed);
        self.limiter.try_acquire(scope).map_err(refused)?;
        let result = self.inner.send(request).await;
        self.pause_if_throttled(scope, &result);
        result
    }

    /// Waits for the turn of a request that cannot go out at once.
    async fn turn(
        &self,
        scope: &RateScope,
        request: &Request<Bytes>,
    ) -> Result<(), TransportError> {
        let deadline = CallContext::deadline_of(request);
        self.limiter.acquire(scope, deadline).await.map_err(refused)
    }

    fn pause_if_throttled(
        &self,
        scope: &RateScope,
        result: &Result<Response<Bytes>, TransportError>,
    ) {
        if let Ok(response) = result
            && Refusal::of(response.status()) == Some(Refusal::Throttled)
        {
            self.limiter.throttled(scope, response.headers());
        }
    }
}

impl<T: Transport> Transport for RateLimit<T> {
    fn send<'a, 'f>(&'a self, request: Request<Bytes>) -> Exchange<'f>
    where
        'a: 'f,
        Self: 'f,
    {
        Box::pin(async move {
            let scope: Option<RateScope> = request.extensions().get().cloned();
            let scope = scope.as_ref().unwrap_or(&self.unnamed);
            if self.limiter.try_acquire(scope).is_err() {
                // In a box of its own, to keep the future of a request that need not wait small.
                Box::pin(self.turn(scope, &request)).await?;
            }
            let result = self.inner.send(request).await;
            self.pause_if_throttled(scope, &result);
            result
        })
    }
}

fn refused(refusal: LimitError) -> TransportError {
    TransportError::new(TransportErrorKind::Limited, Delivery::NotSent, refusal)
}
