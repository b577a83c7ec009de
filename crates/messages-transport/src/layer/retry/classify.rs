//! The decision whether a result may be tried again: a pure function.

use bytes::Bytes;
use http::{Method, Response, StatusCode};

use super::DeliveryPolicy;
use crate::{Delivery, TransportError, TransportErrorKind};

/// What to do after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// Hand the result to the caller.
    Stop,
    /// Another attempt cannot do harm, or the policy accepts the harm.
    Retry(Cause),
}

/// Why another attempt is allowed, which sets how long to wait for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// The request was not sent, or the server refused it unprocessed.
    Unsent,
    /// The server asked for a slower pace (429).
    Throttled,
    /// The attempt failed in a way that may pass.
    Transient,
}

/// Decides whether the result of an attempt may be tried again.
///
/// | result | `AtMostOnce` | `TrustRefusals` | `AtLeastOnce`, or an idempotent method |
/// | --- | --- | --- | --- |
/// | not sent, or refused unprocessed by the protocol | retry | retry | retry |
/// | 429 | retry | retry | retry |
/// | 503 | stop | retry | retry |
/// | 408, 500, 502, 504, a timeout, a broken connection, an answer that is not HTTP | stop | stop | retry |
/// | 2xx whose body cannot be read | stop | stop | stop; an idempotent method retries |
/// | any other answer; a request that cannot be sent or was held back; an answer that is too large | stop | stop | stop |
///
/// Idempotent are GET, HEAD, OPTIONS, TRACE, PUT and DELETE (RFC 9110 section 9.2.2). An answer
/// whose head arrived counts by its status, even if its body was cut off.
#[must_use]
pub fn classify(
    method: &Method,
    policy: DeliveryPolicy,
    result: &Result<Response<Bytes>, TransportError>,
) -> Decision {
    let idempotent = method.is_idempotent();
    let may_repeat = idempotent || policy == DeliveryPolicy::AtLeastOnce;
    let error = match result {
        Ok(response) => return of_status(response.status(), policy, may_repeat),
        Err(error) => error,
    };
    match (error.status(), error.kind(), error.delivery()) {
        // The server took it; what is lost is only what it said.
        (Some(status), kind, _) if status.is_success() => retry_if(
            idempotent && kind != TransportErrorKind::TooLarge,
            Cause::Transient,
        ),
        (Some(status), ..) => of_status(status, policy, may_repeat),
        // The next attempt would end the same way.
        (
            None,
            TransportErrorKind::InvalidRequest
            | TransportErrorKind::TooLarge
            | TransportErrorKind::Limited
            | TransportErrorKind::Paused,
            _,
        ) => Decision::Stop,
        (None, _, Delivery::NotSent | Delivery::Refused) => Decision::Retry(Cause::Unsent),
        (None, _, Delivery::Unknown) => retry_if(may_repeat, Cause::Transient),
    }
}

fn of_status(status: StatusCode, policy: DeliveryPolicy, may_repeat: bool) -> Decision {
    match status {
        StatusCode::TOO_MANY_REQUESTS => Decision::Retry(Cause::Throttled),
        StatusCode::SERVICE_UNAVAILABLE => retry_if(
            may_repeat || policy == DeliveryPolicy::TrustRefusals,
            Cause::Transient,
        ),
        StatusCode::REQUEST_TIMEOUT
        | StatusCode::INTERNAL_SERVER_ERROR
        | StatusCode::BAD_GATEWAY
        | StatusCode::GATEWAY_TIMEOUT => retry_if(may_repeat, Cause::Transient),
        _ => Decision::Stop,
    }
}

fn retry_if(allowed: bool, cause: Cause) -> Decision {
    if allowed {
        Decision::Retry(cause)
    } else {
        Decision::Stop
    }
}
