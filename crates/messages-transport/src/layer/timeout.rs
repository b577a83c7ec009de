//! A time limit for one attempt.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};

use crate::{Deadline, Delivery, Timer, Transport, TransportError, TransportErrorKind};

/// The limit the SDK uses: 20 s.
pub const DEFAULT_LIMIT: Duration = Duration::from_secs(20);

/// Ends an attempt that takes too long.
///
/// The limit covers the whole attempt: waiting for a connection, connecting, sending, and reading
/// the answer to its end. A [`Deadline`] in the request's extensions shortens it. An attempt that
/// ran into its limit is [`Delivery::Unknown`]; one whose deadline had passed before it began is
/// `NotSent`.
#[derive(Debug, Clone)]
pub struct Timeout<T> {
    inner: T,
    limit: Duration,
    timer: Arc<dyn Timer>,
}

#[derive(Debug, thiserror::Error)]
enum Expired {
    #[error("no complete answer within {0:?}")]
    Attempt(Duration),
    #[error("the deadline of the call had passed before the attempt")]
    Deadline,
}

impl<T> Timeout<T> {
    /// Limits each call of `inner` to `limit`.
    pub fn new(inner: T, limit: Duration, timer: impl Timer) -> Self {
        Self {
            inner,
            limit,
            timer: Arc::new(timer),
        }
    }
}

#[async_trait]
impl<T: Transport> Transport for Timeout<T> {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let mut limit = self.limit;
        if let Some(Deadline(deadline)) = request.extensions().get() {
            let left = deadline.saturating_duration_since(self.timer.now());
            if left.is_zero() {
                return Err(expired(Delivery::NotSent, Expired::Deadline));
            }
            limit = limit.min(left);
        }
        let mut exchange = self.inner.send(request);
        let mut sleep = self.timer.sleep(limit);
        poll_fn(|cx| match exchange.as_mut().poll(cx) {
            Poll::Ready(result) => Poll::Ready(result),
            Poll::Pending => sleep
                .as_mut()
                .poll(cx)
                .map(|()| Err(expired(Delivery::Unknown, Expired::Attempt(limit)))),
        })
        .await
    }
}

fn expired(delivery: Delivery, source: Expired) -> TransportError {
    TransportError::new(TransportErrorKind::Timeout, delivery, source)
}
