//! The calls that send something: a message, a workflow, or any JSON.

use std::sync::Arc;
use std::time::SystemTime;

use http::Method;
use messages_transport::layer::rate_limit::RateScope;
use messages_types::{Document, v0_1, v1};
use uuid::fmt::Hyphenated;

use super::exchange::{Begun, Call, Decoded};
use super::{Client, ClientReferences, SendOptions};
use crate::call::Answer;
use crate::error::Error;
use crate::outbound::{Outbound, refer_workflow};
use crate::outcome::{Accepted, RawAccepted, WorkflowAccepted};

impl Client {
    /// Sends a message of either generation.
    ///
    /// `Ok` means that the API took it, not that it arrived: that is what the status webhooks say.
    ///
    /// # Errors
    ///
    /// [`Error`] says how far the message came; [`Error::outcome`] what that means for sending it again.
    /// The message is never sent twice under the default
    /// [`DeliveryPolicy::AtMostOnce`](crate::policy::DeliveryPolicy::AtMostOnce).
    pub async fn send(&self, message: impl Into<Outbound>) -> Result<Accepted, Error> {
        let options = SendOptions::default();
        let (mut begun, is_v1) = self.begin_send(message.into(), &options)?;
        accepted(&mut begun, is_v1).await
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
        let (mut begun, is_v1) = self.begin_send(message.into(), &options)?;
        accepted(&mut begun, is_v1).await
    }

    /// Begins to send a message, of which only the JSON is kept; and whether it is one of v1.
    fn begin_send<'a>(
        &'a self,
        message: Outbound,
        options: &'a SendOptions,
    ) -> Result<(Begun<'a>, bool), Error> {
        let (call, is_v1) = self.message_call(message, options)?;
        Ok((self.begin(call, options), is_v1))
    }

    /// The call that sends a message, and whether it is one of v1.
    fn message_call<'a>(
        &'a self,
        mut message: Outbound,
        options: &'a SendOptions,
    ) -> Result<(Call<'a>, bool), Error> {
        message.validate().map_err(Error::invalid)?;
        if let Some(reference) = self.reference(options) {
            message
                .refer_by(reference)
                .map_err(|invalid| Error::invalid_value(invalid, "/client_ref"))?;
        }
        let path = options.path.unwrap_or(message.path());
        let call = Call {
            method: Method::POST,
            endpoint: options.endpoint_or(&self.inner.endpoint),
            path: path.into(),
            route: path,
            channel: Some(message.channel()),
            body: message.to_vec(),
            scope: self.scope(|scope| scope.sender(message.sender()).channel(message.channel())),
            client_ref: message.take_client_ref(),
        };
        Ok((call, matches!(message, Outbound::V1(_))))
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
        let mut workflow = workflow.clone();
        if let Some(reference) = self.reference(&options) {
            refer_workflow(&mut workflow, &reference)
                .map_err(|invalid| Error::invalid_value(invalid, "/workflow/0/client_ref"))?;
        }
        let path = options.path.unwrap_or("/v0.1/dispatch");
        let call = Call {
            method: Method::POST,
            endpoint: options.endpoint_or(&self.inner.endpoint),
            path: path.into(),
            route: path,
            channel: None,
            body: workflow.to_vec(),
            scope: self.scope(|scope| scope),
            client_ref: workflow
                .messages()
                .next()
                .and_then(v0_1::Message::client_ref)
                .map(|reference| reference.as_str().to_owned()),
        };
        let (accepted, answer, report) = self
            .begin(call, &options)
            .end(Answer::decode::<v0_1::WorkflowAccepted>)
            .await?;
        Ok(WorkflowAccepted {
            uuid: accepted.uuid().to_owned(),
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
            endpoint: options.endpoint_or(&self.inner.endpoint),
            path: path.to_owned().into(),
            route: "raw",
            channel: None,
            body: body.to_string().into_bytes(),
            scope: self.scope(|scope| scope),
            client_ref: None,
        };
        let ((), answer, report) = self.begin(call, &options).end(|_| Ok(())).await?;
        Ok(RawAccepted {
            status: answer.status,
            body: answer.body,
            request_id: answer.request_id,
            report,
        })
    }

    /// The reference for a message that has none.
    fn reference(&self, options: &SendOptions) -> Option<String> {
        options.client_ref.clone().or(match self.inner.references {
            ClientReferences::Minted => Some(mint_reference(self.inner.timer.calendar())),
            ClientReferences::AsGiven => None,
        })
    }

    /// What the rate limit goes by. Without limits there is one scope, the client's account.
    pub(super) fn scope(&self, narrow: impl FnOnce(RateScope) -> RateScope) -> Option<RateScope> {
        let account = || RateScope::account(Arc::clone(&self.inner.account));
        self.inner.scoped.then(|| narrow(account()))
    }
}

/// Waits for the answer to a message.
async fn accepted(begun: &mut Begun<'_>, is_v1: bool) -> Result<Accepted, Error> {
    let (ids, answer, report) = begun.end(|answer| MessageIds::of(answer, is_v1)).await?;
    Ok(Accepted {
        message_uuid: ids.message_uuid,
        workflow_id: ids.workflow_id,
        status: answer.status,
        request_id: answer.request_id,
        report,
    })
}

/// A UUID of version 7. Nobody has to be kept from guessing it, so a quick generator does, without a call of the system.
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

/// What the answer to one message says, in either generation.
struct MessageIds {
    message_uuid: String,
    workflow_id: Option<String>,
}

impl MessageIds {
    fn of(answer: &Answer, is_v1: bool) -> Result<Self, Error> {
        Ok(if is_v1 {
            let accepted: v1::Accepted = answer.decode()?;
            Self {
                message_uuid: accepted.message_uuid,
                workflow_id: accepted.workflow_id,
            }
        } else {
            let accepted: v0_1::Accepted = answer.decode()?;
            Self {
                message_uuid: accepted.message_uuid,
                workflow_id: None,
            }
        })
    }
}

impl Decoded for MessageIds {
    fn message_uuid(&self) -> Option<&str> {
        Some(&self.message_uuid)
    }
}

/// The id of a workflow is none of a message.
impl Decoded for v0_1::WorkflowAccepted {}
