//! The receiver as a `tower_service::Service`.

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

/// Maximum size of a body in bytes: 1 MiB. A webhook has a few kilobytes.
const BODY_MAX: usize = 1 << 20;
/// Time limit for the body. With the limit of 5 seconds for the headers in `serve`, a slow client is disconnected within 10.
const BODY_TIME: Duration = Duration::from_secs(4);

/// Handler of verified events. Implemented for every `Fn(WebhookEvent) -> impl Future<Output = Result<(), E>>`.
///
/// `Ok` acknowledges the webhook. After `Err` the response is 500, and the API sends the webhook again; the error goes to the
/// hook of [`Receiver::on_refused`] and is not logged.
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

/// Receives webhooks as a `tower_service::Service`, for any framework.
///
/// The body is read up to 1 MiB and for 4 seconds, verified, decoded, and passed to the handler; after it returned `Ok`, the
/// webhook is committed, so that the response to a duplicate is 200 without another call. Responses have no body. Refused
/// webhooks are reported as [`Receiver`] describes.
pub struct WebhookService<H> {
    receiver: Receiver,
    handler: Arc<H>,
}

impl<H: EventHandler> WebhookService<H> {
    /// A service that passes every verified event to `handler`.
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
        Box::pin(async move {
            let status = match service.receive(request).await {
                Ok(()) => StatusCode::OK,
                Err(error) => service.receiver.refuse(&error),
            };
            let mut response = Response::new(Full::default());
            *response.status_mut() = status;
            Ok(response)
        })
    }
}

impl<H: EventHandler> WebhookService<H> {
    async fn receive<B>(&self, request: Request<B>) -> Result<(), ReceiveError>
    where
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        if request.method() != Method::POST {
            return Err(ReceiveError::Method);
        }
        let received = receive(&self.receiver, request).await?;
        let event = received.event().clone();
        self.handler
            .handle(event)
            .await
            .map_err(ReceiveError::Handler)?;
        received.commit().map_err(ReceiveError::NotRecorded)?;
        Ok(())
    }
}

/// Reads, verifies and decodes one request.
pub(super) async fn receive<B>(
    receiver: &Receiver,
    request: Request<B>,
) -> Result<Received, ReceiveError>
where
    B: Body + Send,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    let (parts, body) = request.into_parts();
    // A declared length is checked before any of the body is read.
    if body.size_hint().lower() > BODY_MAX as u64 {
        return Err(ReceiveError::BodyTooLarge);
    }
    let read = tokio::time::timeout(BODY_TIME, Limited::new(body, BODY_MAX).collect()).await;
    let body = match read {
        Err(_) => return Err(ReceiveError::BodyTimeout),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
            return Err(ReceiveError::BodyTooLarge);
        }
        Ok(Err(error)) => return Err(ReceiveError::Body(error)),
        Ok(Ok(body)) => body.to_bytes(),
    };
    receiver.receive(&parts.headers, body, SystemTime::now())
}
