//! A span for every attempt.

use bytes::Bytes;
use http::{Request, Response};
use tracing::field::Empty;
use tracing::{Instrument, Span, info_span};

use crate::transport::Exchange;
use crate::{CallContext, Transport, TransportError};

/// Puts each attempt into a span of the name `attempt`.
///
/// Its fields are those of the OpenTelemetry semantic conventions for HTTP clients:
/// `http.request.method`, `server.address`, `url.template` (from the request's [`CallContext`],
/// never the path), `http.request.resend_count` (from there, too), and afterwards
/// `http.response.status_code`, or `error.type` and `messages.delivery`. Nothing from headers,
/// bodies or the query is recorded.
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

impl<T: Transport> Transport for Traced<T> {
    fn send<'a, 'f>(&'a self, request: Request<Bytes>) -> Exchange<'f>
    where
        'a: 'f,
        Self: 'f,
    {
        let span = info_span!(
            "attempt",
            otel.kind = "client",
            http.request.method = request.method().as_str(),
            server.address = request.uri().host(),
            url.template = Empty,
            http.request.resend_count = Empty,
            http.response.status_code = Empty,
            error.type = Empty,
            messages.delivery = Empty,
        );
        if span.is_disabled() {
            return self.inner.send(request);
        }
        Box::pin(self.send_within(span, request))
    }
}

impl<T: Transport> Traced<T> {
    async fn send_within(
        &self,
        span: Span,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, TransportError> {
        if let Some(route) = CallContext::route_of(&request) {
            span.record("url.template", route);
        }
        if let Some(attempts) = CallContext::attempts_of(&request) {
            let resends = attempts.count().saturating_sub(1);
            span.record("http.request.resend_count", resends);
        }
        let result = self.inner.send(request).instrument(span.clone()).await;
        record(&span, &result);
        result
    }
}

fn record(span: &Span, result: &Result<Response<Bytes>, TransportError>) {
    match result {
        Ok(response) => {
            span.record("http.response.status_code", response.status().as_u16());
        }
        Err(error) => {
            if let Some(status) = error.status() {
                span.record("http.response.status_code", status.as_u16());
            }
            span.record("error.type", tracing::field::debug(error.kind()));
            span.record("messages.delivery", tracing::field::debug(error.delivery()));
        }
    }
}
