//! Signing as the API does, for tests and emulators.

use std::fmt;
use std::time::SystemTime;

use aws_lc_rs::digest;
use http::HeaderValue;
use jsonwebtoken::EncodingKey;
use serde::Serialize;
use uuid::Uuid;

use super::ISSUER;
use crate::clock::unix_seconds;
use crate::crypto;
use crate::error::{AuthError, AuthErrorKind};
use crate::id::{ApiKey, ApplicationId};
use crate::jws::{self, Algorithm};
use crate::jwt::bearer;
use crate::secret::SignatureSecret;

/// Signs webhooks of one account.
#[derive(Clone)]
pub struct WebhookSigner {
    api_key: ApiKey,
    secret: EncodingKey,
    application_id: Option<ApplicationId>,
}

#[derive(Serialize)]
struct SignedClaims<'a> {
    iss: &'a str,
    iat: u64,
    jti: &'a str,
    payload_hash: &'a str,
    api_key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    application_id: Option<ApplicationId>,
}

impl WebhookSigner {
    /// A signer for an account and its secret.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the secret is consumed: it lives on as a key only"
    )]
    pub fn new(api_key: ApiKey, secret: SignatureSecret) -> Self {
        Self {
            api_key,
            secret: EncodingKey::from_secret(secret.expose().as_bytes()),
            application_id: None,
        }
    }

    /// Names the application in each token.
    #[must_use]
    pub fn application_id(mut self, application_id: ApplicationId) -> Self {
        self.application_id = Some(application_id);
        self
    }

    /// The `Authorization` value for a webhook with this body, sent at `now`, with a random `jti`.
    ///
    /// # Errors
    /// [`AuthErrorKind::Clock`] if `now` lies before 1970.
    pub fn sign(&self, body: &[u8], now: SystemTime) -> Result<HeaderValue, AuthError> {
        self.sign_with_jti(body, now, &Uuid::new_v4().to_string())
    }

    /// The same with a chosen `jti`.
    ///
    /// # Errors
    /// [`AuthErrorKind::Clock`] if `now` lies before 1970.
    pub fn sign_with_jti(
        &self,
        body: &[u8],
        now: SystemTime,
        jti: &str,
    ) -> Result<HeaderValue, AuthError> {
        let payload_hash = payload_hash(body);
        let claims = SignedClaims {
            iss: ISSUER,
            iat: unix_seconds(now).ok_or_else(|| AuthError::new(AuthErrorKind::Clock))?,
            jti,
            payload_hash: str::from_utf8(&payload_hash)
                .map_err(|error| AuthError::with_source(AuthErrorKind::Sign, error))?,
            api_key: self.api_key.as_str(),
            application_id: self.application_id,
        };
        let json = serde_json::to_vec(&claims)
            .map_err(|error| AuthError::with_source(AuthErrorKind::Sign, error))?;
        let signed = jws::signing_input(Algorithm::Hs256, &json);
        let tag = crypto::sign(
            jsonwebtoken::Algorithm::HS256,
            &self.secret,
            signed.as_bytes(),
        )
        .map_err(|error| AuthError::with_source(AuthErrorKind::Sign, error))?;
        bearer(&jws::append_signature(signed, &tag))
    }
}

impl fmt::Debug for WebhookSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookSigner")
            .field("api_key", &self.api_key)
            .field("application_id", &self.application_id)
            .finish_non_exhaustive()
    }
}

/// The SHA-256 of `body` in lower-case hexadecimal digits, as the claim `payload_hash` has it.
pub(super) fn payload_hash(body: &[u8]) -> [u8; 64] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";

    let mut hex = [0; 64];
    let digest = digest::digest(&digest::SHA256, body);
    for (pair, byte) in hex.as_chunks_mut::<2>().0.iter_mut().zip(digest.as_ref()) {
        *pair = [
            DIGITS[usize::from(byte >> 4)],
            DIGITS[usize::from(byte & 0x0f)],
        ];
    }
    hex
}
