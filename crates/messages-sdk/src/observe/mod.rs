//! Spans and metrics: an observer of calls and attempts.

mod attempt;
#[cfg(feature = "opentelemetry")]
mod otel;

use std::fmt;
use std::time::Duration;

use http::{Method, StatusCode};
use messages_transport::TransportError;

pub(crate) use attempt::Observed;
#[cfg(feature = "opentelemetry")]
pub use otel::OpenTelemetryMetrics;

use crate::outcome::Outcome;

/// Is told of every call and of every attempt that ended, in this order: the attempts, then their call.
///
/// It runs on the task of the call, so it must not block. It is told nothing that could name a person: no number, no text, no
/// id. The feature `opentelemetry` has one that makes metrics.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use messages_sdk::Outcome;
/// use messages_sdk::observe::{ClientObserver, ObservedCall};
///
/// #[derive(Debug, Default)]
/// struct Doubts(AtomicU64);
///
/// impl ClientObserver for Doubts {
///     fn on_call(&self, call: &ObservedCall<'_>) {
///         if call.outcome == Outcome::InDoubt {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
/// ```
pub trait ClientObserver: fmt::Debug + Send + Sync + 'static {
    /// An attempt ended. One whose future was dropped is not reported; its call is.
    fn on_attempt(&self, attempt: &ObservedAttempt<'_>) {
        let _ = attempt;
    }

    /// A call ended, also one whose future was dropped. One that was refused before there was a request (an invalid message, a
    /// client that is closed) is not reported.
    fn on_call(&self, call: &ObservedCall<'_>) {
        let _ = call;
    }
}

/// An attempt that ended: one request to the transport.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ObservedAttempt<'a> {
    /// The request's method.
    pub method: &'a Method,
    /// The template of the request's path, such as `/v1/messages/{message_uuid}`; `raw` for
    /// [`Client::send_raw`](crate::Client::send_raw).
    pub route: &'static str,
    /// The host it went to.
    pub host: &'a str,
    /// Its number within the call, from 1.
    pub number: u32,
    /// The status of the answer, or the error.
    pub result: Result<StatusCode, &'a TransportError>,
    /// Its duration, without any wait for the rate limit before it.
    pub elapsed: Duration,
}

/// A call that ended.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ObservedCall<'a> {
    /// The request's method.
    pub method: &'a Method,
    /// As [`ObservedAttempt::route`].
    pub route: &'static str,
    /// The message's channel by its name on the wire; `None` for what is no single message.
    pub channel: Option<&'static str>,
    /// The host of its endpoint.
    pub host: &'a str,
    /// Its outcome. A call whose future was dropped is in doubt, or not sent if it had no attempt yet.
    pub outcome: Outcome,
    /// `true` if its future was dropped.
    pub cancelled: bool,
    /// The status of the last answer, if one came.
    pub status: Option<StatusCode>,
    /// Number of its attempts.
    pub attempts: u32,
    /// Its duration, waits included.
    pub elapsed: Duration,
}
