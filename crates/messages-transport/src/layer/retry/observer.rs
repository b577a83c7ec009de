//! Watching attempts.

use std::fmt::Debug;
use std::time::Duration;

use bytes::Bytes;
use http::{Extensions, Response, StatusCode};

use crate::TransportError;

/// Is told of every attempt that ended. It runs on the task of the call, so it must not block.
///
/// An attempt whose future was dropped has no result and is not reported; an
/// [`AttemptCounter`](crate::AttemptCounter) counts it all the same.
pub trait AttemptObserver: Debug + Send + Sync + 'static {
    /// An attempt ended.
    fn on_attempt(&self, attempt: &Attempt<'_>);
}

/// An attempt that ended.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Attempt<'a> {
    /// Its number within the call, from 1.
    pub number: u32,
    /// The status of the answer, or the error.
    pub outcome: Result<StatusCode, &'a TransportError>,
    /// How long the attempt took.
    pub elapsed: Duration,
    /// How long the call now waits for its next attempt; `None` if this was the last one.
    pub retry_in: Option<Duration>,
    /// The extensions of the request, to tell calls apart.
    pub extensions: &'a Extensions,
}

impl<'a> Attempt<'a> {
    pub(super) fn new(
        number: u32,
        result: &'a Result<Response<Bytes>, TransportError>,
        elapsed: Duration,
        retry_in: Option<Duration>,
        extensions: &'a Extensions,
    ) -> Self {
        let outcome = result.as_ref().map(Response::status);
        Self {
            number,
            outcome,
            elapsed,
            retry_in,
            extensions,
        }
    }
}
