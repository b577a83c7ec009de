//! The error of a refused webhook.

use std::error::Error;

use http::StatusCode;
use messages_auth::webhook::{Reason, ReplayError, VerifyError};

/// Reason a webhook was refused.
///
/// Respond with [`response_status`](Self::response_status) and without a body: details would help an attacker.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ReceiveError {
    /// The request's method is not `POST`.
    #[error("a webhook must be a POST request")]
    Method,
    /// The body is larger than 1 MiB.
    #[error("the webhook's body is larger than 1 MiB")]
    BodyTooLarge,
    /// The body did not arrive within 4 seconds.
    #[error("the webhook's body did not arrive in time")]
    BodyTimeout,
    /// The body ended early.
    #[error("the webhook's body could not be read to its end")]
    Body(#[source] Box<dyn Error + Send + Sync>),
    /// The signature is missing, invalid, stale or early, or the webhook was handled before.
    #[error(transparent)]
    Unverified(VerifyError),
    /// The signature is valid, but the body is not JSON.
    #[error("the webhook is signed, but its body is not JSON")]
    NotJson,
    /// The handler failed; the source is its error.
    #[error("the handler of the webhook failed")]
    Handler(#[source] Box<dyn Error + Send + Sync>),
    /// The event was handled, but the replay guard failed to record that.
    #[error("the webhook was handled, but could not be recorded as handled")]
    NotRecorded(#[source] ReplayError),
}

impl ReceiveError {
    /// Status code of the response.
    ///
    /// The API stops sending after 200, resends for 24 hours after 429 and 5xx, and gives up after any other.
    ///
    /// | status code | reason |
    /// | --- | --- |
    /// | 200 | handled before |
    /// | 400 | the body is not JSON, or ended early |
    /// | 401 | the signature is invalid |
    /// | 405 | not a `POST` request |
    /// | 408, 413 | the body is too slow, too large |
    /// | 500 | the handler failed, or its success could not be recorded |
    /// | 503 | not signed, or signed but early or stale by the clock of this machine, or being handled |
    #[must_use]
    pub fn response_status(&self) -> StatusCode {
        match self {
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::Body(_) | Self::NotJson => StatusCode::BAD_REQUEST,
            Self::Unverified(error) => error.response_status(),
            Self::Handler(_) | Self::NotRecorded(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Stable name of the reason in snake case, for logs and metrics; for [`Unverified`](Self::Unverified) that of
    /// [`Reason`].
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::BodyTooLarge => "body_too_large",
            Self::BodyTimeout => "body_timeout",
            Self::Body(_) => "body",
            Self::Unverified(error) => error.name(),
            Self::NotJson => "not_json",
            Self::Handler(_) => "handler",
            Self::NotRecorded(_) => "not_recorded",
        }
    }

    /// Returns `true` if the webhook is a duplicate: handled before, or being handled.
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        matches!(self, Self::Unverified(error)
            if matches!(error.reason(), Reason::Replayed | Reason::InProgress))
    }

    /// Logs the reason. Sources are omitted: a handler's error may name a user.
    pub(super) fn log(&self) {
        #[cfg(feature = "tracing")]
        {
            let (reason, status) = (self.name(), self.response_status().as_u16());
            if self.is_duplicate() {
                tracing::debug!(reason, status, "webhook refused: {self}");
            } else {
                tracing::warn!(reason, status, "webhook refused: {self}");
            }
        }
    }
}

crate::chain::debug_as_text!(ReceiveError);
