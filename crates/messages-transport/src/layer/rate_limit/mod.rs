//! Keeping below the API's rate limit, and learning it from its answers.

mod bucket;
mod limiter;
mod pace;
mod policy;
mod scope;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, StatusCode};

use crate::{Deadline, Delivery, Timer, Transport, TransportError, TransportErrorKind};

use limiter::Permit;
pub use limiter::RateLimiter;
pub use policy::{Quota, RateLimitPolicy};
pub use scope::RateScope;

/// Lets requests out at the rate of their [`RateScope`].
///
/// - Fair: within a scope in order of arrival, between the senders of an account in turn.
/// - Bounded: in number and in time ([`RateLimitPolicy`]). What cannot wait is refused with the
///   error kind [`Limited`](TransportErrorKind::Limited), and was not sent.
/// - Cancel-safe: dropping a call that waits gives its place away.
/// - After a 429, nothing of that account goes out before its `Retry-After` is over.
#[derive(Debug, Clone)]
pub struct RateLimit<T> {
    inner: T,
    limiter: RateLimiter,
}

/// Why the limiter does not let a request wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Refusal {
    #[error("as many requests wait as may wait")]
    Full,
    #[error("the turn of the request would come too late")]
    TooLate,
    #[error("the request would have to wait")]
    Busy,
}

impl<T: Transport> RateLimit<T> {
    /// Limits the calls of `inner`, with a limiter of its own.
    pub fn new(inner: T, policy: RateLimitPolicy, timer: impl Timer) -> Self {
        Self::with_limiter(inner, RateLimiter::new(policy, timer))
    }

    /// Limits the calls of `inner` with a limiter that others use as well.
    pub fn with_limiter(inner: T, limiter: RateLimiter) -> Self {
        Self { inner, limiter }
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
        let scope = scope_of(&request);
        let permit = self.limiter.try_acquire(&scope).map_err(refused)?;
        self.send_with(permit, &scope, request).await
    }

    async fn send_with(
        &self,
        permit: Permit,
        scope: &RateScope,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, TransportError> {
        let result = self.inner.send(request).await;
        if let Ok(response) = &result
            && response.status() == StatusCode::TOO_MANY_REQUESTS
        {
            self.limiter.throttled(permit, scope, response.headers());
        }
        result
    }
}

#[async_trait]
impl<T: Transport> Transport for RateLimit<T> {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let scope = scope_of(&request);
        let permit = match self.limiter.try_acquire(&scope) {
            Ok(permit) => permit,
            Err(_) => {
                let deadline = request
                    .extensions()
                    .get()
                    .map(|Deadline(deadline)| *deadline);
                let turn = self.limiter.acquire(&scope, deadline);
                turn.await.map_err(refused)?
            }
        };
        self.send_with(permit, &scope, request).await
    }
}

fn scope_of(request: &Request<Bytes>) -> RateScope {
    request.extensions().get().cloned().unwrap_or_default()
}

fn refused(refusal: Refusal) -> TransportError {
    TransportError::new(TransportErrorKind::Limited, Delivery::NotSent, refusal)
}
