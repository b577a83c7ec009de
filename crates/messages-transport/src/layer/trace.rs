//! A span for every attempt.

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use tracing::field::Empty;
use tracing::{Instrument, Span, info_span};

use crate::{AttemptCounter, Route, Transport, TransportError};

/// Puts each attempt into a span of the name `attempt`.
///
/// Its fields are `method`, `route` (the template from the request's [`Route`], never the path),
/// `attempt` (from the request's [`AttemptCounter`]), and afterwards `status`, or `kind` and
/// `delivery`. Nothing from headers, bodies or the query is recorded.
#[derive(Debug, Clone)]
pub struct Traced<T> {
    inner: T,
}

impl<T> Traced<T> {
    /// Traces each call of `inner`.
    pub fn new(inner: T) -> Self {
        Self { inner }
    }
}

#[async_trait]
impl<T: Transport> Transport for Traced<T> {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let span = info_span!(
            "attempt",
            method = request.method().as_str(),
            route = Empty,
            attempt = Empty,
            status = Empty,
            kind = Empty,
            delivery = Empty,
        );
        if span.is_disabled() {
            return self.inner.send(request).await;
        }
        if let Some(Route(route)) = request.extensions().get() {
            span.record("route", *route);
        }
        if let Some(attempts) = request.extensions().get::<AttemptCounter>() {
            span.record("attempt", attempts.count());
        }
        let result = self.inner.send(request).instrument(span.clone()).await;
        record(&span, &result);
        result
    }
}

fn record(span: &Span, result: &Result<Response<Bytes>, TransportError>) {
    match result {
        Ok(response) => {
            span.record("status", response.status().as_u16());
        }
        Err(error) => {
            if let Some(status) = error.status() {
                span.record("status", status.as_u16());
            }
            span.record("kind", tracing::field::debug(error.kind()));
            span.record("delivery", tracing::field::debug(error.delivery()));
        }
    }
}
