//! The error of a refused webhook, and the status code of the response.

use std::error::Error;
use std::fmt;

use http::StatusCode;

use super::replay::ReplayError;

/// A webhook was not accepted.
///
/// Respond with [`response_status`](Self::response_status) and without a body: details would help an attacker. The
/// [`name`](Self::name) is for logs and metrics.
pub struct VerifyError {
    reason: Reason,
    source: Option<Box<ReplayError>>,
}

/// Reason of a refusal, in the order of the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The body is longer than the limit.
    TooLarge,
    /// There is no `Authorization` header. A fault at the sender can cause it; the webhook comes again, signed.
    Missing,
    /// Two `Authorization` headers, another scheme, or no strictly written JWT. After the signature has been checked: a
    /// claim of the wrong type, or no `iat` or `jti`.
    Malformed,
    /// The token is not signed with HS256.
    Algorithm,
    /// No secret is known for the account it names.
    UnknownKey,
    /// None of the account's secrets has made the signature.
    Signature,
    /// `iss` is not [`ISSUER`](super::ISSUER), or missing.
    Issuer,
    /// It is for another application.
    Application,
    /// It was issued longer ago than is accepted, or its `exp` has passed.
    Stale,
    /// It was issued further ahead, or its `nbf` lies further ahead, than clocks may differ.
    Early,
    /// The body is not the one that was signed, or the token says nothing of a body.
    PayloadHash,
    /// It was handled before.
    Replayed,
    /// Another delivery of it is being handled at this moment, and may yet fail.
    InProgress,
    /// The replay guard cannot tell; the error's source says why.
    Guard,
}

impl Reason {
    /// A fixed name in lower case, for logs and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::Algorithm => "algorithm",
            Self::UnknownKey => "unknown_key",
            Self::Signature => "signature",
            Self::Issuer => "issuer",
            Self::Application => "application",
            Self::Stale => "stale",
            Self::Early => "early",
            Self::PayloadHash => "payload_hash",
            Self::Replayed => "replayed",
            Self::InProgress => "in_progress",
            Self::Guard => "guard",
        }
    }

    /// Status code of the response. The sender stops after 200, resends for 24 hours after 429 and 5xx, and gives up
    /// after any other.
    ///
    /// - 503 if a later attempt may be accepted: not signed because of a fault, signed but stale or early because one
    ///   of the two clocks is wrong, being handled at the moment, or a replay guard that fails.
    /// - 200 if it was handled: any other status code would cause resends for a day.
    /// - 413 for a body beyond the limit, 401 for everything else.
    #[must_use]
    pub fn response_status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Missing | Self::Stale | Self::Early | Self::InProgress | Self::Guard => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Replayed => StatusCode::OK,
            _ => StatusCode::UNAUTHORIZED,
        }
    }
}

impl VerifyError {
    /// The reason.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// The reason's fixed name in lower case, for logs and metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.reason.name()
    }

    /// Status code of the response, as [`Reason::response_status`].
    #[must_use]
    pub fn response_status(&self) -> StatusCode {
        self.reason.response_status()
    }
}

impl From<Reason> for VerifyError {
    fn from(reason: Reason) -> Self {
        Self {
            reason,
            source: None,
        }
    }
}

impl From<ReplayError> for VerifyError {
    fn from(error: ReplayError) -> Self {
        Self {
            reason: Reason::Guard,
            source: Some(Box::new(error)),
        }
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.reason {
            Reason::TooLarge => "the webhook's body is too large",
            Reason::Missing => "the webhook is not signed",
            Reason::Malformed => "the webhook's token is malformed",
            Reason::Algorithm => "the webhook's token is not signed with HS256",
            Reason::UnknownKey => "no signature secret is known for the webhook's account",
            Reason::Signature => "the webhook's signature does not match",
            Reason::Issuer => "the webhook has another issuer",
            Reason::Application => "the webhook is for another application",
            Reason::Stale => "the webhook is too old",
            Reason::Early => "the webhook was issued in the future",
            Reason::PayloadHash => "the webhook's body is not the one that was signed",
            Reason::Replayed => "the webhook was handled before",
            Reason::InProgress => "the webhook is being handled",
            Reason::Guard => "the replay guard failed to check whether the webhook is new",
        })
    }
}

impl Error for VerifyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn Error + 'static))
    }
}

crate::chain::debug_as_text!(VerifyError);
