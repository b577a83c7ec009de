//! The calls that send something: a message, a workflow, or any JSON.

use std::sync::Arc;
use std::time::SystemTime;

use http::Method;
use messages_transport::layer::rate_limit::RateScope;
use messages_types::{Document, Invalid, OutboundMessage, Problems, Rule, Submission, v0_1, v1};
use uuid::fmt::Hyphenated;

use super::{Client, ClientReferences, SendOptions};
use crate::call::{Call, CallRequest, Decoded, Response};
use crate::error::Error;
use crate::outcome::{Accepted, RawAccepted, Submitted, WorkflowAccepted};

impl Client {
    /// Submits a message of either generation or a workflow, where the kind is known only at run time:
    /// [`send`](Self::send) and [`create_workflow`](Self::create_workflow) are this call for one kind.
    ///
    /// `Ok` means that the API accepted it, not that it was delivered: that is reported by status
    /// webhooks.
    ///
    /// # Errors
    ///
    /// [`Error::outcome`] tells whether the API may have accepted it. It is never sent twice under the
    /// default [`DeliveryPolicy::AtMostOnce`](crate::policy::DeliveryPolicy::AtMostOnce).
    pub async fn submit(&self, submission: impl Into<Submission>) -> Result<Submitted, Error> {
        self.submit_with(submission, SendOptions::default()).await
    }

    /// As [`Client::submit`], with options for this call alone.
    ///
    /// # Errors
    ///
    /// As [`Client::submit`].
    pub async fn submit_with(
        &self,
        submission: impl Into<Submission>,
        options: SendOptions,
    ) -> Result<Submitted, Error> {
        let submission = submission.into();
        let is_workflow = matches!(submission, Submission::Workflow(_));
        let mut call = self.begin_submission(submission, &options)?;
        if is_workflow {
            workflow_accepted(&mut call).await.map(Submitted::Workflow)
        } else {
            accepted(&mut call).await.map(Submitted::Message)
        }
    }

    /// Sends a message of either generation.
    ///
    /// `Ok` means that the API accepted it, not that it was delivered: that is reported by status
    /// webhooks.
    ///
    /// # Errors
    ///
    /// As [`Client::submit`].
    pub async fn send(&self, message: impl OutboundMessage) -> Result<Accepted, Error> {
        let options = SendOptions::default();
        let mut call = self.begin_submission(message.into(), &options)?;
        accepted(&mut call).await
    }

    /// As [`Client::send`], with options for this call alone.
    ///
    /// # Errors
    ///
    /// As [`Client::submit`].
    pub async fn send_with(
        &self,
        message: impl OutboundMessage,
        options: SendOptions,
    ) -> Result<Accepted, Error> {
        let mut call = self.begin_submission(message.into(), &options)?;
        accepted(&mut call).await
    }

    #[cfg(feature = "blocking")]
    pub(crate) async fn send_message(
        &self,
        message: Submission,
        options: SendOptions,
    ) -> Result<Accepted, Error> {
        let mut call = self.begin_submission(message, &options)?;
        accepted(&mut call).await
    }

    /// Starts a failover workflow of the v0.1 generation (`/v0.1/dispatch`).
    ///
    /// # Errors
    ///
    /// As [`Client::submit`].
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
    /// As [`Client::submit`].
    pub async fn create_workflow_with(
        &self,
        workflow: &v0_1::Workflow,
        options: SendOptions,
    ) -> Result<WorkflowAccepted, Error> {
        let mut call = self.begin_submission(workflow.into(), &options)?;
        workflow_accepted(&mut call).await
    }

    /// Begins to submit a document, of which only the JSON is stored.
    fn begin_submission<'a>(
        &'a self,
        mut submission: Submission,
        options: &'a SendOptions,
    ) -> Result<Call<'a>, Error> {
        submission.validate().map_err(Error::invalid)?;
        if let Some(reference) = self.reference(options) {
            submission
                .set_missing_client_refs(reference)
                .map_err(|problem| Error::invalid(Problems::from(problem)))?;
        }
        let path = if options.beta {
            submission.beta_path().ok_or_else(|| {
                let hint = "the paths of 2018 accept v0.1 documents only";
                Error::invalid_value(Invalid::new(Rule::NotAllowed, hint), "")
            })?
        } else {
            submission.path()
        };
        let channel = submission.channel();
        let request = CallRequest {
            method: Method::POST,
            endpoint: options.endpoint_or(&self.inner.endpoint),
            path: path.into(),
            route: path,
            channel,
            body: submission.to_vec(),
            scope: self.scope(|mut scope| {
                if let Some(sender) = submission.sender() {
                    scope = scope.sender(sender);
                }
                match channel {
                    Some(channel) => scope.channel(channel),
                    None => scope,
                }
            }),
            client_ref: submission.into_client_ref(),
        };
        Ok(Call::begin(self, request, options))
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
        let request = CallRequest {
            method: Method::POST,
            endpoint: options.endpoint_or(&self.inner.endpoint),
            path: path.to_owned().into(),
            route: "raw",
            channel: None,
            body: body.to_string().into_bytes(),
            scope: self.scope(|scope| scope),
            client_ref: None,
        };
        let ((), response) = Call::begin(self, request, &options).end(|_| Ok(())).await?;
        Ok(RawAccepted {
            body: response.body,
            report: response.report,
        })
    }

    /// The reference for a message that has none.
    fn reference(&self, options: &SendOptions) -> Option<String> {
        options.client_ref.clone().or(match self.inner.references {
            ClientReferences::Minted => Some(mint_reference(self.inner.timer.calendar())),
            ClientReferences::AsGiven => None,
        })
    }

    /// Scope of the rate limit. Without limits there is one scope, the client's account.
    pub(super) fn scope(&self, narrow: impl FnOnce(RateScope) -> RateScope) -> Option<RateScope> {
        let account = || RateScope::account(Arc::clone(&self.inner.account));
        self.inner.scoped.then(|| narrow(account()))
    }
}

/// Waits for the response to a message. That of v0.1 is that of v1 without a workflow ID.
async fn accepted(call: &mut Call<'_>) -> Result<Accepted, Error> {
    let (accepted, response) = call.end(Response::decode::<v1::Accepted>).await?;
    Ok(Accepted {
        message_uuid: accepted.message_uuid,
        workflow_id: accepted.workflow_id,
        report: response.report,
    })
}

/// Waits for the response to a workflow.
async fn workflow_accepted(call: &mut Call<'_>) -> Result<WorkflowAccepted, Error> {
    let (accepted, response) = call.end(Response::decode::<v0_1::WorkflowAccepted>).await?;
    Ok(WorkflowAccepted {
        uuid: accepted.uuid().to_owned(),
        report: response.report,
    })
}

/// A UUID of version 7. It may be guessable, so a fast generator suffices, without a system call.
fn mint_reference(now: SystemTime) -> String {
    let since = now.duration_since(SystemTime::UNIX_EPOCH);
    let millis = since.map_or(0, |since| since.as_millis() as u64);
    let mut random = [0; 10];
    fastrand::fill(&mut random);
    uuid::Builder::from_unix_timestamp_millis(millis, &random)
        .into_uuid()
        .hyphenated()
        .encode_lower(&mut [0; Hyphenated::LENGTH])
        .to_owned()
}

impl Decoded for v1::Accepted {
    fn message_uuid(&self) -> Option<&str> {
        Some(&self.message_uuid)
    }
}

/// A workflow ID is not a message ID.
impl Decoded for v0_1::WorkflowAccepted {}
