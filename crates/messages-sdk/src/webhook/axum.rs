//! Integration with axum: an extractor, and a ready router.

use axum::Router;
use axum::extract::{FromRef, FromRequest, Request};
use axum::response::{IntoResponse, Response};

use super::service::{EventHandler, WebhookService, receive};
use super::{ReceiveError, Received, Receiver};

/// A verified event as an extractor, where the router's state holds a [`Receiver`].
///
/// [`commit`](Received::commit) it once it is handled. A refused webhook is reported as [`Receiver`] describes, and the
/// response has the status code of [`ReceiveError::response_status`]; the handler is not called.
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
    type Rejection = ReceiveError;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let receiver = Receiver::from_ref(state);
        receive(&receiver, request)
            .await
            .map(Self)
            .inspect_err(|error| {
                receiver.refuse(error);
            })
    }
}

/// The status code without a body.
impl IntoResponse for ReceiveError {
    fn into_response(self) -> Response {
        self.response_status().into_response()
    }
}

/// A router that receives webhooks at `path` and passes every verified event to `handler`.
///
/// Merge it into an application, or pass it to `serve` (feature `server`).
///
/// # Panics
///
/// If axum's router does not accept `path`, for example because it has no leading slash.
pub fn router(path: &str, receiver: Receiver, handler: impl EventHandler) -> Router {
    Router::new().route_service(path, WebhookService::new(receiver, handler))
}
