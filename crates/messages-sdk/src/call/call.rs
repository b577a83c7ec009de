//! One call: sent through all layers, recorded in the ledger, and reported to the observer.

use std::time::Instant;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use messages_transport::layer::retry::DeliveryPolicy;
use messages_transport::{AttemptCounter, CallContext};

use super::Exchange;
use super::in_flight::InFlight;
use super::outcome::{Response, read};
use super::request::CallRequest;
use crate::client::{Client, Inner, LIMIT_MAX, SendOptions};
use crate::doubts::Settlement;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::observe::ObservedCall;
use crate::outcome::Outcome;

/// The content of an acceptance.
pub(crate) trait Decoded {
    /// The message ID, if the call sent one message.
    fn message_uuid(&self) -> Option<&str> {
        None
    }
}

/// For calls whose response has no content.
impl Decoded for () {}

/// A call, from its beginning to its outcome.
///
/// All work that does not wait is done in [`begin`](Self::begin), so that the future of a call needs
/// little more than the box that its request is in. Nothing is sent before [`end`](Self::end) is
/// polled. A call that is dropped before its outcome is reported as cancelled.
///
/// Its span (feature `tracing`) has the field names of the OpenTelemetry semantic conventions for HTTP
/// clients. No field holds a number, a text, an ID or a secret: the path is the route's template.
pub(crate) struct Call<'a> {
    client: &'a Inner,
    method: Method,
    route: &'static str,
    channel: Option<&'static str>,
    endpoint: &'a Endpoint,
    delivery: DeliveryPolicy,
    client_ref: Option<String>,
    attempts: AttemptCounter,
    began: Instant,
    exchange: Option<Result<Exchange<'a>, Error>>,
    /// `None` if the client is closed, and after the outcome.
    in_flight: Option<InFlight<'a>>,
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

impl<'a> Call<'a> {
    /// Begins a call, and records it in the ledger.
    pub(crate) fn begin(
        client: &'a Client,
        mut request: CallRequest<'a>,
        options: &SendOptions,
    ) -> Self {
        let client = client.inner();
        let began = client.timer.now();
        let limit = options.deadline.unwrap_or(client.deadline).min(LIMIT_MAX);
        let context = CallContext::new()
            .deadline(began + limit)
            .route(request.route);
        let mut call = Self {
            client,
            method: request.method.clone(),
            route: request.route,
            channel: request.channel,
            endpoint: request.endpoint,
            delivery: options.delivery.unwrap_or(client.delivery),
            client_ref: request.client_ref.take(),
            attempts: context.attempts().clone(),
            began,
            exchange: None,
            in_flight: client.calls.begin(),
            #[cfg(feature = "tracing")]
            span: tracing::Span::none(),
        };
        if call.in_flight.is_some() {
            if let (Some(ledger), Some(reference)) = (&client.doubts, &call.client_ref) {
                ledger.open(reference);
            }
            #[cfg(feature = "tracing")]
            {
                call.span = call.new_span();
            }
            let request = build(client, request, options, context);
            call.exchange = Some(request.map(|request| client.transport.send(request)));
        }
        call
    }

    /// Sends the request and decodes the response.
    ///
    /// The ledger and the observer are told the outcome for the caller, decoding included.
    pub(crate) async fn end<T: Decoded>(
        &mut self,
        decode: impl FnOnce(&Response) -> Result<T, Error>,
    ) -> Result<(T, Response), Error> {
        let mut result = match self.exchange.take() {
            Some(Ok(exchange)) => {
                #[cfg(feature = "tracing")]
                let exchange = tracing::Instrument::instrument(exchange, self.span.clone());
                read(
                    exchange.await,
                    &self.method,
                    self.delivery,
                    self.attempts.has_unknown_outcome(),
                    &*self.client.timer,
                )
                .and_then(|response| Ok((decode(&response)?, response)))
            }
            Some(Err(error)) => Err(error),
            None => Err(Error::closed()),
        };
        let (outcome, report) = match &mut result {
            Ok((_, response)) => (Outcome::Accepted, &mut response.report),
            Err(error) => (error.outcome(), error.report_mut()),
        };
        if self.in_flight.take().is_some() {
            self.report(outcome, report.status, false);
        }
        report.attempts = self.attempts.count();
        report.elapsed = self.elapsed();
        report.client_ref = self.client_ref.take();
        if let (Some(reference), Some(_)) = (&report.client_ref, &self.client.doubts) {
            let reference = reference.clone();
            self.settle(
                &reference,
                outcome,
                result.as_ref().ok().map(|(decoded, _)| decoded),
            );
        }
        result
    }

    /// Records the outcome in the ledger. An unknown one stays pending until a status webhook.
    fn settle(&self, client_ref: &str, outcome: Outcome, decoded: Option<&impl Decoded>) {
        let Some(ledger) = &self.client.doubts else {
            return;
        };
        let settlement = match outcome {
            Outcome::InDoubt => return,
            Outcome::Accepted | Outcome::AcceptedIdUnknown => Settlement::Accepted {
                message_uuid: decoded.and_then(Decoded::message_uuid),
            },
            _ => Settlement::NotAccepted,
        };
        ledger.settle(client_ref, settlement);
    }

    /// Reports the end of the call to its span and to the observer.
    fn report(&self, outcome: Outcome, status: Option<StatusCode>, cancelled: bool) {
        let attempts = self.attempts.count();
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
        if let Some(observer) = &self.client.observer {
            observer.on_call(&ObservedCall {
                method: &self.method,
                route: self.route,
                channel: self.channel,
                host: self.endpoint.host(),
                outcome,
                cancelled,
                status,
                attempts,
                elapsed: self.elapsed(),
            });
        }
    }

    fn elapsed(&self) -> std::time::Duration {
        self.client
            .timer
            .now()
            .saturating_duration_since(self.began)
    }

    #[cfg(feature = "tracing")]
    fn new_span(&self) -> tracing::Span {
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

impl Drop for Call<'_> {
    fn drop(&mut self) {
        if self.in_flight.is_some() {
            let outcome = if self.attempts.count() == 0 {
                Outcome::NotSent
            } else {
                Outcome::InDoubt
            };
            self.report(outcome, None, true);
        }
    }
}

/// The request, with the facts of its call that the layers need.
fn build(
    client: &Inner,
    request: CallRequest<'_>,
    options: &SendOptions,
    context: CallContext,
) -> Result<Request<Bytes>, Error> {
    let mut request = request
        .build(&client.user_agent, options.headers.as_deref())
        .map_err(Error::unsendable)?;
    let extensions = request.extensions_mut();
    extensions.insert(context);
    // Each extension costs an allocation for every attempt, so the client's own policy is left out.
    if let Some(delivery) = options.delivery {
        extensions.insert(delivery);
    }
    Ok(request)
}
