//! Claims of a token.

use std::time::SystemTime;

use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::options::JwtOptions;
use crate::clock::unix_seconds;
use crate::error::{AuthError, AuthErrorKind};
use crate::id::ApplicationId;

/// The claims of an application's token. Times are seconds since 1970.
///
/// Minting checks none of this, so that tests can make tokens that must be refused; [`verify`](super::verify) does.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Claims {
    /// `application_id`: whose key has signed.
    pub application_id: ApplicationId,
    /// `iat`: when the token was made.
    #[serde(rename = "iat")]
    pub issued_at: u64,
    /// `jti`: different for each token.
    #[serde(rename = "jti")]
    pub token_id: String,
    /// `exp`: when it ceases to be good. The API takes 15 minutes for granted where it is absent.
    #[serde(rename = "exp", skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<u64>,
    /// `nbf`: before when it is not good.
    #[serde(rename = "nbf", skip_serializing_if = "Option::is_none")]
    pub not_before: Option<u64>,
    /// `sub`: the name of a user.
    #[serde(rename = "sub", skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// `acl`: what it may be used for, in the JSON form of [`Acl`](super::Acl); absent means everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acl: Option<Value>,
    /// Every other claim.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Claims {
    /// The claims of a token made at `now`, with a random `jti`.
    ///
    /// # Errors
    /// [`AuthErrorKind::Clock`] if `now` lies before 1970.
    pub fn new(
        application_id: ApplicationId,
        options: &JwtOptions,
        now: SystemTime,
    ) -> Result<Self, AuthError> {
        let issued_at = unix_seconds(now).ok_or_else(|| AuthError::new(AuthErrorKind::Clock))?;
        Self::at(application_id, options, issued_at)
    }

    /// The same at a time in seconds since 1970.
    pub(super) fn at(
        application_id: ApplicationId,
        options: &JwtOptions,
        issued_at: u64,
    ) -> Result<Self, AuthError> {
        let expires_at = issued_at
            .checked_add(options.lifetime.as_secs())
            .ok_or_else(|| AuthError::new(AuthErrorKind::Clock))?;
        Ok(Self {
            application_id,
            issued_at,
            token_id: Uuid::new_v4().to_string(),
            expires_at: Some(expires_at),
            not_before: options.not_before_issue.then_some(issued_at),
            subject: options.subject.clone(),
            // Rules that cannot be written are never left out: without any, the token would open everything.
            acl: options
                .acl
                .as_ref()
                .map(serde_json::to_value)
                .transpose()
                .map_err(|error| AuthError::with_source(AuthErrorKind::Sign, error))?,
            extra: Map::new(),
        })
    }
}
