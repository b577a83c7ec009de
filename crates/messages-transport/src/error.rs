//! The error of a transport: what went wrong, and whether the request may have been taken.

use std::error::Error as StdError;
use std::fmt;

use http::StatusCode;

type BoxError = Box<dyn StdError + Send + Sync>;

/// The error of an exchange without a response.
///
/// The error never holds the request or the response body, and neither `Display` nor `Debug` shows
/// a URL, a header or a body. `Display` is one clause; the cause is in
/// [`source`](StdError::source).
///
/// An implementer of [`Transport`](crate::Transport) builds one with [`TransportError::new`]:
///
/// ```
/// use messages_transport::{Delivery, TransportError, TransportErrorKind};
///
/// let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
/// let error = TransportError::new(TransportErrorKind::Connect, Delivery::NotSent, refused);
/// assert_eq!(error.to_string(), "could not connect to the server");
/// assert_eq!(error.delivery(), Delivery::NotSent);
/// ```
pub struct TransportError(Box<Inner>);

struct Inner {
    kind: TransportErrorKind,
    delivery: Delivery,
    status: Option<StatusCode>,
    source: Option<BoxError>,
}

/// Kind of a failure, coarse enough to act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection: name resolution, TCP, TLS, a proxy, or a pooled connection that was gone
    /// before it was used.
    Connect,
    /// A time limit ended the exchange.
    Timeout,
    /// The connection broke while the request was in flight.
    Interrupted,
    /// The answer was not HTTP, or broke the rules of HTTP.
    Response,
    /// The answer was larger than the limit of the transport.
    TooLarge,
    /// The request cannot be sent by this transport, such as one with a relative URI.
    InvalidRequest,
    /// The client's own rate limit refused the request: the queue is full, or the deadline would
    /// pass first.
    Limited,
    /// Anything else.
    Other,
}

/// Delivery of a request after a failure.
///
/// A send is not idempotent and the API has no idempotency key, so this is the one fact that makes a resend safe or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Delivery {
    /// No byte of the request can have left this machine.
    NotSent,
    /// The server said, by the rules of the protocol, that it did not process the request: an
    /// HTTP/2 stream that was refused (`REFUSED_STREAM`) or lies above the last stream of a
    /// `GOAWAY` (RFC 9113 section 8.7).
    Refused,
    /// The request may have been accepted: the outcome is unknown.
    Unknown,
}

impl Delivery {
    /// Returns `true` if the request may have been accepted, so that resending it may double it.
    #[must_use]
    pub const fn may_be_taken(self) -> bool {
        matches!(self, Self::Unknown)
    }
}

impl TransportError {
    /// An error with its cause.
    ///
    /// Say [`Delivery::NotSent`] only where no byte of the request can have left, and
    /// [`Delivery::Unknown`] when in doubt.
    pub fn new(kind: TransportErrorKind, delivery: Delivery, source: impl Into<BoxError>) -> Self {
        Self(Box::new(Inner {
            kind,
            delivery,
            status: None,
            source: Some(source.into()),
        }))
    }

    /// An error that has no cause beneath it.
    #[must_use]
    pub fn without_source(kind: TransportErrorKind, delivery: Delivery) -> Self {
        Self(Box::new(Inner {
            kind,
            delivery,
            status: None,
            source: None,
        }))
    }

    /// The same error, with the status of an answer whose head arrived before the failure.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Kind of the failure.
    #[must_use]
    pub fn kind(&self) -> TransportErrorKind {
        self.0.kind
    }

    /// Delivery of the request.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        self.0.delivery
    }

    /// The status of the answer, when its head arrived but its body could not be read.
    ///
    /// A success here means that the request **was** taken, only that what was said about it is
    /// lost.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0.kind {
            TransportErrorKind::Connect => "could not connect to the server",
            TransportErrorKind::Timeout => "the exchange took longer than its time limit",
            TransportErrorKind::Interrupted => "the connection broke during the exchange",
            TransportErrorKind::Response => "the server's answer is not valid HTTP",
            TransportErrorKind::TooLarge => "the server's answer is larger than the limit",
            TransportErrorKind::InvalidRequest => "the request cannot be sent by this transport",
            TransportErrorKind::Limited => "the rate limit of this client refused the request",
            TransportErrorKind::Other => "the transport failed",
        })?;
        match self.0.status {
            Some(status) => write!(f, ", after status {}", status.as_u16()),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::chain::debug(self, f)?;
        write!(f, " ({:?}, {:?})", self.0.kind, self.0.delivery)
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_costs_a_result_one_word() {
        assert_eq!(size_of::<TransportError>(), 8);
        assert_eq!(size_of::<Result<(), TransportError>>(), 8);
    }

    #[test]
    fn display_does_not_repeat_the_source() {
        let error = TransportError::new(TransportErrorKind::Other, Delivery::Unknown, "the cause");
        assert!(!error.to_string().contains("the cause"));
        assert_eq!(
            error.source().map(ToString::to_string).as_deref(),
            Some("the cause")
        );
    }

    #[test]
    fn the_status_is_shown_and_kept() {
        let error = TransportError::without_source(TransportErrorKind::TooLarge, Delivery::Unknown)
            .with_status(StatusCode::ACCEPTED);
        assert_eq!(error.status(), Some(StatusCode::ACCEPTED));
        assert_eq!(
            error.to_string(),
            "the server's answer is larger than the limit, after status 202"
        );
        assert!(error.source().is_none());
    }
}
