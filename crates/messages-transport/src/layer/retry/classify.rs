//! The table of what the result of an attempt means: a pure function.

use bytes::Bytes;
use http::{Method, Response, StatusCode};

use super::DeliveryPolicy;
use crate::{Delivery, TransportError, TransportErrorKind};

/// Meaning of the result of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verdict {
    /// The server accepted the request, or not.
    pub delivered: Delivered,
    /// Reason another attempt is allowed; `None` if it is not.
    pub retry: Option<Cause>,
}

/// Acceptance of a request by the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Delivered {
    /// The server accepted it, even if the body of the response cannot be read.
    Accepted,
    /// The server refused it.
    Refused(Refusal),
    /// No byte of it left this machine, or the server refused it unprocessed by the rules of the
    /// protocol.
    NotSent,
    /// It may have been accepted.
    Unknown,
}

/// Reason a server refused a request, by the status code of its response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// 3xx: the resource is elsewhere. Redirects are not followed.
    Redirect,
    /// 400 or 422: the request is invalid.
    Invalid,
    /// 401: the credentials are invalid.
    Unauthorized,
    /// 402: the account has no credit.
    NoCredit,
    /// 403: the account lacks a permission.
    Forbidden,
    /// 404: there is no such resource.
    NotFound,
    /// 429: too many requests.
    Throttled,
    /// 503, under [`DeliveryPolicy::TrustRefusals`].
    Unavailable,
    /// Any other 4xx.
    Other,
}

/// Reason another attempt is allowed. It sets the wait before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// The request was not sent, or the server refused it unprocessed.
    Unsent,
    /// The server asked for a lower rate (429).
    Throttled,
    /// The attempt failed for a reason that may pass.
    Transient,
}

/// Classifies the result of an attempt.
///
/// A response counts by its status code, even if its body could not be read. The first row that
/// matches applies:
///
/// | result | delivered | retry |
/// | --- | --- | --- |
/// | 2xx | accepted | never |
/// | 3xx | refused | never |
/// | 429 | refused | always, as throttled |
/// | 408 | unknown | if repeatable |
/// | 400, 401, 402, 403, 404, 422, other 4xx | refused, each with its [`Refusal`] | never |
/// | 503 under `TrustRefusals` | refused | always |
/// | 500, 502, 503, 504 | unknown | if repeatable |
/// | not sent: an invalid request, a limit of the client | not sent | never |
/// | not sent for any other reason, or refused unprocessed by the protocol | not sent | always |
/// | a timeout, a broken connection, a response that is not HTTP | unknown | if repeatable |
/// | anything else: another status code, a response head beyond the limits | unknown | never |
///
/// A request is repeatable under [`DeliveryPolicy::AtLeastOnce`], and if its method is idempotent:
/// GET, HEAD, OPTIONS, TRACE, PUT and DELETE (RFC 9110 section 9.2.2).
#[must_use]
pub fn classify(
    method: &Method,
    policy: DeliveryPolicy,
    result: &Result<Response<Bytes>, TransportError>,
) -> Verdict {
    let repeatable = policy == DeliveryPolicy::AtLeastOnce || method.is_idempotent();
    let evidence = match result {
        Ok(response) => Evidence::Status(response.status()),
        Err(error) => match error.status() {
            Some(status) => Evidence::Status(status),
            None => Evidence::Failure(error.kind(), error.delivery()),
        },
    };
    evidence.verdict(policy, repeatable)
}

impl Refusal {
    /// The refusal a status code stands for; `None` if a request with such a response may have been
    /// accepted.
    #[must_use]
    pub fn of(status: StatusCode) -> Option<Self> {
        let verdict = Evidence::Status(status).verdict(DeliveryPolicy::AtMostOnce, false);
        match verdict.delivered {
            Delivered::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }
}

/// The part of a result that the verdict depends on.
#[derive(Clone, Copy)]
enum Evidence {
    Status(StatusCode),
    Failure(TransportErrorKind, Delivery),
}

impl Evidence {
    fn verdict(self, policy: DeliveryPolicy, repeatable: bool) -> Verdict {
        let row = TABLE.iter().find(|row| row.result.matches(self, policy));
        match row {
            Some(row) => Verdict {
                delivered: row.delivered,
                retry: match row.retry {
                    Retry::Never => None,
                    Retry::Always(cause) => Some(cause),
                    Retry::IfRepeatable => repeatable.then_some(Cause::Transient),
                },
            },
            None => Verdict {
                delivered: Delivered::Unknown,
                retry: None,
            },
        }
    }
}

/// One row of the table.
struct Row {
    result: Matches,
    delivered: Delivered,
    retry: Retry,
}

/// Results that a row applies to.
enum Matches {
    /// Status codes, both ends included.
    Status(u16, u16),
    /// A status code under this policy.
    StatusUnder(DeliveryPolicy, u16),
    /// Failures of these kinds before a byte left.
    NotSent(&'static [TransportErrorKind]),
    /// Any failure after which the request is known to be unprocessed.
    Unprocessed,
    /// Failures of these kinds after which nothing is known.
    Lost(&'static [TransportErrorKind]),
}

enum Retry {
    Never,
    Always(Cause),
    IfRepeatable,
}

const fn row(result: Matches, delivered: Delivered, retry: Retry) -> Row {
    Row {
        result,
        delivered,
        retry,
    }
}

const fn refused(first: u16, last: u16, refusal: Refusal) -> Row {
    row(
        Matches::Status(first, last),
        Delivered::Refused(refusal),
        Retry::Never,
    )
}

const TABLE: &[Row] = &[
    row(Matches::Status(200, 299), Delivered::Accepted, Retry::Never),
    refused(300, 399, Refusal::Redirect),
    row(
        Matches::Status(429, 429),
        Delivered::Refused(Refusal::Throttled),
        Retry::Always(Cause::Throttled),
    ),
    row(
        Matches::Status(408, 408),
        Delivered::Unknown,
        Retry::IfRepeatable,
    ),
    refused(400, 400, Refusal::Invalid),
    refused(401, 401, Refusal::Unauthorized),
    refused(402, 402, Refusal::NoCredit),
    refused(403, 403, Refusal::Forbidden),
    refused(404, 404, Refusal::NotFound),
    refused(422, 422, Refusal::Invalid),
    refused(400, 499, Refusal::Other),
    row(
        Matches::StatusUnder(DeliveryPolicy::TrustRefusals, 503),
        Delivered::Refused(Refusal::Unavailable),
        Retry::Always(Cause::Transient),
    ),
    row(
        Matches::Status(500, 500),
        Delivered::Unknown,
        Retry::IfRepeatable,
    ),
    row(
        Matches::Status(502, 504),
        Delivered::Unknown,
        Retry::IfRepeatable,
    ),
    row(
        Matches::NotSent(&[
            TransportErrorKind::InvalidRequest,
            TransportErrorKind::TooLarge,
            TransportErrorKind::Limited,
        ]),
        Delivered::NotSent,
        Retry::Never,
    ),
    row(
        Matches::Unprocessed,
        Delivered::NotSent,
        Retry::Always(Cause::Unsent),
    ),
    row(
        Matches::Lost(&[
            TransportErrorKind::Connect,
            TransportErrorKind::Timeout,
            TransportErrorKind::Interrupted,
            TransportErrorKind::Response,
            TransportErrorKind::Other,
        ]),
        Delivered::Unknown,
        Retry::IfRepeatable,
    ),
];

impl Matches {
    fn matches(&self, evidence: Evidence, policy: DeliveryPolicy) -> bool {
        match (self, evidence) {
            (Self::Status(first, last), Evidence::Status(status)) => {
                (*first..=*last).contains(&status.as_u16())
            }
            (Self::StatusUnder(under, only), Evidence::Status(status)) => {
                *under == policy && *only == status.as_u16()
            }
            (Self::NotSent(kinds), Evidence::Failure(kind, Delivery::NotSent)) => {
                kinds.contains(&kind)
            }
            (Self::Unprocessed, Evidence::Failure(_, delivery)) => !delivery.may_be_taken(),
            (Self::Lost(kinds), Evidence::Failure(kind, Delivery::Unknown)) => {
                kinds.contains(&kind)
            }
            _ => false,
        }
    }
}
