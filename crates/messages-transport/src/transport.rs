//! The trait, its contract, and its forwarders.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};

use crate::TransportError;

/// One HTTP exchange: a request goes out, a response comes back.
///
/// This is all the SDK asks of an HTTP client. Retrying, waiting, limiting and tracing are
/// [decorators](crate::layer) that wrap any transport, so an implementation stays small.
///
/// # Contract
///
/// What the SDK promises about delivery rests on these clauses. Each has a case in the [conformance
/// suite](crate::testing::conformance) under the same number.
///
/// 1. **One exchange a call.** A call sends the request once or not at all, and never a second time
///    by itself: no retry, no redirect, no cache.
/// 2. **Any status is `Ok`.** A 302, a 404 and a 500 are answers, not errors.
/// 3. **Redirects are not followed.** A 3xx is returned as it came; following a 307 would resend the
///    body and the credentials.
/// 4. **The request goes out as it is.** Method, path, query and body are unchanged; no header is
///    changed, and none added beyond what HTTP itself needs (`host`, `content-length` and the like).
///    An added `accept: */*` is tolerated, since it means what its absence means (RFC 9110 section
///    12.5.1). No cookie is kept or sent.
/// 5. **The body is read whole, up to a limit.** A success with a larger body is an error of the kind
///    [`TooLarge`](crate::TransportErrorKind::TooLarge), one whose body was cut off is an
///    [`Interrupted`](crate::TransportErrorKind::Interrupted); both carry the status. The body of any
///    other answer may be cut at the limit, and then carries [`Truncated`](crate::Truncated) in its
///    extensions.
/// 6. **`NotSent` is a proof.** [`Delivery::NotSent`](crate::Delivery::NotSent) is reported only
///    where no byte of the request can have left this machine. A connection that broke after it was
///    used is [`Unknown`](crate::Delivery::Unknown).
/// 7. **Dropping the future stops the exchange** and closes its connection (or resets its HTTP/2
///    stream), and leaves the transport usable. Nothing goes on behind the caller's back.
/// 8. **A request that cannot be sent is an error, never a panic.** A relative URI is an
///    [`InvalidRequest`](crate::TransportErrorKind::InvalidRequest) that was `NotSent`.
/// 9. **Nothing from headers or bodies is logged**, at any level.
/// 10. **The status code is recorded before the body is read**, in the [`AttemptCounter`](crate::AttemptCounter) of
///     the request's [`CallContext`](crate::CallContext) if it has one:
///     [`record_status`](crate::AttemptCounter::record_status). So a call that runs out of time while
///     the body of a 202 arrives is known to be accepted.
///
/// # Implementing it
///
/// The guide "Write your own transport" walks through an implementation of a hundred lines and ends
/// with its conformance run. Request [extensions](http::Extensions) carry the SDK's own
/// facts ([`CallContext`](crate::CallContext) and others); a transport uses them for clause 10 only.
///
/// The smallest one answers by itself:
///
/// ```
/// use messages_transport::{Transport, TransportError, async_trait, bytes::Bytes, http};
///
/// #[derive(Debug)]
/// struct AlwaysAccepted;
///
/// #[async_trait]
/// impl Transport for AlwaysAccepted {
///     async fn send(
///         &self,
///         _: http::Request<Bytes>,
///     ) -> Result<http::Response<Bytes>, TransportError> {
///         let mut response = http::Response::new(Bytes::from_static(b"{}"));
///         *response.status_mut() = http::StatusCode::ACCEPTED;
///         Ok(response)
///     }
/// }
/// ```
#[async_trait]
pub trait Transport: Debug + Send + Sync + 'static {
    /// Sends the request and waits for the whole response.
    ///
    /// # Errors
    ///
    /// Only where there is no complete response: see clause 2 of the contract. The error says
    /// whether the request may have been taken ([`TransportError::delivery`]).
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError>;
}

/// The future of [`Transport::send`]. A wrapper that only passes a request on returns it as it is, instead of wrapping
/// it in another one.
pub(crate) type Exchange<'f> =
    Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send + 'f>>;

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send<'a, 'f>(&'a self, request: Request<Bytes>) -> Exchange<'f>
    where
        'a: 'f,
        Self: 'f,
    {
        (**self).send(request)
    }
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn send<'a, 'f>(&'a self, request: Request<Bytes>) -> Exchange<'f>
    where
        'a: 'f,
        Self: 'f,
    {
        (**self).send(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_a_transport<T: Transport>() {}

    #[test]
    fn pointers_to_a_transport_are_transports() {
        is_a_transport::<Arc<dyn Transport>>();
        is_a_transport::<Box<dyn Transport>>();
        is_a_transport::<Arc<Box<dyn Transport>>>();
    }
}
