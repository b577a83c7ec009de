//! One webhook: verified, then read.

use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use messages_auth::webhook::{ReplayError, Verified, Verifier, VerifyError, WebhookClaims};
use messages_types::WebhookEvent;

/// Turns a raw body and its headers into a verified, typed event, in any web framework.
///
/// ```
/// use std::time::SystemTime;
/// use messages_sdk::auth::webhook::{Verifier, WebhookSigner};
/// use messages_sdk::auth::{ApiKey, SignatureSecret};
/// use messages_sdk::types::WebhookEvent;
/// use messages_sdk::webhook::Receiver;
/// use http::{HeaderMap, header::AUTHORIZATION};
///
/// let (key, secret) = (ApiKey::new("a1b2c3d4")?, SignatureSecret::new("a secret of thirty-two bytes ...")?);
/// let receiver = Receiver::new(Verifier::builder().secret(key.clone(), secret.clone()).build()?);
///
/// let body = r#"{"message_uuid":"aaaaaaaa-bbbb-cccc-dddd-0123456789ab","channel":"sms","to":"447700900000",
///     "from":"447700900001","timestamp":"2026-01-01T14:00:00.000Z","status":"delivered"}"#;
/// let mut headers = HeaderMap::new();
/// headers.insert(AUTHORIZATION, WebhookSigner::new(key, secret).sign(body.as_bytes(), SystemTime::now())?);
///
/// let received = receiver.receive(&headers, body, SystemTime::now())?;
/// assert!(matches!(received.event(), WebhookEvent::V1Status(_)));
/// received.commit()?; // once it is handled: a repeated delivery is then refused as a duplicate
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Receiver {
    verifier: Verifier,
}

impl Receiver {
    /// A receiver behind this verifier. Cloning is cheap, and clones share the replay guard.
    #[must_use]
    pub fn new(verifier: Verifier) -> Self {
        Self { verifier }
    }

    /// Verifies a webhook and reads it.
    ///
    /// `body` must be the bytes as they came, and `now` the present.
    ///
    /// # Errors
    ///
    /// [`ReceiveError::answer`] is the status to answer with.
    pub fn receive(
        &self,
        headers: &HeaderMap,
        body: impl Into<Bytes>,
        now: SystemTime,
    ) -> Result<Received, ReceiveError> {
        let verified = self
            .verifier
            .verify(headers, body, now)
            .map_err(ReceiveError::Unverified)?;
        let event = WebhookEvent::from_slice(verified.body()).map_err(|_| ReceiveError::NotJson)?;
        Ok(Received { event, verified })
    }
}

/// A verified event. Dropping it without [`commit`](Self::commit) gives the delivery free to come again.
#[derive(Debug)]
#[must_use = "commit it once it is handled"]
pub struct Received {
    event: WebhookEvent,
    verified: Verified,
}

impl Received {
    /// What happened.
    #[must_use]
    pub fn event(&self) -> &WebhookEvent {
        &self.event
    }

    /// Who signed it, and when.
    #[must_use]
    pub fn claims(&self) -> &WebhookClaims {
        self.verified.claims()
    }

    /// The body as it came.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        self.verified.body()
    }

    /// Says that the event is handled, so that a repeated delivery is a duplicate from now on.
    ///
    /// # Errors
    ///
    /// When the replay guard cannot note it; answer with a 5xx then, and it comes again.
    pub fn commit(self) -> Result<WebhookEvent, ReplayError> {
        self.verified.commit()?;
        Ok(self.event)
    }
}

/// Why a request is no event.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiveError {
    /// The signature is missing, invalid, too old, too early, or known already.
    #[error("the webhook is not verified")]
    Unverified(#[source] VerifyError),
    /// The signature is good, but the body is no JSON.
    #[error("the webhook is signed, but its body is not JSON")]
    NotJson,
}

impl ReceiveError {
    /// Status code of the response: 503 if the webhook is resent and may be accepted then (not signed, or signed but
    /// early or stale by this machine's clock), 401 for an invalid signature, 200 for a duplicate, 413 and 400 for a body
    /// that cannot be an event.
    #[must_use]
    pub fn answer(&self) -> StatusCode {
        match self {
            Self::Unverified(error) => error.answer(),
            Self::NotJson => StatusCode::BAD_REQUEST,
        }
    }
}
