//! Data that callers and layers exchange in the extensions of a request and of its response.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU32, Ordering};
use std::time::Instant;

use http::{Request, StatusCode};

/// Settings of one call, set in the request's extensions.
///
/// It is one extension and not one for each of its parts, since every attempt copies all extensions.
///
/// ```
/// use std::time::Duration;
/// use messages_transport::{CallContext, Timer, TokioTimer, bytes::Bytes, http};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let context = CallContext::new().deadline(TokioTimer.now() + Duration::from_secs(5));
/// let attempts = context.attempts().clone();
/// let mut request = http::Request::new(Bytes::new());
/// request.extensions_mut().insert(context);
/// // … send it …
/// assert_eq!(attempts.count(), 0);
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct CallContext {
    deadline: Option<Instant>,
    route: Option<&'static str>,
    attempts: AttemptCounter,
}

impl CallContext {
    /// Says nothing yet, and counts the attempts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The instant by which the call has to be over.
    ///
    /// [`Retry`](crate::layer::retry::Retry) starts no attempt and no wait that would pass it,
    /// [`Timeout`](crate::layer::timeout::Timeout) ends a running attempt at it, and
    /// [`RateLimit`](crate::layer::rate_limit::RateLimit) refuses at once what could only go out
    /// after it.
    #[must_use]
    pub fn deadline(mut self, deadline: Instant) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The template of the request's path, such as `/v1/messages/{uuid}`, for spans: the path itself
    /// may hold an id.
    #[must_use]
    pub fn route(mut self, template: &'static str) -> Self {
        self.route = Some(template);
        self
    }

    /// The state of the call's attempts. Keep a clone, and read it afterwards.
    #[must_use]
    pub fn attempts(&self) -> &AttemptCounter {
        &self.attempts
    }

    /// The route of a request's call, for decorators.
    #[must_use]
    pub fn route_of<B>(request: &Request<B>) -> Option<&'static str> {
        Self::of(request)?.route
    }

    /// The deadline of a request's call, for decorators.
    #[must_use]
    pub fn deadline_of<B>(request: &Request<B>) -> Option<Instant> {
        Self::of(request)?.deadline
    }

    /// The attempts of a request's call, for decorators.
    #[must_use]
    pub fn attempts_of<B>(request: &Request<B>) -> Option<&AttemptCounter> {
        Some(&Self::of(request)?.attempts)
    }

    fn of<B>(request: &Request<B>) -> Option<&Self> {
        request.extensions().get()
    }
}

/// Counter of the attempts of one call, with a mark for an attempt of unknown outcome. Clones share
/// it.
///
/// It is valid for a call whose future was dropped too, which has no result to carry it.
#[derive(Debug, Clone, Default)]
pub struct AttemptCounter(Arc<Attempts>);

#[derive(Debug, Default)]
struct Attempts {
    started: AtomicU32,
    /// Status code of the current attempt's response, or 0.
    status: AtomicU16,
    unknown: AtomicBool,
}

impl AttemptCounter {
    /// Number of attempts started so far.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.0.started.load(Ordering::Acquire)
    }

    /// Notes that an attempt starts and returns its number, from 1. For decorators that start
    /// attempts of their own.
    pub fn start(&self) -> u32 {
        self.0.status.store(0, Ordering::Release);
        self.0
            .started
            .fetch_add(1, Ordering::AcqRel)
            .saturating_add(1)
    }

    /// Status code of the current attempt's response, once its head has arrived.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        StatusCode::from_u16(self.0.status.load(Ordering::Acquire)).ok()
    }

    /// Records the status code of the current attempt's response. A transport calls it as soon as the
    /// head has arrived, before it reads the body (clause 10 of the
    /// [contract](crate::Transport#contract)).
    pub fn record_status(&self, status: StatusCode) {
        self.0.status.store(status.as_u16(), Ordering::Release);
    }

    /// Returns `true` if an attempt may have been accepted without a response that says so. The last attempt alone does
    /// not decide: a timeout followed by "connection refused" is of unknown outcome.
    #[must_use]
    pub fn has_unknown_outcome(&self) -> bool {
        self.0.unknown.load(Ordering::Acquire)
    }

    /// Marks the outcome of an attempt as unknown. [`Retry`](crate::layer::retry::Retry) does it for
    /// every result that [`classify`](crate::layer::retry::classify) says is.
    pub fn mark_unknown(&self) {
        self.0.unknown.store(true, Ordering::Release);
    }
}

/// In a response's extensions: the body was longer than the transport keeps, and was cut.
///
/// Only an answer that is not a success is ever cut (clause 5 of the
/// [contract](crate::Transport#contract)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Truncated;

/// In a response's extensions: a layer below has corrected the reason for a refusal, such as an
/// expired token, so that the same request may be accepted now.
///
/// [`Retry`](crate::layer::retry::Retry) then sends it once more in a call, at once and whatever its
/// policy; but only after a response that refuses the request, since any other may have been
/// accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TryAgain;
