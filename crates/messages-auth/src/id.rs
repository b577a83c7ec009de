//! Identifiers that travel with credentials. They are no secrets, but an API key is half of one and is not printed whole.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::error::{AuthError, AuthErrorKind, Flaw};

/// The key of an account: the user name of Basic authentication, and the `api_key` claim of a webhook.
///
/// Letters, digits, `-` and `_` of ASCII, at most 64 of them. `Debug` shows the first two; [`as_str`](Self::as_str)
/// gives the whole.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApiKey(Box<str>);

impl ApiKey {
    /// Most characters an API key may have here; real ones have eight.
    pub const MAX_LEN: usize = 64;

    /// Checks and takes over an API key.
    ///
    /// # Errors
    /// [`AuthErrorKind::ApiKey`] with the [`Flaw`].
    pub fn new(text: impl Into<String>) -> Result<Self, AuthError> {
        let text = text.into();
        match Self::flaw(&text) {
            None => Ok(Self(text.into_boxed_str())),
            Some(flaw) => Err(AuthError::new(AuthErrorKind::ApiKey(flaw))),
        }
    }

    /// The whole key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The rule for API keys that the text breaks.
    pub(crate) fn flaw(text: &str) -> Option<Flaw> {
        if text.is_empty() {
            Some(Flaw::Empty)
        } else if text.trim() != text {
            Some(Flaw::OuterSpace)
        } else if text.len() > Self::MAX_LEN {
            Some(Flaw::TooLong)
        } else if !text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        {
            Some(Flaw::Character)
        } else {
            None
        }
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = if self.0.len() > 4 {
            self.0.get(..2).unwrap_or_default()
        } else {
            ""
        };
        write!(f, "ApiKey({shown}…)")
    }
}

impl std::borrow::Borrow<str> for ApiKey {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl FromStr for ApiKey {
    type Err = AuthError;

    fn from_str(text: &str) -> Result<Self, AuthError> {
        Self::new(text)
    }
}

impl TryFrom<&str> for ApiKey {
    type Error = AuthError;

    fn try_from(text: &str) -> Result<Self, AuthError> {
        Self::new(text)
    }
}

impl TryFrom<String> for ApiKey {
    type Error = AuthError;

    fn try_from(text: String) -> Result<Self, AuthError> {
        Self::new(text)
    }
}

/// The UUID of an application, as the dashboard shows it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApplicationId(Uuid);

impl ApplicationId {
    /// Reads an application id.
    ///
    /// # Errors
    /// [`AuthErrorKind::ApplicationId`] if `text` is not a UUID.
    pub fn parse(text: &str) -> Result<Self, AuthError> {
        Uuid::try_parse(text.trim())
            .map(Self)
            .map_err(|_| AuthError::new(AuthErrorKind::ApplicationId))
    }

    /// A random one, for tests and emulators.
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }
}

/// Lower case with hyphens, the form that claims carry.
impl fmt::Display for ApplicationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

impl fmt::Debug for ApplicationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApplicationId({self})")
    }
}

impl FromStr for ApplicationId {
    type Err = AuthError;

    fn from_str(text: &str) -> Result<Self, AuthError> {
        Self::parse(text)
    }
}

impl TryFrom<&str> for ApplicationId {
    type Error = AuthError;

    fn try_from(text: &str) -> Result<Self, AuthError> {
        Self::parse(text)
    }
}

impl serde::Serialize for ApplicationId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
