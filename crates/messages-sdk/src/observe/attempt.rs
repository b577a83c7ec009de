//! The layer that reports attempts.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use messages_transport::{AttemptCounter, Route, Timer, Transport, TransportError};

use super::{ClientObserver, ObservedAttempt};

/// Reports every attempt to an observer, if there is one.
#[derive(Debug)]
pub(crate) struct Observed<T> {
    pub(crate) inner: T,
    pub(crate) observer: Option<Arc<dyn ClientObserver>>,
    pub(crate) timer: Arc<dyn Timer>,
}

#[async_trait]
impl<T: Transport> Transport for Observed<T> {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let Some(observer) = &self.observer else {
            return self.inner.send(request).await;
        };
        let extensions = request.extensions();
        let number = extensions.get().map_or(1, AttemptCounter::count);
        let route = extensions.get().map_or("", |Route(route)| route);
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let began = self.timer.now();
        let result = self.inner.send(request).await;
        observer.on_attempt(&ObservedAttempt {
            method: &method,
            route,
            host: uri.host().unwrap_or_default(),
            number,
            result: result.as_ref().map(Response::status),
            elapsed: self.timer.now().saturating_duration_since(began),
        });
        result
    }
}
