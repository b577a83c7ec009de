//! The error of a call, and the details of each of its variants.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use messages_auth::AuthError;
use messages_transport::layer::retry::Refusal;
use messages_transport::{Delivery, TransportError, TransportErrorKind};
use messages_types::{ErrorObject, Invalid, Problem, Problems};

use crate::outcome::{CallReport, Outcome};

/// Reason a call did not end in an acceptance.
///
/// The variant tells how far the message came; [`Error::outcome`] what that means for resending it.
/// Neither `Display` nor `Debug` shows a body, a number or a secret.
#[non_exhaustive]
pub enum Error {
    /// The message breaks a rule. It was not sent.
    Invalid(Box<InvalidMessage>),
    /// The request could not be signed, or the call needs other credentials. It was not sent.
    Credentials(Box<CredentialsError>),
    /// No byte of the request left this machine, or the server refused it unprocessed.
    NotSent(Box<Failure>),
    /// The API refused the request.
    Rejected(Box<Rejection>),
    /// The API may have accepted the request.
    InDoubt(Box<Doubt>),
    /// The API accepted the request, but its response could not be read. It must not be resent.
    AcceptedIdUnknown(Box<Doubt>),
}

/// A message that was refused before it was sent.
#[derive(Debug)]
pub struct InvalidMessage {
    pub(crate) problems: Problems,
    pub(crate) report: CallReport,
}

/// A request that could not be signed.
#[derive(Debug)]
pub struct CredentialsError {
    /// `None`: the call needs a JWT and the client has a key and secret.
    pub(crate) source: Option<AuthError>,
    pub(crate) report: CallReport,
}

/// A request that was not sent.
#[derive(Debug)]
pub struct Failure {
    /// `None`: the client was closed.
    pub(crate) source: Option<Box<dyn StdError + Send + Sync>>,
    /// `true` if the same request may be sent later.
    pub(crate) is_retryable: bool,
    pub(crate) report: CallReport,
}

/// A response that refuses the request.
pub struct Rejection {
    pub(crate) refusal: Refusal,
    /// `None` if it could not be read, for the reason in `source`.
    pub(crate) body: Option<Bytes>,
    pub(crate) problem: Option<ErrorObject>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) source: Option<TransportError>,
    pub(crate) report: CallReport,
}

/// A request that may have been accepted, or that was accepted under an unknown ID.
pub struct Doubt {
    /// Body of the last response, if one came.
    pub(crate) body: Option<Bytes>,
    pub(crate) source: Option<TransportError>,
    pub(crate) report: CallReport,
}

impl Error {
    pub(crate) fn invalid(problems: Problems) -> Self {
        Self::Invalid(Box::new(InvalidMessage {
            problems,
            report: CallReport::default(),
        }))
    }

    pub(crate) fn invalid_value(invalid: Invalid, pointer: &str) -> Self {
        Self::invalid(Problems::from(invalid.at(pointer)))
    }

    pub(crate) fn credentials(source: Option<AuthError>) -> Self {
        Self::Credentials(Box::new(CredentialsError {
            source,
            report: CallReport::default(),
        }))
    }

    /// The client is closed.
    pub(crate) fn closed() -> Self {
        Self::NotSent(Box::new(Failure {
            source: None,
            is_retryable: false,
            report: CallReport::default(),
        }))
    }

    /// The options of the call make no valid HTTP request.
    pub(crate) fn unsendable(error: http::Error) -> Self {
        Self::NotSent(Box::new(Failure {
            source: Some(error.into()),
            is_retryable: false,
            report: CallReport::default(),
        }))
    }

    /// The task of the call ended without a result.
    #[cfg(feature = "blocking")]
    pub(crate) fn lost() -> Self {
        Self::InDoubt(Box::new(Doubt {
            body: None,
            source: None,
            report: CallReport::default(),
        }))
    }

    /// Meaning for resending the message.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        match self {
            Self::Invalid(_) => Outcome::Invalid,
            Self::Credentials(_) | Self::NotSent(_) => Outcome::NotSent,
            Self::Rejected(_) => Outcome::Rejected,
            Self::InDoubt(_) => Outcome::InDoubt,
            Self::AcceptedIdUnknown(_) => Outcome::AcceptedIdUnknown,
        }
    }

    /// Knowledge about the request's delivery to the API: [`Delivery::NotSent`] only if no byte of it can have left.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        match self {
            Self::Invalid(_) | Self::Credentials(_) | Self::NotSent(_) => Delivery::NotSent,
            Self::Rejected(_) => Delivery::Refused,
            Self::InDoubt(_) | Self::AcceptedIdUnknown(_) => Delivery::Unknown,
        }
    }

    /// Returns `true` if the same message may be sent later without the risk of a double, and with a chance of
    /// acceptance: it was not sent for a reason that may pass, or the API throttled it.
    ///
    /// `false` for a request that can never be sent, such as one to an endpoint that credentials are
    /// not sent to.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::NotSent(failure) => failure.is_retryable,
            Self::Rejected(rejection) => {
                matches!(rejection.refusal, Refusal::Throttled | Refusal::Unavailable)
            }
            _ => false,
        }
    }

    /// Returns `true` if the credentials are the reason: none could be made, or the API responded with 401 or 403.
    #[must_use]
    pub fn is_credentials(&self) -> bool {
        matches!(self, Self::Credentials(_))
            || matches!(
                self.status().and_then(Refusal::of),
                Some(Refusal::Unauthorized | Refusal::Forbidden)
            )
    }

    /// Reason the API refused the request, if it did.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::Rejected(rejection) => Some(rejection.refusal),
            _ => None,
        }
    }

    /// Status code of the last response, if one came.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.report().status
    }

    /// The API's error object, if the response has one.
    #[must_use]
    pub fn problem(&self) -> Option<&ErrorObject> {
        match self {
            Self::Rejected(rejection) => rejection.problem.as_ref(),
            _ => None,
        }
    }

    /// Rules the message breaks, if it was refused before it was sent.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Invalid(invalid) => invalid.problems.as_slice(),
            _ => &[],
        }
    }

    /// Wait that the API asks for.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Rejected(rejection) => rejection.retry_after,
            _ => None,
        }
    }

    /// The API's own ID of the request, to quote to its support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.report().request_id.as_deref()
    }

    /// Body of the last response as received, if one came. It may hold the content of the message.
    #[must_use]
    pub fn body(&self) -> Option<&Bytes> {
        match self {
            Self::Rejected(rejection) => rejection.body.as_ref(),
            Self::InDoubt(doubt) | Self::AcceptedIdUnknown(doubt) => doubt.body.as_ref(),
            _ => None,
        }
    }

    /// Report of the call.
    #[must_use]
    pub fn report(&self) -> &CallReport {
        match self {
            Self::Invalid(invalid) => &invalid.report,
            Self::Credentials(error) => &error.report,
            Self::NotSent(failure) => &failure.report,
            Self::Rejected(rejection) => &rejection.report,
            Self::InDoubt(doubt) | Self::AcceptedIdUnknown(doubt) => &doubt.report,
        }
    }

    pub(crate) fn report_mut(&mut self) -> &mut CallReport {
        match self {
            Self::Invalid(invalid) => &mut invalid.report,
            Self::Credentials(error) => &mut error.report,
            Self::NotSent(failure) => &mut failure.report,
            Self::Rejected(rejection) => &mut rejection.report,
            Self::InDoubt(doubt) | Self::AcceptedIdUnknown(doubt) => &mut doubt.report,
        }
    }

    /// Advice, in one sentence.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "correct the fields that the problems name",
            Self::Credentials(error) if error.source.is_none() => {
                "configure an application ID and its private key: this call needs a JWT"
            }
            Self::Credentials(_) => "check the application ID and the private key",
            Self::NotSent(failure) => failure.hint(),
            Self::InDoubt(_) => {
                "do not resend it blindly: wait for a status webhook with its client reference"
            }
            Self::AcceptedIdUnknown(_) => {
                "do not resend it: its ID arrives with the first status webhook"
            }
            Self::Rejected(rejection) => match rejection.refusal {
                Refusal::Redirect => "check the endpoint: the API does not redirect",
                Refusal::Unauthorized => {
                    "check the key and secret, or the application ID and its private key"
                }
                Refusal::NoCredit => "top up the account's balance",
                Refusal::Forbidden => "check the permissions of the account and the application",
                Refusal::NotFound => "check the endpoint and the ID",
                Refusal::Invalid => "correct the fields that the problem names",
                Refusal::Throttled => "wait as long as retry_after says, and send at a lower rate",
                Refusal::Unavailable => "send it again once the API is available",
                _ => "read the problem that the API reported",
            },
        }
    }
}

/// A message that could not be built, and so was not sent.
impl From<Problems> for Error {
    fn from(problems: Problems) -> Self {
        Self::invalid(problems)
    }
}

/// A value that was refused while a message was built, which therefore was not sent.
impl From<Invalid> for Error {
    fn from(invalid: Invalid) -> Self {
        Self::invalid(invalid.into())
    }
}

impl Failure {
    fn hint(&self) -> &'static str {
        let Some(source) = &self.source else {
            return "the client was closed: send with another one";
        };
        if self.is_retryable {
            let transport = source.downcast_ref::<TransportError>();
            return match transport.map(TransportError::kind) {
                Some(TransportErrorKind::Limited) => {
                    "send it again later, or raise the rate limit or the deadline"
                }
                _ => "send it again once the connection is back",
            };
        }
        "correct the request: it can never be sent as it is"
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(_) => {
                f.write_str("the message breaks a rule of the API and was not sent")
            }
            Self::Credentials(error) if error.source.is_none() => {
                f.write_str("this call needs a JWT, and the client has a key and secret only")
            }
            Self::Credentials(_) => f.write_str("the request could not be signed"),
            Self::NotSent(failure) if failure.source.is_none() => {
                f.write_str("the request was not sent: the client is closed")
            }
            Self::NotSent(_) => f.write_str("the request was not sent"),
            Self::Rejected(rejection) => match rejection.report.status {
                Some(status) => write!(
                    f,
                    "the API refused the request with status {}",
                    status.as_u16()
                ),
                None => f.write_str("the API refused the request"),
            },
            Self::InDoubt(doubt) => match doubt.report.status {
                Some(status) => write!(
                    f,
                    "the outcome of the request is unknown: the response had status {}",
                    status.as_u16()
                ),
                None => f.write_str("the outcome of the request is unknown"),
            },
            Self::AcceptedIdUnknown(doubt) => match doubt.report.status {
                Some(status) => write!(
                    f,
                    "the API accepted the request with status {}, but its response could not be read",
                    status.as_u16()
                ),
                None => {
                    f.write_str("the API accepted the request, but its response could not be read")
                }
            },
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Invalid(invalid) => Some(&invalid.problems),
            Self::Credentials(error) => error.source.as_ref().map(|source| source as _),
            Self::NotSent(failure) => failure.source.as_deref().map(|source| source as _),
            Self::Rejected(rejection) => rejection.source.as_ref().map(|source| source as _),
            Self::InDoubt(doubt) | Self::AcceptedIdUnknown(doubt) => {
                doubt.source.as_ref().map(|source| source as _)
            }
        }
    }
}

/// The error with its sources and its [`hint`](Error::hint), in one line.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::chain::debug(self, f)?;
        write!(f, " (hint: {})", self.hint())
    }
}

impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejection")
            .field("refusal", &self.refusal)
            .field("body", &BodyLength(self.body.as_ref()))
            .field("retry_after", &self.retry_after)
            .field("source", &self.source)
            .field("report", &self.report)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Doubt")
            .field("body", &BodyLength(self.body.as_ref()))
            .field("source", &self.source)
            .field("report", &self.report)
            .finish()
    }
}

/// The length of a body, which may hold the content of a message.
struct BodyLength<'a>(Option<&'a Bytes>);

impl fmt::Debug for BodyLength<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(body) => write!(f, "[{} bytes]", body.len()),
            None => f.write_str("none"),
        }
    }
}
