//! The one call that checks everything.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use bytes::Bytes;
use http::HeaderMap;
use http::header::AUTHORIZATION;

use super::ISSUER;
use super::builder::VerifierBuilder;
use super::claims::{WebhookClaims, take_api_key};
use super::error::{Reason, VerifyError};
use super::policy::Policy;
use super::replay::{ClaimOutcome, ReplayGuard, ReplayKey};
use super::secrets::Secrets;
use super::signer::payload_hash;
use super::verified::{ReplayClaim, Verified};
use crate::clock::from_unix_seconds;
use crate::crypto;
use crate::error::{AuthError, AuthErrorKind};
use crate::id::ApiKey;
use crate::jws::{Algorithm, Fault, Token};
use crate::jwt::bearer_token;

/// Longest token that is looked at; the API's have about 500 characters.
const MAX_TOKEN: usize = 8 * 1024;

/// Checks signed webhooks. Cloning is cheap; clones share secrets and replay guard.
///
/// In this order, and each only if all before it hold: the body's size; exactly one `Authorization` header, `Bearer`;
/// a strictly written JWT with HS256; a secret known for its account; the HMAC; that its claims are of the right type;
/// `iss`; the application, if one is demanded; its age; `payload_hash` against the bytes of the body; and that it was
/// not handled before.
///
/// ```
/// use std::time::SystemTime;
/// use http::{HeaderMap, header::AUTHORIZATION};
/// use messages_auth::webhook::{Verifier, WebhookSigner};
/// use messages_auth::{ApiKey, SignatureSecret};
///
/// let account = ApiKey::new("a1b2c3d4")?;
/// let secret = SignatureSecret::new("JZBnTMJqgtWFJGz7sJm3OqLyFOxOTdcA")?;
/// let verifier = Verifier::builder().secret(account.clone(), secret.clone()).build()?;
///
/// let (body, now) = (r#"{"message_uuid":"…"}"#, SystemTime::now());
/// let mut headers = HeaderMap::new();
/// headers.insert(AUTHORIZATION, WebhookSigner::new(account, secret).sign(body.as_bytes(), now)?);
///
/// let verified = verifier.verify(&headers, body, now)?;
/// // … handle verified.body(), and only then:
/// verified.commit()?;
/// assert_eq!(verifier.verify(&headers, body, now).unwrap_err().response_status(), 200);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Verifier(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    secrets: RwLock<Arc<Secrets>>,
    policy: Policy,
    guard: Option<Arc<dyn ReplayGuard>>,
}

impl Verifier {
    /// 24 hours and 15 minutes: the sender tries for 24 hours with at most 15 minutes between attempts, and it is not
    /// documented whether a later attempt is signed anew.
    pub const DEFAULT_MAX_AGE: Duration = Duration::from_secs(24 * 60 * 60 + 15 * 60);
    /// 300 seconds.
    pub const STRICT_MAX_AGE: Duration = Duration::from_secs(300);
    /// 300 seconds.
    pub const DEFAULT_MAX_AHEAD: Duration = Duration::from_secs(300);
    /// 1 MiB.
    pub const DEFAULT_MAX_BODY: usize = 1024 * 1024;

    pub(super) fn new(
        secrets: Secrets,
        policy: Policy,
        guard: Option<Arc<dyn ReplayGuard>>,
    ) -> Result<Self, AuthError> {
        Ok(Self(Arc::new(Shared {
            secrets: RwLock::new(Arc::new(not_empty(secrets)?)),
            policy,
            guard,
        })))
    }

    /// A verifier with the defaults and an in-memory replay guard, and without a secret.
    pub fn builder() -> VerifierBuilder {
        VerifierBuilder::new()
    }

    /// Replaces the secrets in use, for all clones. Calls in flight complete with the old ones;
    /// every later call sees only the new.
    ///
    /// # Errors
    /// [`AuthErrorKind::NoSecret`] if there is none among them; the old ones then stay.
    pub fn replace_secrets(&self, secrets: Secrets) -> Result<(), AuthError> {
        let secrets = Arc::new(not_empty(secrets)?);
        *self
            .0
            .secrets
            .write()
            .unwrap_or_else(PoisonError::into_inner) = secrets;
        Ok(())
    }

    /// Checks a webhook that arrived at `now` with these headers and exactly these bytes.
    ///
    /// What it returns is claimed in the replay guard: [`commit`](Verified::commit) it once it is handled. Dropping it
    /// instead gives the claim back, so that the next delivery is handled.
    ///
    /// # Errors
    /// A [`VerifyError`] that has the [status code of the response](VerifyError::response_status).
    pub fn verify(
        &self,
        headers: &HeaderMap,
        body: impl Into<Bytes>,
        now: SystemTime,
    ) -> Result<Verified, VerifyError> {
        // Not generic from here on, so that callers' crates compile none of it.
        self.check(headers, body.into(), now)
    }

    fn check(
        &self,
        headers: &HeaderMap,
        body: Bytes,
        now: SystemTime,
    ) -> Result<Verified, VerifyError> {
        let policy = &self.0.policy;
        if body.len() > policy.max_body {
            return Err(Reason::TooLarge.into());
        }
        let mut token = Token::read(only_bearer(headers)?, Algorithm::Hs256)?;
        let api_key = take_api_key(&mut token.claims)?;
        self.check_signature(api_key.as_ref(), token.signed.as_bytes(), &token.signature)?;
        let claims = WebhookClaims::read(api_key, token.claims)?;
        if claims.issuer != ISSUER {
            return Err(Reason::Issuer.into());
        }
        policy.check_application(claims.application_id.as_deref())?;
        policy.check_times(&claims, now)?;
        verify_slices_are_equal(&payload_hash(&body), claims.payload_hash.as_bytes())
            .map_err(|_| Reason::PayloadHash)?;
        let claim = self.claim(&claims, now)?;
        Ok(Verified::new(claims, body, claim))
    }

    fn check_signature(
        &self,
        api_key: Option<&ApiKey>,
        signed: &[u8],
        signature: &Vec<u8>,
    ) -> Result<(), Reason> {
        let secrets = Arc::clone(
            &self
                .0
                .secrets
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        );
        let mut reason = Reason::UnknownKey;
        for secret in secrets.candidates(api_key) {
            if crypto::verifies(jsonwebtoken::Algorithm::HS256, secret, signed, signature) {
                return Ok(());
            }
            reason = Reason::Signature;
        }
        Err(reason)
    }

    fn claim(
        &self,
        claims: &WebhookClaims,
        now: SystemTime,
    ) -> Result<Option<ReplayClaim>, VerifyError> {
        let Some(guard) = &self.0.guard else {
            return Ok(None);
        };
        let key = ReplayKey::new(claims.api_key.as_ref(), &claims.token_id);
        // One second longer than the age check accepts it, which counts whole seconds.
        let until = from_unix_seconds(
            claims
                .issued_at
                .saturating_add(self.0.policy.max_age)
                .saturating_add(1),
        );
        let until = until.unwrap_or(now);
        match guard.claim(&key, now, until)? {
            ClaimOutcome::Claimed(ticket) => Ok(Some(ReplayClaim::new(
                Arc::clone(guard),
                key,
                ticket,
                until,
            ))),
            ClaimOutcome::InProgress => Err(Reason::InProgress.into()),
            ClaimOutcome::Handled => Err(Reason::Replayed.into()),
        }
    }
}

/// The token of the only `Authorization` header.
fn only_bearer(headers: &HeaderMap) -> Result<&str, Reason> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or(Reason::Missing)?;
    if values.next().is_some() || value.len() > MAX_TOKEN {
        return Err(Reason::Malformed);
    }
    bearer_token(value).ok_or(Reason::Malformed)
}

fn not_empty(secrets: Secrets) -> Result<Secrets, AuthError> {
    if secrets.is_empty() {
        Err(AuthError::new(AuthErrorKind::NoSecret))
    } else {
        Ok(secrets)
    }
}

impl From<Fault> for VerifyError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Malformed => Reason::Malformed.into(),
            Fault::Algorithm => Reason::Algorithm.into(),
        }
    }
}
