//! From a `tower` service to a transport, and back.

use std::error::Error as StdError;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use tower_service::Service;

use crate::target;
use crate::{Delivery, Transport, TransportError, TransportErrorKind};

type BoxError = Box<dyn StdError + Send + Sync>;

/// A transport over a service: each call clones it, waits until it is ready, and calls it once.
///
/// The service has to keep the [contract](Transport#contract). If its error is, or has beneath it,
/// a [`TransportError`], then kind and delivery are taken from there; of any other error nothing is
/// known, so it counts as [`Delivery::Unknown`].
///
/// Clone has to be cheap, and a service that is ready in one clone only (such as one with a
/// concurrency limit) works, since the clone that became ready is the one that is called.
#[derive(Clone)]
pub struct ServiceTransport<S> {
    service: S,
}

impl<S> ServiceTransport<S> {
    /// A transport that sends through `service`.
    pub fn new(service: S) -> Self {
        Self { service }
    }
}

#[async_trait]
impl<S> Transport for ServiceTransport<S>
where
    S: Service<Request<Bytes>, Response = Response<Bytes>> + Clone + Send + Sync + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
{
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        target::check(&request)?;
        let mut service = self.service.clone();
        // The request has not been handed over, so whatever fails here did not send it.
        poll_fn(|cx| service.poll_ready(cx))
            .await
            .map_err(|error| {
                TransportError::new(TransportErrorKind::Connect, Delivery::NotSent, error)
            })?;
        service
            .call(request)
            .await
            .map_err(|error| adopt(error.into()))
    }
}

fn adopt(error: BoxError) -> TransportError {
    let error = match error.downcast::<TransportError>() {
        Ok(error) => return *error,
        Err(error) => error,
    };
    let first: &(dyn StdError + 'static) = &*error;
    let known = std::iter::successors(Some(first), |&error| error.source())
        .find_map(|error| error.downcast_ref::<TransportError>())
        .map(|error| (error.kind(), error.delivery(), error.status()));
    match known {
        Some((kind, delivery, status)) => {
            let adopted = TransportError::new(kind, delivery, error);
            match status {
                Some(status) => adopted.with_status(status),
                None => adopted,
            }
        }
        None => TransportError::new(TransportErrorKind::Other, Delivery::Unknown, error),
    }
}

impl<S> fmt::Debug for ServiceTransport<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceTransport").finish_non_exhaustive()
    }
}

/// A service over a transport. It is always ready; a clone shares the transport.
#[derive(Debug)]
pub struct TransportService<T> {
    transport: Arc<T>,
}

impl<T: Transport> TransportService<T> {
    /// A service that calls `transport`.
    pub fn new(transport: T) -> Self {
        Self {
            transport: Arc::new(transport),
        }
    }
}

impl<T> Clone for TransportService<T> {
    fn clone(&self) -> Self {
        Self {
            transport: Arc::clone(&self.transport),
        }
    }
}

impl<T: Transport> Service<Request<Bytes>> for TransportService<T> {
    type Response = Response<Bytes>;
    type Error = TransportError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let transport = Arc::clone(&self.transport);
        Box::pin(async move { transport.send(request).await })
    }
}
