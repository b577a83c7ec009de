//! Verification and decoding of one webhook.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use messages_auth::webhook::{ReplayError, Verified, Verifier, WebhookClaims};
use messages_types::WebhookEvent;

use super::ReceiveError;
use crate::env::{self, EnvError};

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
///
/// # Refused webhooks
///
/// [`router`](super::router), [`WebhookService`](super::WebhookService) and [`VerifiedWebhook`](super::VerifiedWebhook) report
/// each refused webhook: as a `tracing` event (feature `tracing`; level `WARN`, for duplicates `DEBUG`) and to the hook of
/// [`on_refused`](Self::on_refused). In other frameworks, call [`refuse`](Self::refuse).
#[derive(Clone)]
pub struct Receiver {
    verifier: Verifier,
    on_refused: Option<Arc<Hook>>,
}

type Hook = dyn Fn(&ReceiveError) + Send + Sync;

impl Receiver {
    /// A receiver behind this verifier. Cloning is cheap, and clones share the replay guard.
    #[must_use]
    pub fn new(verifier: Verifier) -> Self {
        Self {
            verifier,
            on_refused: None,
        }
    }

    /// A receiver that verifies with the signature secrets in the environment (`VONAGE_SIGNATURE_SECRET`): see
    /// [`env::verifier`](crate::env::verifier).
    ///
    /// # Errors
    ///
    /// As [`env::verifier`](crate::env::verifier).
    pub fn from_env() -> Result<Self, EnvError> {
        env::verifier().map(Self::new)
    }

    /// Calls `hook` for each webhook that is refused: a metric or an alert, for example. It replaces an earlier hook.
    ///
    /// The hook runs on the task of the request, so it must not block. The error holds no part of the request, but
    /// [`ReceiveError::Handler`] holds the handler's own error.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicU64, Ordering};
    /// use messages_sdk::webhook::Receiver;
    ///
    /// # fn example(receiver: Receiver) -> Receiver {
    /// let refused = Arc::new(AtomicU64::new(0));
    /// receiver.on_refused(move |error| {
    ///     if !error.is_duplicate() {
    ///         refused.fetch_add(1, Ordering::Relaxed);
    ///     }
    /// })
    /// # }
    /// ```
    #[must_use]
    pub fn on_refused(mut self, hook: impl Fn(&ReceiveError) + Send + Sync + 'static) -> Self {
        self.on_refused = Some(Arc::new(hook));
        self
    }

    /// Reports a refused webhook to the log and to the hook of [`on_refused`](Self::on_refused), and returns the status code
    /// of the response.
    pub fn refuse(&self, error: &ReceiveError) -> StatusCode {
        error.log();
        if let Some(hook) = &self.on_refused {
            hook(error);
        }
        error.response_status()
    }

    /// Verifies a webhook and decodes it.
    ///
    /// `body` must be the bytes as received, and `now` the current time.
    ///
    /// # Errors
    ///
    /// [`ReceiveError::response_status`] is the status code of the response; [`refuse`](Self::refuse) reports the error.
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

/// A verified event. If it is dropped without [`commit`](Self::commit), a repeated delivery is accepted again.
#[derive(Debug)]
#[must_use = "commit it once it is handled"]
pub struct Received {
    event: WebhookEvent,
    verified: Verified,
}

impl Received {
    /// The event.
    #[must_use]
    pub fn event(&self) -> &WebhookEvent {
        &self.event
    }

    /// The claims of its signature: issuer, account, time of issue.
    #[must_use]
    pub fn claims(&self) -> &WebhookClaims {
        self.verified.claims()
    }

    /// The body as received.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        self.verified.body()
    }

    /// Records the event as handled, so that a repeated delivery is a duplicate from now on.
    ///
    /// # Errors
    ///
    /// The replay guard failed to record it. Respond with a 5xx status code, and the API sends the webhook again.
    pub fn commit(self) -> Result<WebhookEvent, ReplayError> {
        self.verified.commit()?;
        Ok(self.event)
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("verifier", &self.verifier)
            .finish_non_exhaustive()
    }
}
