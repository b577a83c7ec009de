//! What a caller may say about one request, in its extensions.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

/// The instant by which the call has to be over, set in the request's extensions.
///
/// [`Retry`](crate::layer::retry::Retry) starts no attempt and no wait that would pass it,
/// [`Timeout`](crate::layer::timeout::Timeout) ends a running attempt at it, and
/// [`RateLimit`](crate::layer::rate_limit::RateLimit) refuses at once what could only go out after
/// it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(pub Instant);

/// Counts the attempts of one call: set it in the request's extensions, keep a clone, read it
/// afterwards.
///
/// It also tells the truth about a call whose future was dropped, where no result could carry the
/// number.
///
/// ```
/// use messages_transport::{AttemptCounter, bytes::Bytes, http};
///
/// let attempts = AttemptCounter::default();
/// let mut request = http::Request::new(Bytes::new());
/// request.extensions_mut().insert(attempts.clone());
/// // … send it …
/// assert_eq!(attempts.count(), 0);
/// ```
#[derive(Debug, Clone, Default)]
pub struct AttemptCounter(Arc<AtomicU32>);

impl AttemptCounter {
    /// How many attempts were started so far.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.0.load(Ordering::Acquire)
    }

    /// Notes that an attempt starts and returns its number, from 1. For decorators that start
    /// attempts of their own.
    pub fn start(&self) -> u32 {
        self.0.fetch_add(1, Ordering::AcqRel).saturating_add(1)
    }
}

/// The template of the request's path, such as `/v1/messages/{uuid}`, for spans: the path itself
/// may hold an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route(pub &'static str);

/// In a response's extensions: the body was longer than the transport keeps, and was cut.
///
/// Only an answer that is not a success is ever cut (clause 5 of the
/// [contract](crate::Transport#contract)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Truncated;
