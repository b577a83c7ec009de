//! Delivery of webhooks over HTTP.

#[cfg(test)]
mod forgery;
mod loopback;
pub(crate) mod tls;

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use http::{Method, Request};
use messages_transport::backend::BuildError;
use messages_transport::backend::hyper::HyperTransport;
use messages_transport::{Transport, TransportError, TransportErrorKind};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use uuid::Uuid;

use self::loopback::Loopback;
use crate::emulator::engine::Engine;
use crate::state::{Account, Outcome, Outgoing, Signature};

/// Longest wait for a receiver.
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// Bytes of a response that are stored; the transport reads 64 KiB of it.
const ANSWER_KEPT: usize = 4 * 1024;
/// Marks requests of the emulator, so that it never responds to itself.
pub(crate) const HOP_HEADER: &str = "x-messages-emulator-hop";

/// HTTP client for webhooks.
pub(crate) struct WebhookClient {
    transport: HyperTransport,
}

impl WebhookClient {
    /// # Errors
    /// As the transport's builder.
    pub(crate) fn new(
        allowed_hosts: &[String],
        tls: Option<TlsConnector>,
    ) -> Result<Self, BuildError> {
        Self::over(Loopback::new(allowed_hosts).tls(tls))
    }

    pub(super) fn over(loopback: Loopback) -> Result<Self, BuildError> {
        let transport = HyperTransport::builder()
            .connector(loopback)
            .http1_only()
            .idle_timeout(Duration::from_secs(3))
            .build()?;
        Ok(Self { transport })
    }

    /// Sends a webhook, within the limits; `None` if its URL is invalid.
    pub(crate) async fn delivery(&self, request: Option<Request<Bytes>>) -> Outcome {
        let Some(request) = request else {
            return Outcome::Failed {
                reason: "the webhook's URL cannot be requested".into(),
                forbidden: true,
            };
        };
        match tokio::time::timeout(TIME_LIMIT, self.transport.send(request)).await {
            Ok(Ok(response)) => {
                let (head, body) = response.into_parts();
                Outcome::Answer {
                    status: head.status.as_u16(),
                    // Copied, so that the rest of a long one is not kept with it.
                    body: Bytes::copy_from_slice(body.get(..ANSWER_KEPT).unwrap_or(&body)),
                }
            }
            Ok(Err(error)) => failed(&error),
            Err(_) => Outcome::Failed {
                reason: "the receiver did not answer within 10 seconds".into(),
                forbidden: false,
            },
        }
    }
}

/// The request, without a signature.
pub(crate) fn request(url: &str, body: Bytes) -> Option<Request<Bytes>> {
    Request::builder()
        .method(Method::POST)
        .uri(url)
        .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
        .header(USER_AGENT, HeaderValue::from_static("messages-emulator"))
        .header(HOP_HEADER, HeaderValue::from_static("1"))
        .body(body)
        .ok()
}

fn signed(outgoing: &Outgoing) -> Option<Request<Bytes>> {
    let mut request = request(&outgoing.url, outgoing.body.clone())?;
    let account = &outgoing.account;
    if let Some(value) = authorization(account, outgoing.signature, outgoing.jti, &outgoing.body) {
        request.headers_mut().insert(AUTHORIZATION, value);
    }
    Some(request)
}

/// The signature of a webhook that is posted now; `None` for one that is not signed.
pub(crate) fn authorization(
    account: &Account,
    signature: Signature,
    jti: Uuid,
    body: &[u8],
) -> Option<HeaderValue> {
    let signer = match signature {
        Signature::Right => &account.signer,
        Signature::Wrong => &account.wrong_signer,
        Signature::None => return None,
    };
    // Real time: receivers compare it with their own.
    let value = signer.sign_with_jti(body, SystemTime::now(), &jti.to_string());
    value.ok()
}

fn failed(error: &TransportError) -> Outcome {
    let mut source: Option<&(dyn StdError + 'static)> = error.source();
    let mut forbidden = error.kind() == TransportErrorKind::InvalidRequest;
    while let Some(cause) = source {
        forbidden |= cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::PermissionDenied);
        source = cause.source();
    }
    let reason = if forbidden {
        "webhooks go to this machine only, unless a host is allowed by name".into()
    } else {
        // The error of a transport names no address and no body.
        error.to_string().into()
    };
    Outcome::Failed { reason, forbidden }
}

/// Sends what the engine hands out until it is gone. The engine hands out no more at once than may be in flight.
pub(crate) async fn deliver(
    engine: Arc<Engine>,
    client: Arc<WebhookClient>,
    mut outgoing: UnboundedReceiver<Outgoing>,
) {
    let mut tasks = JoinSet::new();
    while let Some(mut next) = outgoing.recv().await {
        while tasks.try_join_next().is_some() {}
        let (engine, client) = (Arc::clone(&engine), Arc::clone(&client));
        tasks.spawn(async move {
            let begun = Instant::now();
            let outcome = if next.is_cut_off {
                Some(Outcome::cut_off())
            } else {
                let request = signed(&next);
                tokio::select! {
                    biased;
                    _ = &mut next.withdrawn => None,
                    outcome = client.delivery(request) => Some(outcome),
                }
            };
            let took = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            engine.room().await;
            engine.with(|state, now, effects| {
                state.finish_attempt(now, &next, outcome, took, effects);
            });
        });
    }
}
