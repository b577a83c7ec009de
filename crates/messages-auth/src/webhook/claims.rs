//! Claims of a webhook's token.

use std::fmt;

use serde_json::{Map, Value};

use super::error::Reason;
use crate::id::ApiKey;
use crate::jws;

/// The claims of a verified webhook.
#[derive(Clone, PartialEq)]
pub struct WebhookClaims {
    pub(super) issued_at: u64,
    pub(super) expires_at: Option<u64>,
    pub(super) not_before: Option<u64>,
    pub(super) token_id: String,
    pub(super) payload_hash: String,
    pub(super) api_key: Option<ApiKey>,
    pub(super) application_id: Option<String>,
    pub(super) issuer: String,
    pub(super) extra: Map<String, Value>,
}

/// Longest `jti` that is accepted: the replay guard keeps it. Real ones have 36 characters.
const MAX_TOKEN_ID: usize = 255;

impl WebhookClaims {
    /// `iat`: when it was signed, in seconds since 1970.
    #[must_use]
    pub fn issued_at(&self) -> u64 {
        self.issued_at
    }

    /// `jti`: different for each token, at most 255 bytes.
    #[must_use]
    pub fn token_id(&self) -> &str {
        &self.token_id
    }

    /// `api_key`: the account it belongs to. It is `None` only where the secret was given without an account.
    #[must_use]
    pub fn api_key(&self) -> Option<&ApiKey> {
        self.api_key.as_ref()
    }

    /// `application_id`, as it was sent.
    #[must_use]
    pub fn application_id(&self) -> Option<&str> {
        self.application_id.as_deref()
    }

    /// `iss`: always [`ISSUER`](super::ISSUER) in a webhook that was verified.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// `payload_hash`: the SHA-256 of the body, in lower-case hexadecimal digits.
    #[must_use]
    pub fn payload_hash(&self) -> &str {
        &self.payload_hash
    }

    /// `exp`: when it ceases to be good, in seconds since 1970. The API does not send it.
    #[must_use]
    pub fn expires_at(&self) -> Option<u64> {
        self.expires_at
    }

    /// `nbf`: before when it is not good, in seconds since 1970. The API does not send it.
    #[must_use]
    pub fn not_before(&self) -> Option<u64> {
        self.not_before
    }

    /// Every claim that has no accessor here.
    #[must_use]
    pub fn extra(&self) -> &Map<String, Value> {
        &self.extra
    }

    /// Takes the claims over, once they are known to be genuine. What is of the wrong type, or missing and needed to
    /// name the webhook, makes the token malformed; what the values mean is judged later.
    pub(super) fn read(
        api_key: Option<ApiKey>,
        mut object: Map<String, Value>,
    ) -> Result<Self, Reason> {
        let issued_at = required(date(&mut object, "iat")?)?;
        let token_id = required(text(&mut object, "jti")?)?;
        if token_id.is_empty() || token_id.len() > MAX_TOKEN_ID {
            return Err(Reason::Malformed);
        }
        Ok(Self {
            issued_at,
            token_id,
            api_key,
            // If these two are missing, the empty text fails their check.
            issuer: text(&mut object, "iss")?.unwrap_or_default(),
            payload_hash: text(&mut object, "payload_hash")?.unwrap_or_default(),
            application_id: text(&mut object, "application_id")?,
            expires_at: date(&mut object, "exp")?,
            not_before: date(&mut object, "nbf")?,
            extra: object,
        })
    }
}

/// Takes out the account that a token claims to be of. It is all that is read before the signature is checked, since it
/// says whose secret to check with.
pub(super) fn take_api_key(object: &mut Map<String, Value>) -> Result<Option<ApiKey>, Reason> {
    text(object, "api_key")?
        .map(|text| ApiKey::new(text).map_err(|_| Reason::Malformed))
        .transpose()
}

fn required<T>(claim: Option<T>) -> Result<T, Reason> {
    claim.ok_or(Reason::Malformed)
}

fn text(object: &mut Map<String, Value>, name: &str) -> Result<Option<String>, Reason> {
    match object.remove(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Reason::Malformed),
    }
}

/// A date of the wrong type is never taken for an absent one: that was CVE-2026-25537.
fn date(object: &mut Map<String, Value>, name: &str) -> Result<Option<u64>, Reason> {
    match object.remove(name) {
        None => Ok(None),
        Some(value) => jws::numeric_date(&value).map(Some).ok_or(Reason::Malformed),
    }
}

impl fmt::Debug for WebhookClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `extra` holds what the sender pleases: nothing of it is shown.
        f.debug_struct("WebhookClaims")
            .field("issued_at", &self.issued_at)
            .field("token_id", &self.token_id)
            .field("api_key", &self.api_key)
            .field("application_id", &self.application_id)
            .finish_non_exhaustive()
    }
}
