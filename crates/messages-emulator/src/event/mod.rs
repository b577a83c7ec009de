//! Events that the emulator reports while it runs.
//!
//! As JSON and in `Debug`, events name messages by their uuid: numbers, texts and credentials are left out, so that they
//! can be logged. Bodies are there for tests, as fields that are not serialised.

pub(crate) mod log;
pub(crate) mod metrics;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;

use crate::clock::Moment;
use crate::rules::Cause;
use crate::state::channel::Channel;
use crate::state::direction::Direction;
use crate::state::status::Status;
use crate::state::webhook::body::WebhookKind;

/// An event of the emulator.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// A request got its response (or none, by a fault).
    Request(Arc<RequestEvent>),
    /// A webhook was tried.
    Webhook(Arc<WebhookAttempt>),
    /// A message was taken, reached a state, or was updated.
    Message(Arc<MessageEvent>),
    /// Messages of the workspace were removed, or replaced by those of a snapshot.
    Reset(ResetEvent),
    /// The reader fell behind the log: some events are gone.
    Missed(MissedEvents),
}

/// An event with its number: later ones have higher ones.
#[derive(Debug, Clone)]
pub(crate) struct Numbered {
    pub(crate) number: u64,
    pub(crate) event: Event,
}

/// Events that a reader missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MissedEvents {
    /// Number of events, those of other workspaces included.
    pub count: u64,
}

/// A reset, the removal of conversations, or the return to a snapshot: IDs from before may now name other messages.
#[derive(Debug, Clone, Copy, Serialize)]
#[non_exhaustive]
pub struct ResetEvent {
    /// Time of the change, in the emulator's time.
    pub at: Moment,
    #[serde(skip)]
    pub(crate) workspace: usize,
}

/// A request to the API.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct RequestEvent {
    /// Time of the request, in the emulator's time.
    pub at: Moment,
    /// The method.
    pub method: String,
    /// The path, without its query.
    pub path: String,
    /// `basic`, `jwt` or `none`.
    pub auth: &'static str,
    /// The HTTP status of the response; of a lost response, the one that was lost.
    pub status: u16,
    /// The slug or number of the API's error, such as `messages#1150`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// The message that was taken; of a workflow, its first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_uuid: Option<String>,
    /// The id of the v1 failover.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow_id: Option<String>,
    /// The uuid of the workflow of the first generation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dispatch_uuid: Option<String>,
    /// The fault that a rule or a magic number has brought about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<&'static str>,
    /// The cause of the fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault_by: Option<Cause>,
    /// The body as it came.
    #[serde(skip)]
    pub body: Body,
    /// The response body; of a lost response, the one that was lost.
    #[serde(skip)]
    pub answer_body: Body,
    /// Whose workspace it was for.
    #[serde(skip)]
    pub(crate) workspace: Option<usize>,
}

/// An attempt to deliver a webhook.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct WebhookAttempt {
    /// End of the attempt, in the emulator's time.
    pub at: Moment,
    /// Number of the webhook, by which the control API posts it again.
    pub webhook_id: u64,
    /// Kind of the webhook.
    pub kind: WebhookKind,
    /// The message; of a report, the first of the workflow.
    pub message_uuid: String,
    /// The channel of the message.
    pub channel: Channel,
    /// The state it tells of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Which try it was, from 1.
    pub attempt: u32,
    /// The HTTP status of the receiver's response, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<u16>,
    /// Reason for which there was no response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The receiver accepted it.
    pub acknowledged: bool,
    /// Time of the next attempt, in the emulator's time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Moment>,
    /// Duration of the attempt, in milliseconds of real time.
    pub took_ms: u64,
    /// `unsigned` or `wrongly_signed`, by a rule or a magic recipient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<&'static str>,
    /// The posted body.
    #[serde(skip)]
    pub body: Body,
    /// The receiver's response body.
    #[serde(skip)]
    pub answer_body: Body,
    #[serde(skip)]
    pub(crate) workspace: usize,
}

/// A message that was taken, came into a state, or was updated.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct MessageEvent {
    /// Time of the change, in the emulator's time.
    pub at: Moment,
    /// The message.
    pub message_uuid: String,
    /// Its conversation, as the inbox knows it.
    pub conversation: u64,
    /// Which way it goes.
    pub direction: Direction,
    /// Its channel.
    pub channel: Channel,
    /// The state it has come into; none when it was taken or updated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// The asynchronous error code, with a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<u16>,
    /// The application marked it as read, revoked it, or started or stopped the typing indicator.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub updated: bool,
    #[serde(skip)]
    pub(crate) workspace: usize,
}

impl Event {
    /// Returns `true` if a workspace may see it. Unauthenticated requests belong to all.
    pub(crate) fn belongs_to(&self, workspace: usize) -> bool {
        match self {
            Self::Request(event) => event.workspace.is_none_or(|of| of == workspace),
            Self::Webhook(event) => event.workspace == workspace,
            Self::Message(event) => event.workspace == workspace,
            Self::Reset(event) => event.workspace == workspace,
            Self::Missed(_) => true,
        }
    }

    /// Estimated memory.
    pub(crate) fn bytes(&self) -> usize {
        let len = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        match self {
            Self::Request(event) => {
                let ids = [
                    &event.problem,
                    &event.message_uuid,
                    &event.workflow_id,
                    &event.dispatch_uuid,
                ];
                let ids: usize = ids.into_iter().map(len).sum();
                size_of::<RequestEvent>()
                    + event.method.len()
                    + event.path.len()
                    + ids
                    + event.body.0.len()
                    + event.answer_body.0.len()
            }
            Self::Webhook(event) => {
                size_of::<WebhookAttempt>()
                    + event.message_uuid.len()
                    + len(&event.error)
                    + event.body.0.len()
                    + event.answer_body.0.len()
            }
            Self::Message(event) => size_of::<MessageEvent>() + event.message_uuid.len(),
            Self::Reset(_) => size_of::<ResetEvent>(),
            Self::Missed(_) => 0,
        }
    }
}

/// A body. `Debug` shows its length only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Body(Bytes);

impl Body {
    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &Bytes {
        &self.0
    }

    /// The body as JSON; `null` if it is not JSON.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.0).unwrap_or_default()
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.0.len())
    }
}
