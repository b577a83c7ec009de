//! The error of a call, and the details of each of its variants.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use messages_auth::AuthError;
use messages_transport::{Delivery, TransportError};
use messages_types::{ErrorObject, Invalid, Problem, Problems};

use crate::outcome::{CallReport, Outcome};

/// Why a call did not end in an acceptance.
///
/// The variant says how far the message came; [`Error::outcome`] says what that means for sending it
/// again. Neither `Display` nor `Debug` shows a body, a number or a secret.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The message breaks a rule. It was not sent.
    Invalid(Box<InvalidMessage>),
    /// No credential could be made for the request, or not one that this call needs. It was not sent.
    Credentials(Box<CredentialsError>),
    /// The request never left this machine.
    NotSent(Box<Failure>),
    /// The API answered and refused.
    Rejected(Box<Rejection>),
    /// Nobody on this side can tell whether the API took the request.
    InDoubt(Box<Doubt>),
    /// The API took the request, but its answer could not be read. Never send it again.
    AcceptedIdUnknown(Box<Doubt>),
}

/// A message that was refused on this side.
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

/// A request that never left this machine.
#[derive(Debug)]
pub struct Failure {
    /// `None`: the client was closed.
    pub(crate) source: Option<Box<dyn StdError + Send + Sync>>,
    pub(crate) report: CallReport,
}

/// An answer that refuses.
pub struct Rejection {
    pub(crate) answer: RawAnswer,
    pub(crate) problem: Option<ErrorObject>,
    pub(crate) retry_after: Option<Duration>,
    /// Why the answer's body could not be read to its end.
    pub(crate) source: Option<TransportError>,
    pub(crate) report: CallReport,
}

/// A request of which nobody can tell whether it was taken, or under which id.
pub struct Doubt {
    pub(crate) answer: Option<RawAnswer>,
    pub(crate) source: Option<TransportError>,
    pub(crate) report: CallReport,
}

/// An answer as it came.
pub(crate) struct RawAnswer {
    pub(crate) status: StatusCode,
    pub(crate) request_id: Option<String>,
    pub(crate) body: Bytes,
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

    pub(crate) fn not_sent(source: Option<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::NotSent(Box::new(Failure {
            source,
            report: CallReport::default(),
        }))
    }

    pub(crate) fn in_doubt(source: Option<TransportError>, answer: Option<RawAnswer>) -> Self {
        Self::InDoubt(Box::new(Doubt {
            answer,
            source,
            report: CallReport::default(),
        }))
    }

    pub(crate) fn id_unknown(source: Option<TransportError>, answer: Option<RawAnswer>) -> Self {
        Self::AcceptedIdUnknown(Box::new(Doubt {
            answer,
            source,
            report: CallReport::default(),
        }))
    }

    /// What this means for sending the message again.
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

    /// What is known about whether the request reached the API: [`Delivery::NotSent`] only where no
    /// byte of it can have left.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        match self {
            Self::Invalid(_) | Self::Credentials(_) | Self::NotSent(_) => Delivery::NotSent,
            Self::Rejected(_) => Delivery::Refused,
            Self::InDoubt(_) | Self::AcceptedIdUnknown(_) => Delivery::Unknown,
        }
    }

    /// Whether the same message may be sent again without a risk of sending it twice, and with a
    /// chance that it is taken then: it never left, or the API throttled it.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::NotSent(failure) => failure.source.is_some(),
            Self::Rejected(rejection) => rejection.answer.status == StatusCode::TOO_MANY_REQUESTS,
            _ => false,
        }
    }

    /// Whether the credentials are at fault: none could be made, or the API answered 401 or 403.
    #[must_use]
    pub fn is_credentials(&self) -> bool {
        matches!(self, Self::Credentials(_))
            || matches!(
                self.status(),
                Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
            )
    }

    /// The status of the answer, if one came.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Rejected(rejection) => Some(rejection.answer.status),
            Self::InDoubt(doubt) | Self::AcceptedIdUnknown(doubt) => doubt.status(),
            _ => None,
        }
    }

    /// The API's error object, if the answer held one.
    #[must_use]
    pub fn problem(&self) -> Option<&ErrorObject> {
        match self {
            Self::Rejected(rejection) => rejection.problem.as_ref(),
            _ => None,
        }
    }

    /// The rules that the message breaks, if it was refused on this side.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Invalid(invalid) => invalid.problems.as_slice(),
            _ => &[],
        }
    }

    /// How long the API asks to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Rejected(rejection) => rejection.retry_after,
            _ => None,
        }
    }

    /// The API's own id of the request, to be quoted to its support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.answer()?.request_id.as_deref()
    }

    /// The answer's body as it came, if one came. It may hold what the message says.
    #[must_use]
    pub fn body(&self) -> Option<&Bytes> {
        self.answer().map(|answer| &answer.body)
    }

    /// What is known about the call.
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

    pub(crate) fn with_report(mut self, mut report: CallReport) -> Self {
        report.status = self.status();
        report.request_id = self.request_id().map(str::to_owned);
        *match &mut self {
            Self::Invalid(invalid) => &mut invalid.report,
            Self::Credentials(error) => &mut error.report,
            Self::NotSent(failure) => &mut failure.report,
            Self::Rejected(rejection) => &mut rejection.report,
            Self::InDoubt(doubt) | Self::AcceptedIdUnknown(doubt) => &mut doubt.report,
        } = report;
        self
    }

    /// What to do about it, in one sentence.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "correct the members that the problems name",
            Self::Credentials(error) if error.source.is_none() => {
                "configure an application id and its private key: this call needs a JWT"
            }
            Self::Credentials(_) => "check the application id and the private key",
            Self::NotSent(failure) if failure.source.is_none() => {
                "the client was closed: send with another one"
            }
            Self::NotSent(_) => "it never left: send it again once the connection is back",
            Self::InDoubt(_) => {
                "do not send it again blindly: wait for a status webhook with its client reference"
            }
            Self::AcceptedIdUnknown(_) => {
                "never send it again: its id arrives with the first status webhook"
            }
            Self::Rejected(rejection) => match rejection.answer.status.as_u16() {
                300..=399 => "check the endpoint: the API does not redirect",
                401 => "check the key and secret, or the application id and its private key",
                402 => "top up the account's balance",
                403 => "check what the account and the application may do",
                404 => "check the endpoint and the id",
                422 | 400 => "correct the members that the problem names",
                429 => "wait as long as retry_after says, and send more slowly",
                _ => "read the problem that the API reported",
            },
        }
    }

    fn answer(&self) -> Option<&RawAnswer> {
        match self {
            Self::Rejected(rejection) => Some(&rejection.answer),
            Self::InDoubt(doubt) | Self::AcceptedIdUnknown(doubt) => doubt.answer.as_ref(),
            _ => None,
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

impl Doubt {
    fn status(&self) -> Option<StatusCode> {
        self.answer
            .as_ref()
            .map(|answer| answer.status)
            .or_else(|| self.source.as_ref().and_then(TransportError::status))
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
            Self::Credentials(_) => f.write_str("no credential could be made for the request"),
            Self::NotSent(failure) if failure.source.is_none() => {
                f.write_str("the client is closed and sent nothing")
            }
            Self::NotSent(_) => f.write_str("the request never left this machine"),
            Self::Rejected(rejection) => {
                write!(
                    f,
                    "the API refused the request with status {}",
                    rejection.answer.status.as_u16()
                )
            }
            Self::InDoubt(doubt) => match doubt.status() {
                Some(status) => write!(
                    f,
                    "nobody can tell whether the API took the request: it answered with status {}",
                    status.as_u16()
                ),
                None => f.write_str("nobody can tell whether the API took the request"),
            },
            Self::AcceptedIdUnknown(doubt) => match doubt.status() {
                Some(status) => write!(
                    f,
                    "the API took the request with status {}, but its answer could not be read",
                    status.as_u16()
                ),
                None => f.write_str("the API took the request, but its answer could not be read"),
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

impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejection")
            .field("answer", &self.answer)
            .field("retry_after", &self.retry_after)
            .field("source", &self.source)
            .field("report", &self.report)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Doubt")
            .field("answer", &self.answer)
            .field("source", &self.source)
            .field("report", &self.report)
            .finish()
    }
}

impl fmt::Debug for RawAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawAnswer")
            .field("status", &self.status.as_u16())
            .field("request_id", &self.request_id)
            .field("body", &format_args!("[{} bytes]", self.body.len()))
            .finish()
    }
}
