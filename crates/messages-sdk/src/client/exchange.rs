//! One call, whatever it sends: through all layers, into the ledger, and before the observer.

use std::borrow::Cow;
use std::time::Instant;

use bytes::Bytes;
use http::{Method, Request};
use messages_transport::layer::rate_limit::RateScope;
use messages_transport::layer::retry::DeliveryPolicy;
use messages_transport::{AttemptCounter, CallContext};

use super::builder::LIMIT_MAX;
use super::calls::UnderWay;
use super::{Client, Inner, SendOptions};
use crate::call::{Answer, Exchange, RequestParts, read};
use crate::doubts::Settlement;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::observe::{Operation, Running};
use crate::outcome::{CallReport, Outcome};

/// Request of one call.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    pub(super) endpoint: &'a Endpoint,
    pub(super) path: Cow<'static, str>,
    /// The path without ids, for spans and metrics.
    pub(super) route: &'static str,
    pub(super) channel: Option<&'static str>,
    pub(super) body: Vec<u8>,
    pub(super) scope: Option<RateScope>,
    pub(super) client_ref: Option<String>,
}

/// Content of the body of an acceptance.
pub(super) trait Decoded {
    /// The message's id, if the call sent one message.
    fn message_uuid(&self) -> Option<&str> {
        None
    }
}

/// For calls whose answer says nothing.
impl Decoded for () {}

/// A call on its way through the layers.
///
/// All that can be done without waiting is done when it is made, so that the future of a call needs little more than the box
/// that its request is in. Nothing is sent before [`end`](Self::end) is polled.
pub(super) struct Begun<'a> {
    inner: &'a Inner,
    exchange: Option<Result<Exchange<'a>, Error>>,
    delivery: DeliveryPolicy,
    /// `None` if the client is closed.
    running: Option<(Running<'a>, UnderWay<'a>)>,
    attempts: AttemptCounter,
    began: Instant,
    client_ref: Option<String>,
}

impl Client {
    /// Begins a call. The ledger and the observer are told.
    pub(super) fn begin<'a>(&'a self, mut call: Call<'a>, options: &SendOptions) -> Begun<'a> {
        let inner = &*self.inner;
        let began = inner.timer.now();
        let limit = options.deadline.unwrap_or(inner.deadline).min(LIMIT_MAX);
        let context = CallContext::new()
            .began(began)
            .deadline(began + limit)
            .route(call.route);
        let mut begun = Begun {
            inner,
            exchange: None,
            delivery: options.delivery.unwrap_or(inner.delivery),
            running: None,
            attempts: context.attempts().clone(),
            began,
            client_ref: call.client_ref.take(),
        };
        if let Some(under_way) = inner.calls.begin() {
            if let (Some(ledger), Some(reference)) = (&inner.doubts, &begun.client_ref) {
                ledger.open(reference);
            }
            let operation = Operation {
                method: call.method.clone(),
                route: call.route,
                channel: call.channel,
                endpoint: call.endpoint,
                observer: inner.observer.as_deref(),
                attempts: begun.attempts.clone(),
                timer: &*inner.timer,
                began,
            };
            begun.running = Some((operation.begin(), under_way));
            let request = inner.request(call, options, &context);
            begun.exchange = Some(request.map(|request| inner.transport.send(request)));
        }
        begun
    }
}

impl Begun<'_> {
    /// Sends the request and has `decode` read the answer.
    ///
    /// The ledger and the observer are told how the call ended for its caller, decoding included.
    pub(super) async fn end<T: Decoded>(
        &mut self,
        decode: impl FnOnce(&Answer) -> Result<T, Error>,
    ) -> Result<(T, Answer, CallReport), Error> {
        let result = match (&self.running, self.exchange.take()) {
            (Some((running, _)), Some(Ok(exchange))) => {
                let answer = running.within(exchange).await;
                let timer = &*self.inner.timer;
                read(answer, self.delivery, self.attempts.is_in_doubt(), timer)
                    .and_then(|answer| Ok((decode(&answer)?, answer)))
            }
            (_, Some(Err(error))) => Err(error),
            _ => Err(Error::not_sent(None)),
        };
        if let Some((running, _under_way)) = self.running.take() {
            running.end(result.as_ref().map(|(_, answer)| answer.status));
            if let Some(reference) = &self.client_ref {
                let decoded = result.as_ref().map(|(decoded, _)| decoded);
                self.inner.settle(reference, decoded);
            }
        }
        let mut report = CallReport {
            attempts: self.attempts.count(),
            client_ref: self.client_ref.take(),
            elapsed: self.inner.timer.now().saturating_duration_since(self.began),
            ..CallReport::default()
        };
        match result {
            Ok((decoded, mut answer)) => {
                report.status = Some(answer.status);
                report.request_id = answer.request_id.take();
                Ok((decoded, answer, report))
            }
            Err(error) => Err(error.with_report(report)),
        }
    }
}

impl Inner {
    /// The request, with what the layers have to know of its call.
    fn request(
        &self,
        call: Call<'_>,
        options: &SendOptions,
        context: &CallContext,
    ) -> Result<Request<Bytes>, Error> {
        let mut request = RequestParts {
            method: call.method,
            endpoint: call.endpoint,
            path: call.path,
            body: call.body,
            user_agent: &self.user_agent,
            headers: options.headers.as_deref(),
        }
        .build()
        .map_err(|error| Error::not_sent(Some(Box::new(error))))?;
        let extensions = request.extensions_mut();
        extensions.insert(context.clone());
        // Each of these costs an allocation for every attempt, so what goes without saying is not said.
        if let Some(delivery) = options.delivery {
            extensions.insert(delivery);
        }
        if let Some(scope) = call.scope {
            extensions.insert(scope);
        }
        Ok(request)
    }

    /// Notes in the ledger what became of a send. One in doubt stays open: a status webhook will say.
    fn settle(&self, client_ref: &str, result: Result<&impl Decoded, &Error>) {
        let Some(ledger) = &self.doubts else {
            return;
        };
        let settlement = match result {
            Ok(decoded) => Settlement::Accepted {
                message_uuid: decoded.message_uuid(),
            },
            Err(error) => match error.outcome() {
                Outcome::InDoubt => return,
                Outcome::AcceptedIdUnknown => Settlement::Accepted { message_uuid: None },
                _ => Settlement::NotAccepted,
            },
        };
        ledger.settle(client_ref, settlement);
    }
}
