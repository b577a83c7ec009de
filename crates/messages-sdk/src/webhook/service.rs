//! The receiver as a service: a request in, the right answer out.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt, Full, Limited};
use messages_types::WebhookEvent;
use tower_service::Service;

use super::{ReceiveError, Received, Receiver};

/// The largest body that is read, in bytes: 1 MiB. A webhook has a few kilobytes.
const BODY_MAX: usize = 1 << 20;
/// How long the body may take to arrive. With the 5 seconds that `serve` gives the headers, a slow client is gone within 10.
const BODY_TIME: Duration = Duration::from_secs(4);

/// What happens with a verified event. Implemented for every
/// `Fn(WebhookEvent) -> impl Future<Output = Result<(), E>>`.
///
/// `Ok` acknowledges the webhook; `Err` answers 500, and the API delivers it again.
pub trait EventHandler: Send + Sync + 'static {
    /// Handles one event.
    fn handle(&self, event: WebhookEvent) -> impl Future<Output = Result<(), BoxError>> + Send;
}

type BoxError = Box<dyn StdError + Send + Sync>;

impl<F, R, E> EventHandler for F
where
    F: Fn(WebhookEvent) -> R + Send + Sync + 'static,
    R: Future<Output = Result<(), E>> + Send,
    E: Into<BoxError>,
{
    async fn handle(&self, event: WebhookEvent) -> Result<(), BoxError> {
        self(event).await.map_err(Into::into)
    }
}

/// Receives webhooks as a `tower_service::Service`, whatever framework calls it.
///
/// The body is read up to 1 MiB and for 4 seconds, verified, decoded, and given to the handler; once that is done the
/// delivery is committed, so that a repeated one is answered 200 without another call. The answers never say more than
/// their status.
pub struct WebhookService<H> {
    receiver: Receiver,
    handler: Arc<H>,
}

impl<H: EventHandler> WebhookService<H> {
    /// A service that gives every verified event to `handler`.
    pub fn new(receiver: Receiver, handler: H) -> Self {
        Self {
            receiver,
            handler: Arc::new(handler),
        }
    }
}

impl<H> Clone for WebhookService<H> {
    fn clone(&self) -> Self {
        Self {
            receiver: self.receiver.clone(),
            handler: Arc::clone(&self.handler),
        }
    }
}

impl<H> fmt::Debug for WebhookService<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookService")
            .field("receiver", &self.receiver)
            .finish_non_exhaustive()
    }
}

impl<H, B> Service<Request<B>> for WebhookService<H>
where
    H: EventHandler,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let service = self.clone();
        Box::pin(async move { Ok(answer(service.receive(request).await)) })
    }
}

impl<H: EventHandler> WebhookService<H> {
    async fn receive<B>(&self, request: Request<B>) -> StatusCode
    where
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        if request.method() != Method::POST {
            return StatusCode::METHOD_NOT_ALLOWED;
        }
        match receive(&self.receiver, request).await {
            Ok(received) => {
                let event = received.event().clone();
                match self.handler.handle(event).await {
                    Ok(()) => received
                        .commit()
                        .map_or(StatusCode::INTERNAL_SERVER_ERROR, |_| StatusCode::OK),
                    Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
                }
            }
            Err(Refusal::Event(error)) => error.answer(),
            Err(Refusal::Body(status)) => status,
        }
    }
}

/// Why a request did not become an event.
pub(super) enum Refusal {
    /// Its body did not arrive, or is too large.
    Body(StatusCode),
    /// It arrived, and is no event.
    Event(ReceiveError),
}

/// Reads, verifies and decodes one request.
pub(super) async fn receive<B>(
    receiver: &Receiver,
    request: Request<B>,
) -> Result<Received, Refusal>
where
    B: Body + Send,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    let (parts, body) = request.into_parts();
    // A length that says so is refused before a byte of it is read.
    if body.size_hint().lower() > BODY_MAX as u64 {
        return Err(Refusal::Body(StatusCode::PAYLOAD_TOO_LARGE));
    }
    let read = tokio::time::timeout(BODY_TIME, Limited::new(body, BODY_MAX).collect()).await;
    let body = match read {
        Err(_) => return Err(Refusal::Body(StatusCode::REQUEST_TIMEOUT)),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
            return Err(Refusal::Body(StatusCode::PAYLOAD_TOO_LARGE));
        }
        Ok(Err(_)) => return Err(Refusal::Body(StatusCode::BAD_REQUEST)),
        Ok(Ok(body)) => body.to_bytes(),
    };
    receiver
        .receive(&parts.headers, body, SystemTime::now())
        .map_err(Refusal::Event)
}

fn answer(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}
