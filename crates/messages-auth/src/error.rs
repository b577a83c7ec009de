//! The error of everything that makes credentials: what was wrong, never with what content.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::key::KeyMistake;

/// A credential could not be made or used.
///
/// The text of a secret, a key or a token is never part of it. Cloning is cheap: callers that waited for the same
/// failed token share one error.
#[derive(Clone)]
pub struct AuthError(Arc<Inner>);

struct Inner {
    kind: AuthErrorKind,
    path: Option<PathBuf>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// Kind of an [`AuthError`].
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthErrorKind {
    /// The text cannot be an API key.
    #[error("the api key {0}")]
    ApiKey(Flaw),
    /// The text cannot be an API secret.
    #[error("the api secret {0}")]
    ApiSecret(Flaw),
    /// The text cannot be a signature secret.
    #[error("the signature secret {0}")]
    SignatureSecret(Flaw),
    /// A webhook verifier was given no secret, so it could only refuse.
    #[error("a verifier needs at least one signature secret")]
    NoSecret,
    /// The application id is not a UUID.
    #[error("the application id is not a uuid, such as 5c2e8f6e-0f3c-4a3e-9d3b-2f1f0d8b7a61")]
    ApplicationId,
    /// The `Authorization` value is not well-formed Basic authentication.
    #[error("the authorization header is not `Basic` followed by base64 of `key:secret`")]
    BasicHeader,
    /// The lifetime of a token is outside the 30 seconds to 24 hours that the API documentation allows.
    #[error("a token must live at least 30 seconds and at most 24 hours")]
    Lifetime,
    /// The path of an access rule does not start with `/`, or holds a character that no path has.
    #[error("an access rule's path must start with `/` and hold no white space, query or fragment")]
    AclPath,
    /// The key cannot be used.
    #[error("{0}")]
    Key(KeyMistake),
    /// The signer failed; [`source`](Error::source) says why.
    #[error("the token could not be signed")]
    Sign,
    /// The time passed in lies before 1970 or too far ahead to be written down.
    #[error("the clock shows a time that no token can carry")]
    Clock,
    /// The API's clock differs too much from this machine's to issue tokens by it.
    #[error("the API's clock differs from this machine's by more than 24 hours")]
    ClockCorrection,
}

/// Fault of the text of a key or secret.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Flaw {
    /// There is no text.
    #[error("is empty")]
    Empty,
    /// White space at either end: most often a line break that came along from a file.
    #[error("starts or ends with white space")]
    OuterSpace,
    /// A control character, or in an API key anything but letters and digits of ASCII, `-` and `_`.
    #[error("holds a character that it cannot hold")]
    Character,
    /// More characters than any real one has.
    #[error("is too long")]
    TooLong,
    /// A PEM key where a shared secret belongs: signing with a public key's text is how forged tokens are made.
    #[error("is a PEM key or certificate, not a shared secret")]
    Pem,
}

impl AuthError {
    pub(crate) fn new(kind: AuthErrorKind) -> Self {
        Self(Arc::new(Inner {
            kind,
            path: None,
            source: None,
        }))
    }

    pub(crate) fn with_source(
        kind: AuthErrorKind,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self(Arc::new(Inner {
            kind,
            path: None,
            source: Some(source.into()),
        }))
    }

    pub(crate) fn at_path(
        mistake: KeyMistake,
        path: &Path,
        source: Option<std::io::Error>,
    ) -> Self {
        Self(Arc::new(Inner {
            kind: AuthErrorKind::Key(mistake),
            path: Some(path.to_owned()),
            source: source.map(Into::into),
        }))
    }

    /// Kind of the error.
    #[must_use]
    pub fn kind(&self) -> AuthErrorKind {
        self.0.kind
    }

    /// The file that was being read, if one was.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.0.path.as_deref()
    }
}

impl From<KeyMistake> for AuthError {
    fn from(mistake: KeyMistake) -> Self {
        Self::new(AuthErrorKind::Key(mistake))
    }
}

impl From<std::convert::Infallible> for AuthError {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.path {
            None => write!(f, "{}", self.0.kind),
            Some(path) => write!(f, "{}: {}", path.display(), self.0.kind),
        }
    }
}

impl Error for AuthError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn Error + 'static))
    }
}

crate::chain::debug_as_text!(AuthError, AuthErrorKind, Flaw);
