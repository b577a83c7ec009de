//! One call under observation, from its first attempt to its last.

use std::future::Future;
use std::time::Instant;

use http::{Method, StatusCode};
use messages_transport::{AttemptCounter, Timer};

use super::{ClientObserver, ObservedCall};
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::outcome::Outcome;

/// A call under observation: by a span (feature `tracing`), and by the client's observer.
///
/// The span's fields have the names of the OpenTelemetry semantic conventions for HTTP clients. None holds a number, a text, an
/// id or a secret: the path is the route's template.
pub(crate) struct Operation<'a> {
    pub(crate) method: Method,
    pub(crate) route: &'static str,
    pub(crate) channel: Option<&'static str>,
    pub(crate) endpoint: &'a Endpoint,
    pub(crate) observer: Option<&'a dyn ClientObserver>,
    pub(crate) attempts: AttemptCounter,
    pub(crate) timer: &'a dyn Timer,
    pub(crate) began: Instant,
}

/// Reports the call when it ends, or when it is dropped before that.
pub(crate) struct Running<'a> {
    operation: Operation<'a>,
    #[cfg(feature = "tracing")]
    span: tracing::Span,
    is_open: bool,
}

impl<'a> Operation<'a> {
    pub(crate) fn begin(self) -> Running<'a> {
        Running {
            #[cfg(feature = "tracing")]
            span: self.span(),
            operation: self,
            is_open: true,
        }
    }

    #[cfg(feature = "tracing")]
    fn span(&self) -> tracing::Span {
        use tracing::field::Empty;

        tracing::info_span!(
            "messages.call",
            otel.kind = "client",
            http.request.method = self.method.as_str(),
            url.template = self.route,
            server.address = self.endpoint.host(),
            http.response.status_code = Empty,
            http.request.resend_count = Empty,
            error.type = Empty,
        )
    }
}

impl Running<'_> {
    /// Runs the call inside its span.
    pub(crate) async fn within<T>(&self, call: impl Future<Output = T>) -> T {
        #[cfg(feature = "tracing")]
        let call = tracing::Instrument::instrument(call, self.span.clone());
        call.await
    }

    /// The call ended like this.
    pub(crate) fn end(mut self, result: Result<StatusCode, &Error>) {
        match result {
            Ok(status) => self.report(Outcome::Accepted, Some(status), false),
            Err(error) => self.report(error.outcome(), error.status(), false),
        }
    }

    fn report(&mut self, outcome: Outcome, status: Option<StatusCode>, cancelled: bool) {
        self.is_open = false;
        let call = &self.operation;
        let attempts = call.attempts.count();
        #[cfg(feature = "tracing")]
        {
            if cancelled {
                self.span.record("error.type", "cancelled");
            } else if outcome != Outcome::Accepted {
                self.span.record("error.type", outcome.name());
            }
            if let Some(status) = status {
                self.span
                    .record("http.response.status_code", status.as_u16());
            }
            self.span
                .record("http.request.resend_count", attempts.saturating_sub(1));
        }
        if let Some(observer) = call.observer {
            observer.on_call(&ObservedCall {
                method: &call.method,
                route: call.route,
                channel: call.channel,
                host: call.endpoint.host(),
                outcome,
                cancelled,
                status,
                attempts,
                elapsed: call.timer.now().saturating_duration_since(call.began),
            });
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if self.is_open {
            let outcome = if self.operation.attempts.count() == 0 {
                Outcome::NotSent
            } else {
                Outcome::InDoubt
            };
            self.report(outcome, None, true);
        }
    }
}
