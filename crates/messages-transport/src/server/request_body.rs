//! A request body within the limits of the server.

use std::error::Error as StdError;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep, sleep_until};

use super::connection::Connection;
use super::limits::ServerLimits;
use super::stream::spent;

/// Smaller frames are joined, so that the memory of a body is what it holds and not how it was sent.
const FRAME: usize = 16 * 1024;

/// The body of a request, as [`serve`](super::serve) hands it to the service. Its frames have at least 16 KiB, but for the last.
pub struct RequestBody {
    incoming: Incoming,
    connection: Arc<Connection>,
    limit: usize,
    received: usize,
    began: Option<Instant>,
    deadline: Option<Pin<Box<Sleep>>>,
    frame: BytesMut,
    /// The declared length exceeds the limit.
    is_too_large: bool,
    is_over: bool,
}

/// Failure of a request body.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum BodyError {
    /// It exceeds the limit.
    #[error("the request body is too large")]
    TooLarge,
    /// It paused for too long, or is too slow.
    #[error("the request body did not arrive in time")]
    TimedOut,
    /// All bodies together exceed the limit, and this one was the largest.
    #[error("the server holds too many bytes of request bodies")]
    Overloaded,
    /// The connection ended within it, or its framing is malformed.
    #[error("the request body is incomplete")]
    Incomplete(#[source] Box<dyn StdError + Send + Sync>),
}

impl BodyError {
    /// The status to respond with: 413, 408, 503 or 400.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TimedOut => StatusCode::REQUEST_TIMEOUT,
            Self::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
            Self::Incomplete(_) => StatusCode::BAD_REQUEST,
        }
    }

    /// The failure of the body among the causes of an error, for a framework that wraps it.
    #[must_use]
    pub fn find<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e Self> {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if let Some(found) = error.downcast_ref() {
                return Some(found);
            }
            cause = error.source();
        }
        None
    }
}

impl RequestBody {
    pub(super) fn new(incoming: Incoming, connection: Arc<Connection>, limit: usize) -> Self {
        Self {
            is_too_large: incoming.size_hint().lower() > limit as u64,
            is_over: incoming.is_end_stream(),
            incoming,
            connection,
            limit,
            received: 0,
            began: None,
            deadline: None,
            frame: BytesMut::new(),
        }
    }

    fn poll_incoming(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BodyError>> {
        if self.is_too_large {
            return Poll::Ready(Err(BodyError::TooLarge));
        }
        match ready!(Pin::new(&mut self.incoming).poll_frame(cx)) {
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    self.add(data)?;
                }
                if self.incoming.is_end_stream() {
                    self.end();
                }
            }
            None => self.end(),
            Some(Err(error)) => return Poll::Ready(Err(BodyError::Incomplete(error.into()))),
        }
        Poll::Ready(Ok(()))
    }

    fn add(&mut self, data: &[u8]) -> Result<(), BodyError> {
        if self.frame.capacity() == 0 {
            let declared = self.incoming.size_hint().lower();
            let rest = usize::try_from(declared).unwrap_or(FRAME);
            self.frame
                .reserve(rest.saturating_add(data.len()).min(FRAME));
        }
        self.frame.extend_from_slice(data);
        self.received += data.len();
        if self.received > self.limit {
            return Err(BodyError::TooLarge);
        }
        if !self.connection.registry.hold(&self.connection, data.len()) {
            return Err(BodyError::Overloaded);
        }
        if let (Some(began), Some(deadline)) = (self.began, &mut self.deadline) {
            let now = Instant::now();
            let limit = self.connection.registry.limits.body_time;
            let allowance = limit + spent(self.received, ServerLimits::BODY_RATE);
            deadline
                .as_mut()
                .reset((now + limit).min(began + allowance));
            self.connection.receiving(Some(now));
        }
        Ok(())
    }

    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<BodyError> {
        let (connection, began) = (&self.connection, &mut self.began);
        let deadline = self.deadline.get_or_insert_with(|| {
            let now = Instant::now();
            *began = Some(now);
            connection.receiving(Some(now));
            Box::pin(sleep_until(now + connection.registry.limits.body_time))
        });
        deadline.as_mut().poll(cx).map(|()| BodyError::TimedOut)
    }

    fn end(&mut self) {
        self.is_over = true;
        if self.deadline.take().is_some() {
            self.connection.receiving(None);
        }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        while !this.is_over && this.frame.len() < FRAME {
            let received = match this.poll_incoming(cx) {
                Poll::Ready(received) => received,
                Poll::Pending => Err(ready!(this.poll_deadline(cx))),
            };
            if let Err(error) = received {
                this.frame.clear();
                this.end();
                this.connection.fail(error.status());
                return Poll::Ready(Some(Err(error)));
            }
        }
        let frame = std::mem::take(&mut this.frame);
        Poll::Ready((!frame.is_empty()).then(|| Ok(Frame::data(frame.freeze()))))
    }

    fn is_end_stream(&self) -> bool {
        self.is_over && self.frame.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        if self.is_over {
            return SizeHint::with_exact(self.frame.len() as u64);
        }
        let held = self.frame.len() as u64;
        let rest = self.incoming.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(rest.lower().saturating_add(held));
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper.saturating_add(held));
        }
        hint
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        self.end();
    }
}

impl std::fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RequestBody")
            .field("received", &self.received)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for BodyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        crate::chain::debug(self, f)
    }
}
