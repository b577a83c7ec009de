//! The client: one for the whole process, cloned where it is needed.

mod builder;
mod bulk;
mod env;
mod options;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{HeaderValue, Method};
use messages_transport::layer::rate_limit::RateScope;
use messages_transport::layer::retry::DeliveryPolicy;
use messages_transport::{AttemptCounter, Deadline, Route, Timer, Transport};
use messages_types::{Document, Invalid, Rule, v0_1, v1};
use tokio::sync::{Semaphore, SemaphorePermit};

pub use builder::{BuildError, ClientBuilder, ClientReferences};
pub use bulk::{ResultOrder, SendAll, Sent};
pub use env::{AuthPreference, EnvError, credentials_from_env, signature_secrets_from_env};
pub use options::{BetaPath, SendOptions};

use crate::call::{Answer, RequestParts, Witness, read};
use crate::doubts::{DoubtLedger, Settlement};
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::operation::Operation;
use crate::outbound::Outbound;
use crate::outcome::{Accepted, CallReport, RawAccepted, Updated, WorkflowAccepted};

/// More calls than this cannot be under way at once.
const CALLS_MAX: u32 = 1 << 24;

/// A client of the Messages and Workflows APIs.
///
/// Cloning is cheap, and the clones share connections, token, rate limit and retry budget: make one for
/// the process. All calls need a tokio runtime with time enabled. Dropping a call's future stops
/// it; what became of the message is then as open as after a timeout.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    transport: Box<dyn Transport>,
    endpoint: Endpoint,
    user_agent: HeaderValue,
    deadline: Duration,
    delivery: DeliveryPolicy,
    timer: Arc<dyn Timer>,
    references: ClientReferences,
    doubts: Option<Arc<dyn DoubtLedger>>,
    account: Arc<str>,
    /// Whether the rate limit looks at senders and channels too.
    scoped: bool,
    has_jwt: bool,
    calls: Semaphore,
}

/// What one call sends, and where.
struct Call<'a> {
    method: Method,
    endpoint: &'a Endpoint,
    path: &'a str,
    route: &'static str,
    body: Vec<u8>,
    scope: RateScope,
    client_ref: Option<String>,
}

impl Client {
    /// A builder with the defaults: the global endpoint, at most once, 60 seconds for a call.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// Where this client sends to.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.inner.endpoint
    }

    /// Sends a message of either generation.
    ///
    /// `Ok` means that the API took it, not that it arrived: that is what the status webhooks say.
    ///
    /// # Errors
    ///
    /// [`Error`] says how far the message came; [`Error::outcome`] what that means for sending it again.
    /// The message is never sent twice under the default [`DeliveryPolicy::AtMostOnce`].
    pub async fn send(&self, message: impl Into<Outbound>) -> Result<Accepted, Error> {
        self.send_with(message, SendOptions::default()).await
    }

    /// As [`Client::send`], with options for this call alone.
    ///
    /// # Errors
    ///
    /// As [`Client::send`].
    pub async fn send_with(
        &self,
        message: impl Into<Outbound>,
        options: SendOptions,
    ) -> Result<Accepted, Error> {
        let mut message = message.into();
        message.validate().map_err(Error::invalid)?;
        if let Some(reference) = self.reference(&options) {
            message
                .refer_by(&reference)
                .map_err(|invalid| Error::invalid_value(invalid, "/client_ref"))?;
        }
        let call = Call {
            method: Method::POST,
            endpoint: &self.inner.endpoint,
            path: options.path.unwrap_or(message.path()),
            route: options.path.unwrap_or(message.path()),
            body: message.to_vec(),
            scope: self.scope(|scope| scope.sender(message.sender()).channel(message.channel())),
            client_ref: message.client_ref().map(str::to_owned),
        };
        let is_v1 = matches!(message, Outbound::V1(_));
        let (answer, report) = self.exchange(call, &options).await?;
        let decoded = if is_v1 {
            answer
                .decode::<v1::Accepted>()
                .map(|accepted| (accepted.message_uuid, accepted.workflow_id))
        } else {
            answer
                .decode::<v0_1::Accepted>()
                .map(|accepted| (accepted.message_uuid, None))
        };
        let (message_uuid, workflow_id) = self.settle_answer(decoded, &report)?;
        Ok(Accepted {
            message_uuid,
            workflow_id,
            status: answer.status,
            request_id: answer.request_id,
            report,
        })
    }

    /// Starts a failover workflow of the v0.1 generation (`/v0.1/dispatch`).
    ///
    /// # Errors
    ///
    /// As [`Client::send`].
    pub async fn create_workflow(
        &self,
        workflow: &v0_1::Workflow,
    ) -> Result<WorkflowAccepted, Error> {
        self.create_workflow_with(workflow, SendOptions::default())
            .await
    }

    /// As [`Client::create_workflow`], with options for this call alone.
    ///
    /// # Errors
    ///
    /// As [`Client::send`].
    pub async fn create_workflow_with(
        &self,
        workflow: &v0_1::Workflow,
        options: SendOptions,
    ) -> Result<WorkflowAccepted, Error> {
        workflow.validate().map_err(Error::invalid)?;
        let path = options.path.unwrap_or("/v0.1/dispatch");
        let call = Call {
            method: Method::POST,
            endpoint: &self.inner.endpoint,
            path,
            route: path,
            body: workflow.to_vec(),
            scope: self.scope(|scope| scope),
            client_ref: None,
        };
        let (answer, report) = self.exchange(call, &options).await?;
        let accepted: v0_1::WorkflowAccepted = answer
            .decode()
            .map_err(|error| error.with_report(report.clone()))?;
        Ok(WorkflowAccepted {
            uuid: accepted.uuid().to_owned(),
            status: answer.status,
            request_id: answer.request_id,
            report,
        })
    }

    /// Marks an inbound message as read, in the region that handled it.
    ///
    /// # Errors
    ///
    /// As [`Client::send`]; [`Error::Credentials`] when the client has no JWT, which this call needs.
    pub async fn mark_read(&self, inbound: &v1::Inbound) -> Result<Updated, Error> {
        self.update_inbound(inbound, &v1::Update::read()).await
    }

    /// Marks an inbound WhatsApp message as read and shows that somebody is typing, for 25 seconds
    /// or until the reply.
    ///
    /// # Errors
    ///
    /// As [`Client::mark_read`].
    pub async fn show_typing(&self, inbound: &v1::Inbound) -> Result<Updated, Error> {
        self.update_inbound(inbound, &v1::Update::read_and_typing())
            .await
    }

    /// Revokes an RCS message that was sent.
    ///
    /// The region that took it is not in the API's answer: give the client the endpoint of that region.
    ///
    /// # Errors
    ///
    /// As [`Client::mark_read`].
    pub async fn revoke(&self, message_uuid: &str) -> Result<Updated, Error> {
        self.update(message_uuid, &v1::Update::revoked()).await
    }

    /// Changes the state of a message by its id, at this client's endpoint.
    ///
    /// # Errors
    ///
    /// As [`Client::mark_read`].
    pub async fn update(&self, message_uuid: &str, update: &v1::Update) -> Result<Updated, Error> {
        self.patch(&self.inner.endpoint, message_uuid, update).await
    }

    async fn update_inbound(
        &self,
        inbound: &v1::Inbound,
        update: &v1::Update,
    ) -> Result<Updated, Error> {
        let endpoint = self.inner.endpoint.of_region(
            inbound
                .self_link
                .as_ref()
                .and_then(|link| link.href.as_deref()),
        );
        self.patch(&endpoint, &inbound.message_uuid, update).await
    }

    async fn patch(
        &self,
        endpoint: &Endpoint,
        message_uuid: &str,
        update: &v1::Update,
    ) -> Result<Updated, Error> {
        if !self.inner.has_jwt {
            return Err(Error::credentials(None));
        }
        if !is_path_segment(message_uuid) {
            let invalid = Invalid::new(Rule::Format, "must be the id of a message");
            return Err(Error::invalid_value(invalid, "/message_uuid"));
        }
        let call = Call {
            method: Method::PATCH,
            endpoint,
            path: &format!("/v1/messages/{message_uuid}"),
            route: "/v1/messages/{message_uuid}",
            body: update.to_vec(),
            scope: self.scope(|scope| scope),
            client_ref: None,
        };
        let (answer, report) = self.exchange(call, &SendOptions::default()).await?;
        Ok(Updated {
            status: answer.status,
            request_id: answer.request_id,
            report,
        })
    }

    /// Posts any JSON to any path of the API: the way to what this version has no type for.
    ///
    /// The body is sent as it is, unchecked and without a minted reference.
    ///
    /// # Errors
    ///
    /// As [`Client::send`].
    pub async fn send_raw(
        &self,
        path: &str,
        body: &serde_json::Value,
        options: SendOptions,
    ) -> Result<RawAccepted, Error> {
        let call = Call {
            method: Method::POST,
            endpoint: &self.inner.endpoint,
            path,
            route: "raw",
            body: body.to_string().into_bytes(),
            scope: self.scope(|scope| scope),
            client_ref: None,
        };
        let (answer, report) = self.exchange(call, &options).await?;
        Ok(RawAccepted {
            status: answer.status,
            body: answer.body,
            request_id: answer.request_id,
            report,
        })
    }

    /// Takes no new call, and waits for those under way.
    ///
    /// Each of them ends by its own deadline, so this does too. Calls after it fail with
    /// [`Error::NotSent`].
    pub async fn close(&self) {
        // Permits are handed out in order, so waiting for all of them shuts the door behind the
        // calls that are under way. An error means that it is shut already.
        let _ = self.inner.calls.acquire_many(CALLS_MAX).await;
        self.inner.calls.close();
    }

    fn reference(&self, options: &SendOptions) -> Option<String> {
        options.client_ref.clone().or(match self.inner.references {
            ClientReferences::Minted => Some(uuid::Uuid::now_v7().to_string()),
            ClientReferences::AsGiven => None,
        })
    }

    fn scope(&self, narrow: impl FnOnce(RateScope) -> RateScope) -> RateScope {
        let account = RateScope::account(Arc::clone(&self.inner.account));
        if self.inner.scoped {
            narrow(account)
        } else {
            account
        }
    }

    /// One call through all layers, with its report.
    async fn exchange(
        &self,
        call: Call<'_>,
        options: &SendOptions,
    ) -> Result<(Answer, CallReport), Error> {
        let inner = &*self.inner;
        let began = inner.timer.now();
        let counter = AttemptCounter::default();
        let client_ref = call.client_ref.clone();
        let report = || CallReport {
            attempts: counter.count(),
            client_ref: client_ref.clone(),
            elapsed: inner.timer.now().saturating_duration_since(began),
        };
        let result = match inner.admit() {
            Some(_permit) => {
                let operation = Operation::begin(&call.method, call.route, call.endpoint);
                let result = operation
                    .run(self.run(call, options, began, &counter))
                    .await;
                operation.end(result.as_ref().map(|answer| answer.status), counter.count());
                result
            }
            None => Err(Error::not_sent(None)),
        };
        match result {
            Ok(answer) => Ok((answer, report())),
            Err(error) => Err(error.with_report(report())),
        }
    }

    async fn run(
        &self,
        call: Call<'_>,
        options: &SendOptions,
        began: Instant,
        counter: &AttemptCounter,
    ) -> Result<Answer, Error> {
        let inner = &*self.inner;
        let delivery = options.delivery.unwrap_or(inner.delivery);
        let witness = Witness::new(delivery);
        let mut request = RequestParts {
            method: call.method,
            endpoint: call.endpoint,
            path: call.path,
            body: call.body,
            user_agent: &inner.user_agent,
            headers: (!options.headers.is_empty()).then_some(&options.headers),
        }
        .build()
        .map_err(|error| Error::not_sent(Some(Box::new(error))))?;
        let extensions = request.extensions_mut();
        extensions.insert(Deadline(began + options.deadline.unwrap_or(inner.deadline)));
        extensions.insert(delivery);
        extensions.insert(witness.clone());
        extensions.insert(counter.clone());
        extensions.insert(Route(call.route));
        extensions.insert(call.scope);
        let ledger = inner.doubts.as_deref().zip(call.client_ref.as_deref());
        if let Some((ledger, reference)) = ledger {
            ledger.open(reference);
        }
        let result = inner.transport.send(request).await;
        let answer = read(result, delivery, witness.doubts(), inner.timer.calendar());
        if let (Some((ledger, reference)), Err(error)) = (ledger, &answer) {
            match error.outcome() {
                // Open still: a status webhook will say.
                crate::Outcome::InDoubt => {}
                crate::Outcome::AcceptedIdUnknown => {
                    ledger.settle(reference, Settlement::Accepted { message_uuid: None });
                }
                _ => ledger.settle(reference, Settlement::NotAccepted),
            }
        }
        answer
    }

    /// Notes in the ledger what an acceptance said, or did not say, about the message's id.
    fn settle_answer<T>(
        &self,
        decoded: Result<(String, T), Error>,
        report: &CallReport,
    ) -> Result<(String, T), Error> {
        if let Some((ledger, reference)) = self
            .inner
            .doubts
            .as_deref()
            .zip(report.client_ref.as_deref())
        {
            let message_uuid = decoded.as_ref().ok().map(|(uuid, _)| uuid.as_str());
            ledger.settle(reference, Settlement::Accepted { message_uuid });
        }
        decoded.map_err(|error| error.with_report(report.clone()))
    }
}

impl Inner {
    fn admit(&self) -> Option<SemaphorePermit<'_>> {
        self.calls.try_acquire().ok()
    }
}

/// Whether an id can stand in a path as it is.
fn is_path_segment(id: &str) -> bool {
    !id.is_empty()
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        && !id.bytes().all(|byte| byte == b'.')
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", &self.inner.endpoint)
            .field("delivery", &self.inner.delivery)
            .field("deadline", &self.inner.deadline)
            .finish_non_exhaustive()
    }
}
