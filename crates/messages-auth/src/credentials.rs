//! Either way to authenticate, behind one call.

use std::time::SystemTime;

use http::HeaderValue;

use crate::basic::Basic;
use crate::error::AuthError;
use crate::jwt::TokenSource;

/// Credentials that sign a request. Cloning is cheap, and clones of a token source share its token.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Credentials {
    /// The account's key and secret. Sending accepts it; updating a message does not (the API answers 401).
    Basic(Basic),
    /// Tokens of an application.
    Jwt(TokenSource),
}

impl Credentials {
    /// The value of the `Authorization` header for a request sent at `now`, marked sensitive.
    ///
    /// # Errors
    /// As [`TokenSource::header_value`]; Basic never fails.
    pub fn header_value(&self, now: SystemTime) -> Result<HeaderValue, AuthError> {
        match self {
            Self::Basic(basic) => Ok(basic.header_value()),
            Self::Jwt(source) => source.header_value(now),
        }
    }

    /// A value to try once more with after the API answered 401 to `rejected`, or `None` where another would not
    /// differ (Basic).
    ///
    /// # Errors
    /// As [`TokenSource::refresh`].
    pub fn refresh(
        &self,
        rejected: &HeaderValue,
        now: SystemTime,
    ) -> Result<Option<HeaderValue>, AuthError> {
        match self {
            Self::Basic(_) => Ok(None),
            Self::Jwt(source) => source.refresh(rejected, now).map(Some),
        }
    }

    /// Issues tokens by the API's clock, which showed `server` when this machine's showed `now`; see
    /// [`TokenSource::correct_clock`]. `None` for Basic, which has no times.
    ///
    /// # Errors
    /// As [`TokenSource::correct_clock`].
    pub fn correct_clock(
        &self,
        server: SystemTime,
        now: SystemTime,
    ) -> Result<Option<i64>, AuthError> {
        match self {
            Self::Basic(_) => Ok(None),
            Self::Jwt(source) => source.correct_clock(server, now),
        }
    }
}

impl From<Basic> for Credentials {
    fn from(basic: Basic) -> Self {
        Self::Basic(basic)
    }
}

impl From<TokenSource> for Credentials {
    fn from(source: TokenSource) -> Self {
        Self::Jwt(source)
    }
}
