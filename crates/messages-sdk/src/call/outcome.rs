//! The outcome of a call, by the result of its last attempt.

use std::error::Error as StdError;

use bytes::Bytes;
use http::{HeaderMap, Method};
use messages_auth::AuthError;
use messages_transport::layer::retry::{
    Cause, Delivered, DeliveryPolicy, Refusal, classify, retry_after,
};
use messages_transport::{Timer, TransportError, TransportErrorKind};
use messages_types::{Document, ErrorObject};

use crate::error::{Doubt, Error, Failure, Rejection};
use crate::outcome::CallReport;

/// A response that accepts the request.
pub(crate) struct Response {
    pub(crate) body: Bytes,
    pub(crate) report: CallReport,
}

impl Response {
    /// Decodes the body. An unreadable one means that the ID is unknown, not that the request was
    /// refused.
    pub(crate) fn decode<T: Document>(&self) -> Result<T, Error> {
        T::from_slice(&self.body).map_err(|_| {
            Error::AcceptedIdUnknown(Box::new(Doubt {
                body: Some(self.body.clone()),
                source: None,
                report: self.report.clone(),
            }))
        })
    }
}

/// Converts the result of the last attempt of a call into its outcome, by the table of [`classify`].
///
/// `unknown`: an earlier attempt may have been accepted, so neither a refusal nor a failure of the
/// last one proves that the request was not.
///
/// `timer`: for a refusal that names a date to wait for.
pub(crate) fn read(
    result: Result<http::Response<Bytes>, TransportError>,
    method: &Method,
    policy: DeliveryPolicy,
    unknown: bool,
    timer: &dyn Timer,
) -> Result<Response, Error> {
    let verdict = classify(method, policy, &result);
    let delivered = match verdict.delivered {
        Delivered::Accepted => Delivered::Accepted,
        _ if unknown => Delivered::Unknown,
        delivered => delivered,
    };
    let mut report = CallReport::default();
    let (headers, body, source) = match result {
        Ok(response) => {
            let (parts, body) = response.into_parts();
            report.status = Some(parts.status);
            report.request_id = request_id(&parts.headers);
            if delivered == Delivered::Accepted {
                return Ok(Response { body, report });
            }
            (Some(parts.headers), Some(body), None)
        }
        Err(error) => {
            report.status = error.status();
            (None, None, Some(error))
        }
    };
    Err(match delivered {
        Delivered::Accepted => Error::AcceptedIdUnknown(Box::new(Doubt {
            body,
            source,
            report,
        })),
        Delivered::Refused(refusal) => Error::Rejected(Box::new(Rejection {
            refusal,
            problem: body
                .as_deref()
                .and_then(|body| ErrorObject::from_slice(body).ok()),
            retry_after: headers
                .as_ref()
                .and_then(|headers| retry_after(headers, timer.calendar())),
            body,
            source,
            report,
        })),
        Delivered::NotSent => not_sent(source, verdict.retry, report),
        _ => Error::InDoubt(Box::new(Doubt {
            body,
            source,
            report,
        })),
    })
}

fn not_sent(source: Option<TransportError>, retry: Option<Cause>, report: CallReport) -> Error {
    let cause = source.as_ref().and_then(StdError::source);
    if let Some(auth) = cause.and_then(|cause| cause.downcast_ref::<AuthError>()) {
        return Error::credentials(Some(auth.clone()));
    }
    // The limit of this client passes, too, though not within the deadline of this call.
    let is_limited = source
        .as_ref()
        .is_some_and(|error| error.kind() == TransportErrorKind::Limited);
    Error::NotSent(Box::new(Failure {
        is_retryable: retry.is_some() || is_limited,
        source: source.map(Into::into),
        report,
    }))
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get("x-request-id")?.to_str().ok()?;
    Some(id.to_owned())
}

/// Returns `true` if a response refuses the credentials of its request.
pub(super) fn refuses_credentials(response: &http::Response<Bytes>) -> bool {
    Refusal::of(response.status()) == Some(Refusal::Unauthorized)
}
