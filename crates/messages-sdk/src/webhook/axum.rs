//! The receiver in axum: an extractor, and a ready router.

use axum::Router;
use axum::extract::{FromRef, FromRequest, Request};
use axum::http::StatusCode;

use super::service::{EventHandler, Refusal, WebhookService, receive};
use super::{Received, Receiver};

/// A verified event as an extractor, where the router's state holds a [`Receiver`].
///
/// [`commit`](Received::commit) it once it is handled. A request that is no event is answered before the handler is called,
/// with the status that makes the API do the right thing.
///
/// ```
/// use axum::{Router, http::StatusCode, routing::post};
/// use messages_sdk::webhook::{Receiver, VerifiedWebhook};
///
/// async fn webhook(VerifiedWebhook(received): VerifiedWebhook) -> StatusCode {
///     // … handle received.event() …
///     received.commit().map_or(StatusCode::INTERNAL_SERVER_ERROR, |_| StatusCode::OK)
/// }
///
/// fn app(receiver: Receiver) -> Router {
///     Router::new().route("/webhooks/messages", post(webhook)).with_state(receiver)
/// }
/// ```
#[derive(Debug)]
pub struct VerifiedWebhook(pub Received);

impl<S> FromRequest<S> for VerifiedWebhook
where
    S: Send + Sync,
    Receiver: FromRef<S>,
{
    type Rejection = StatusCode;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        match receive(&Receiver::from_ref(state), request).await {
            Ok(received) => Ok(Self(received)),
            Err(Refusal::Body(status)) => Err(status),
            Err(Refusal::Event(error)) => Err(error.answer()),
        }
    }
}

/// A router that receives webhooks at `path` and gives every verified event to `handler`.
///
/// Merge it into an application, or hand it to `serve` (feature `server`).
///
/// # Panics
///
/// If `path` is none that axum's router takes, such as one without a leading slash.
pub fn router(path: &str, receiver: Receiver, handler: impl EventHandler) -> Router {
    Router::new().route_service(path, WebhookService::new(receiver, handler))
}
