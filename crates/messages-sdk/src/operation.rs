//! The span around one call, from the first attempt to the last.

use std::future::Future;

use http::{Method, StatusCode};

use crate::endpoint::Endpoint;
use crate::error::Error;

/// A call under observation. Without the feature `tracing` it observes nothing.
///
/// The fields have the names of the OpenTelemetry semantic conventions for HTTP clients. None holds a number, a text, an
/// id or a secret: the path is the route's template.
pub(crate) struct Operation {
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

#[cfg(feature = "tracing")]
impl Operation {
    pub(crate) fn begin(method: &Method, route: &'static str, endpoint: &Endpoint) -> Self {
        use tracing::field::Empty;

        let span = tracing::info_span!(
            "messages.call",
            otel.kind = "client",
            http.request.method = method.as_str(),
            url.template = route,
            server.address = endpoint.host(),
            http.response.status_code = Empty,
            http.request.resend_count = Empty,
            error.type = Empty,
        );
        Self { span }
    }

    pub(crate) async fn run<T>(&self, call: impl Future<Output = T>) -> T {
        use tracing::Instrument;

        call.instrument(self.span.clone()).await
    }

    pub(crate) fn end(&self, result: Result<StatusCode, &Error>, attempts: u32) {
        let status = match result {
            Ok(status) => Some(status),
            Err(error) => {
                self.span.record("error.type", error.outcome().name());
                error.status()
            }
        };
        if let Some(status) = status {
            self.span
                .record("http.response.status_code", status.as_u16());
        }
        self.span
            .record("http.request.resend_count", attempts.saturating_sub(1));
    }
}

#[cfg(not(feature = "tracing"))]
impl Operation {
    pub(crate) const fn begin(_: &Method, _: &'static str, _: &Endpoint) -> Self {
        Self {}
    }

    pub(crate) async fn run<T>(&self, call: impl Future<Output = T>) -> T {
        call.await
    }

    pub(crate) const fn end(&self, _: Result<StatusCode, &Error>, _: u32) {}
}
