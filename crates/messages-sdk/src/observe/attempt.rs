//! The layer that reports attempts.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use messages_transport::{AttemptCounter, CallContext, Timer, Transport, TransportError};

use super::{ClientObserver, ObservedAttempt};
use crate::call::Exchange;

/// Reports every attempt to an observer, if there is one.
#[derive(Debug)]
pub(crate) struct Observed<T> {
    pub(crate) inner: T,
    pub(crate) observer: Option<Arc<dyn ClientObserver>>,
    pub(crate) timer: Arc<dyn Timer>,
}

impl<T: Transport> Transport for Observed<T> {
    fn send<'a, 'f>(&'a self, request: Request<Bytes>) -> Exchange<'f>
    where
        'a: 'f,
        Self: 'f,
    {
        match &self.observer {
            // Hands on the future that is there, instead of putting it into one of its own.
            None => self.inner.send(request),
            Some(observer) => Box::pin(self.send_before(&**observer, request)),
        }
    }
}

impl<T: Transport> Observed<T> {
    async fn send_before(
        &self,
        observer: &dyn ClientObserver,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, TransportError> {
        let number = CallContext::attempts_of(&request).map_or(1, AttemptCounter::count);
        let route = CallContext::route_of(&request).unwrap_or_default();
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
