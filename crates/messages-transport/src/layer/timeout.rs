//! A time limit for one attempt.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http::Request;

use crate::transport::Exchange;
use crate::{
    AttemptCounter, CallContext, Delivery, Timer, Transport, TransportError, TransportErrorKind,
};

/// The limit the SDK uses: 20 s.
pub const DEFAULT_LIMIT: Duration = Duration::from_secs(20);

/// Ends an attempt that takes too long.
///
/// The limit covers the whole attempt, from the first poll of its future: waiting for a connection, connecting, sending, and reading
/// the response to its end. The deadline in the request's [`CallContext`] shortens it. An attempt that
/// ran into its limit is [`Delivery::Unknown`], with the status code of the response if its head had
/// arrived; one whose deadline had passed before it began is `NotSent`.
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

impl<T: Transport> Transport for Timeout<T> {
    fn send<'a, 'f>(&'a self, request: Request<Bytes>) -> Exchange<'f>
    where
        'a: 'f,
        Self: 'f,
    {
        Box::pin(async move {
            let now = self.timer.now();
            let deadline = CallContext::deadline_of(&request);
            if deadline.is_some_and(|deadline| deadline <= now) {
                return Err(expired(Delivery::NotSent, Expired::Deadline));
            }
            // `None` is later than the clock goes.
            let end = [deadline, now.checked_add(self.limit)]
                .into_iter()
                .flatten()
                .min();
            let limit = end.map_or(self.limit, |end| end.saturating_duration_since(now));
            let attempts = CallContext::attempts_of(&request).cloned();
            let mut exchange = self.inner.send(request);
            let mut sleep = match end {
                Some(end) => self.timer.sleep_until(end),
                None => self.timer.sleep(limit),
            };
            poll_fn(|cx| match exchange.as_mut().poll(cx) {
                Poll::Ready(result) => Poll::Ready(result),
                Poll::Pending => sleep.as_mut().poll(cx).map(|()| {
                    let error = expired(Delivery::Unknown, Expired::Attempt(limit));
                    let status = attempts.as_ref().and_then(AttemptCounter::status);
                    Err(match status {
                        Some(status) => error.with_status(status),
                        None => error,
                    })
                }),
            })
            .await
        })
    }
}

fn expired(delivery: Delivery, source: Expired) -> TransportError {
    TransportError::new(TransportErrorKind::Timeout, delivery, source)
}
