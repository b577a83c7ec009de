//! One call, whatever it sends: through all layers, into the ledger, and before the observer.

use std::time::Instant;

use http::Method;
use messages_transport::layer::rate_limit::RateScope;
use messages_transport::{AttemptCounter, Deadline, Route};

use super::builder::LIMIT_MAX;
use super::{Client, Inner, SendOptions};
use crate::call::{Answer, RequestParts, Witness, read};
use crate::doubts::Settlement;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::observe::Operation;
use crate::outcome::{CallReport, Outcome};

/// What one call sends, and where.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    pub(super) endpoint: &'a Endpoint,
    pub(super) path: &'a str,
    /// The path without ids, for spans and metrics.
    pub(super) route: &'static str,
    pub(super) channel: Option<&'static str>,
    pub(super) body: Vec<u8>,
    pub(super) scope: Option<RateScope>,
    pub(super) client_ref: Option<String>,
}

/// What the body of an acceptance says.
pub(super) trait Decoded {
    /// The message's id, if the call sent one message.
    fn message_uuid(&self) -> Option<&str> {
        None
    }
}

/// For calls whose answer says nothing.
impl Decoded for () {}

impl Client {
    /// Makes a call and has `decode` read its answer.
    ///
    /// The ledger and the observer are told how the call ended for its caller, decoding included.
    pub(super) async fn exchange<T: Decoded>(
        &self,
        mut call: Call<'_>,
        options: &SendOptions,
        decode: impl FnOnce(&Answer) -> Result<T, Error>,
    ) -> Result<(T, Answer, CallReport), Error> {
        let inner = &*self.inner;
        let began = inner.timer.now();
        let counter = AttemptCounter::default();
        let client_ref = call.client_ref.take();
        let result = match inner.calls.try_acquire() {
            Ok(_permit) => {
                if let (Some(ledger), Some(reference)) = (&inner.doubts, &client_ref) {
                    ledger.open(reference);
                }
                let running = Operation {
                    method: call.method.clone(),
                    route: call.route,
                    channel: call.channel,
                    endpoint: call.endpoint,
                    observer: inner.observer.as_deref(),
                    counter: &counter,
                    timer: &*inner.timer,
                    began,
                }
                .begin();
                let result = running
                    .within(inner.run(call, options, began, &counter))
                    .await
                    .and_then(|answer| Ok((decode(&answer)?, answer)));
                running.end(result.as_ref().map(|(_, answer)| answer.status));
                if let Some(reference) = &client_ref {
                    inner.settle(reference, result.as_ref().map(|(decoded, _)| decoded));
                }
                result
            }
            Err(_) => Err(Error::not_sent(None)),
        };
        let report = CallReport {
            attempts: counter.count(),
            client_ref,
            elapsed: inner.timer.now().saturating_duration_since(began),
        };
        match result {
            Ok((decoded, answer)) => Ok((decoded, answer, report)),
            Err(error) => Err(error.with_report(report)),
        }
    }
}

impl Inner {
    /// Builds the request, sends it down the layers, and sorts what comes back.
    async fn run(
        &self,
        call: Call<'_>,
        options: &SendOptions,
        began: Instant,
        counter: &AttemptCounter,
    ) -> Result<Answer, Error> {
        let delivery = options.delivery.unwrap_or(self.delivery);
        let witness = Witness::new(delivery);
        let mut request = RequestParts {
            method: call.method,
            endpoint: call.endpoint,
            path: call.path,
            body: call.body,
            user_agent: &self.user_agent,
            headers: (!options.headers.is_empty()).then_some(&options.headers),
        }
        .build()
        .map_err(|error| Error::not_sent(Some(Box::new(error))))?;
        let limit = options.deadline.unwrap_or(self.deadline).min(LIMIT_MAX);
        let extensions = request.extensions_mut();
        extensions.insert(Deadline(began + limit));
        extensions.insert(witness.clone());
        extensions.insert(counter.clone());
        // Each of these costs an allocation or two for every attempt, so what goes without saying is not said.
        if let Some(delivery) = options.delivery {
            extensions.insert(delivery);
        }
        if cfg!(feature = "tracing") || self.observer.is_some() {
            extensions.insert(Route(call.route));
        }
        if let Some(scope) = call.scope {
            extensions.insert(scope);
        }
        let result = self.transport.send(request).await;
        read(result, delivery, witness.doubts(), self.timer.calendar())
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
