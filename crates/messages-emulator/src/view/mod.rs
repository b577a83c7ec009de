//! Messages as they are shown: to tests, over the control API, in the inbox.

mod extract;
pub(crate) mod query;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::clock::Moment;
use crate::rules::Applied;
use crate::state::channel::{Channel, price_text};
use crate::state::direction::Direction;
use crate::state::message::submit::response_body;
use crate::state::status::Status;
use crate::state::webhook::body::WebhookKind;
use crate::state::{
    DeliveryId, DeliveryState, Failover, FailoverKind, Message, Outbound, Outcome, WebhookDelivery,
    WorkspaceState, failover,
};
use messages_types::v1::WebhookVersion;

/// A message. It holds what the message says, so it is for tests and for the inbox and not for logs; `Debug` leaves
/// numbers and texts out.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct MessageView {
    /// Its number in the workspace: later messages have higher ones.
    pub id: u64,
    /// Its uuid.
    pub message_uuid: String,
    /// Its conversation in the inbox.
    pub conversation: u64,
    /// Which way it goes.
    pub direction: Direction,
    /// The generation in which it was sent, or in which its webhook was posted.
    pub generation: WebhookVersion,
    /// Its channel.
    pub channel: Channel,
    /// The sender.
    pub from: String,
    /// The recipient.
    pub to: String,
    /// Its type, such as `text`.
    pub message_type: String,
    /// The readable texts: the text, the caption, the titles.
    pub text: String,
    /// The content, as JSON in the flat form of v1.
    pub content: Box<RawValue>,
    /// Time of acceptance, in the emulator's time.
    pub at: Moment,
    /// The state it is in; none before `submitted`, and none when it is inbound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// The asynchronous error code, after a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<u16>,
    /// The sender's own reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_ref: Option<String>,
    /// Number of SMS segments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sms_segments: Option<u32>,
    /// Price, in euros.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<String>,
    /// The failover or workflow to which it belongs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failover: Option<FailoverPosition>,
    /// The receiver has not accepted one of its webhooks, which is retried or was given up.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub webhook_failed: bool,
    /// The application has marked it as read.
    pub marked_read: bool,
    /// The application shows the typing indicator.
    pub typing: bool,
    /// The application has revoked it.
    pub revoked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    one_time_code: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<String>,
}

/// The place of a message in a failover or workflow.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct FailoverPosition {
    /// The `workflow_id` of a v1 failover, the uuid of a workflow.
    pub id: String,
    /// Its place, from 1.
    pub step: usize,
    /// Number of steps.
    pub of: usize,
}

/// A message with everything that has happened to it.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct MessageDetail {
    /// The message.
    #[serde(flatten)]
    pub message: MessageView,
    /// The request that brought it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestView>,
    /// The rules and magic recipients that decided something about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub applied: Vec<Applied>,
    /// The states it has been in.
    pub history: Vec<StatusChangeView>,
    /// Its webhooks, each with every attempt.
    pub webhooks: Vec<WebhookView>,
    /// All steps of the failover or workflow.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepView>,
}

/// A request to the API.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct RequestView {
    /// The method.
    pub method: &'static str,
    /// The path.
    pub path: String,
    /// `basic` or `jwt`.
    pub auth: &'static str,
    /// The body, as it came.
    pub body: String,
    /// The status of the response.
    pub status: u16,
    /// The body of the response.
    pub answer: String,
}

/// A state that a message has been in.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct StatusChangeView {
    /// Since when, in the emulator's time.
    pub at: Moment,
    /// The state.
    pub status: Status,
    /// The asynchronous error code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<u16>,
}

/// A webhook.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct WebhookView {
    /// Its number, by which the control API posts it again.
    pub id: u64,
    /// Kind of the webhook.
    pub kind: WebhookKind,
    /// Target URL.
    pub url: String,
    /// The posted body.
    pub body: String,
    /// Delivery state.
    pub state: DeliveryState,
    /// Every try.
    pub attempts: Vec<AttemptView>,
}

/// A try of a webhook.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct AttemptView {
    /// End of the attempt, in the emulator's time.
    pub at: Moment,
    /// Milliseconds of real time that it took.
    pub took_ms: u64,
    /// The status of the receiver's response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The beginning of the response's body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// Reason for which there was no response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A step of a failover or workflow.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct StepView {
    /// Its channel.
    pub channel: Channel,
    /// The message, once it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_uuid: Option<String>,
    /// The state of that message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// The required status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Status>,
    /// In how many seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within_s: Option<u64>,
}

/// Bytes of a webhook's response that are shown.
const ANSWER_SHOWN: usize = 4 * 1024;

impl MessageView {
    /// The code in its text: 4 to 10 digits, the first after a word such as "code" or "PIN", or else the first of all.
    #[must_use]
    pub fn code_in_text(&self) -> Option<String> {
        self.one_time_code.clone()
    }

    /// The first `http` or `https` link in its text.
    #[must_use]
    pub fn link_in_text(&self) -> Option<String> {
        self.links.first().cloned()
    }

    /// Length of its text and content.
    pub(crate) fn bytes(&self) -> usize {
        self.text.len() + self.content.get().len()
    }

    pub(crate) fn new(message: &Message, workspace: &WorkspaceState) -> Self {
        let failover = message
            .failover
            .and_then(|(id, step)| Some((workspace.failovers.get(id)?, step)));
        Self {
            id: message.id,
            message_uuid: message.uuid.to_string(),
            conversation: message.conversation,
            direction: message.direction,
            generation: message.generation,
            channel: message.channel,
            from: message.sender().to_owned(),
            to: message.recipient().to_owned(),
            message_type: message.kind.to_string(),
            text: message.text.to_string(),
            content: message.content.clone(),
            at: message.at,
            status: message.status(),
            code: message.code(),
            client_ref: message.client_ref.as_deref().map(str::to_owned),
            sms_segments: message.sms_segments,
            price: message.price.map(price_text),
            failover: failover.map(|(failover, step)| FailoverPosition {
                id: match &failover.kind {
                    FailoverKind::List { workflow_id } => workflow_id.to_string(),
                    FailoverKind::Workflow { uuid, .. } => uuid.to_string(),
                },
                step: step + 1,
                of: failover.steps.len(),
            }),
            webhook_failed: workspace.has_failed_webhook(message),
            marked_read: message.marks.read,
            typing: message.marks.typing_until.is_some(),
            revoked: message.marks.revoked,
            one_time_code: extract::code_of(message.channel, &message.text),
            links: extract::links_of(message.channel, &message.text),
        }
    }
}

impl MessageDetail {
    pub(crate) fn new(message: &Message, workspace: &WorkspaceState) -> Self {
        let webhooks = message
            .webhooks
            .iter()
            .filter_map(|id| Some((*id, workspace.webhooks.get(*id)?)));
        let failover = message
            .failover
            .and_then(|(id, _)| workspace.failovers.get(id));
        Self {
            message: MessageView::new(message, workspace),
            request: message.request.as_ref().map(|request| RequestView {
                method: "POST",
                path: request.path.to_string(),
                auth: request.auth.name(),
                body: request.body.to_string(),
                status: 202,
                answer: response_body(message, failover.map(|failover| &failover.kind)),
            }),
            applied: message.applied.to_vec(),
            history: message
                .history
                .iter()
                .map(|change| StatusChangeView {
                    at: change.at,
                    status: change.status,
                    code: change.code,
                })
                .collect(),
            webhooks: webhooks
                .map(|(id, delivery)| webhook(id, delivery, workspace))
                .collect(),
            steps: failover
                .map(|failover| steps(failover, workspace))
                .unwrap_or_default(),
        }
    }
}

fn webhook(id: DeliveryId, delivery: &WebhookDelivery, workspace: &WorkspaceState) -> WebhookView {
    WebhookView {
        id,
        kind: delivery.kind,
        url: delivery.url.to_string(),
        body: text(&workspace.body_of(delivery)),
        state: delivery.state,
        attempts: delivery
            .attempts
            .iter()
            .map(|attempt| {
                let (status, answer, error) = match &attempt.outcome {
                    Outcome::Answer { status, body } => {
                        let shown = body.get(..ANSWER_SHOWN).unwrap_or(body);
                        (Some(*status), Some(text(shown)), None)
                    }
                    Outcome::Failed { reason, .. } => (None, None, Some(reason.to_string())),
                };
                AttemptView {
                    at: attempt.at,
                    took_ms: attempt.took_ms,
                    status,
                    answer,
                    error,
                }
            })
            .collect(),
    }
}

fn steps(failover: &Failover, workspace: &WorkspaceState) -> Vec<StepView> {
    let steps = failover.steps.iter().filter_map(|step| {
        let message = step.message.and_then(|id| workspace.messages.get(id));
        Some(StepView {
            channel: Outbound::first_of(&step.submission)?.channel()?,
            message_uuid: message.map(|message| message.uuid.to_string()),
            status: message.and_then(Message::status),
            condition: step.condition.as_ref().map(failover::wanted),
            within_s: step
                .condition
                .as_ref()
                .map(|condition| condition.expiry_time.get().into()),
        })
    });
    steps.collect()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl std::fmt::Debug for MessageView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MessageView")
            .field("message_uuid", &self.message_uuid)
            .field("channel", &self.channel)
            .field("message_type", &self.message_type)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for MessageDetail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MessageDetail")
            .field("message", &self.message)
            .field("history", &self.history)
            .finish_non_exhaustive()
    }
}
