//! A message as the emulator remembers it.

pub(crate) mod content;
pub(crate) mod inbound;
mod inject;
mod lifecycle;
mod segments;
pub(crate) mod submit;
pub(crate) mod transition;
pub(crate) mod update;

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::clock::Moment;
use crate::event::MessageEvent;
use crate::rules::{Applied, Facts, WebhookFault};
use crate::state::WorkspaceId;
use crate::state::channel::Channel;
use crate::state::direction::Direction;
use crate::state::message::lifecycle::PlannedStatus;
use crate::state::status::Status;
use crate::state::webhook::delivery::DeliveryId;
use messages_types::v1::WebhookVersion;

/// The number of a message in its workspace: they grow, and are never used again.
pub(crate) type MessageId = u64;
/// The number of a failover or workflow in its workspace.
pub(crate) type FailoverId = u64;
/// The number of a conversation in its workspace.
pub(crate) type ConversationId = u64;

/// A message, sent or received.
#[derive(Serialize, Deserialize)]
pub(crate) struct Message {
    pub(crate) id: MessageId,
    pub(crate) uuid: Uuid,
    pub(crate) direction: Direction,
    pub(crate) generation: WebhookVersion,
    pub(crate) channel: Channel,
    /// The application's number or id.
    pub(crate) ours: Arc<str>,
    /// The recipient's number or ID; the sender's of an inbound message.
    pub(crate) person: Arc<str>,
    pub(crate) kind: Box<str>,
    /// The readable texts, for searching.
    pub(crate) text: Box<str>,
    /// The content, in the flat form.
    pub(crate) content: Box<RawValue>,
    pub(crate) client_ref: Option<Box<str>>,
    /// Status webhooks do not repeat the `client_ref`.
    pub(crate) omits_client_ref: bool,
    pub(crate) webhook_url: Option<Arc<str>>,
    pub(crate) webhook_version: Option<WebhookVersion>,
    pub(crate) at: Moment,
    pub(crate) conversation: ConversationId,
    pub(crate) failover: Option<(FailoverId, usize)>,
    /// Webhooks with the same key go out one after the other.
    pub(crate) order_key: u64,
    pub(crate) sms_segments: Option<u32>,
    /// In ten-thousandths of a euro.
    pub(crate) price: Option<u32>,
    pub(crate) webhook_fault: Option<WebhookFault>,
    /// The states it has been in.
    pub(crate) history: Vec<StatusChange>,
    /// The states to come, the next one last.
    pub(crate) plan: Vec<PlannedStatus>,
    /// The request that brought it.
    pub(crate) request: Option<RequestRecord>,
    pub(crate) webhooks: Vec<DeliveryId>,
    pub(crate) marks: Marks,
    /// The rules and magic recipients that decided something about it.
    #[serde(default, skip_serializing_if = "<[Applied]>::is_empty")]
    pub(crate) applied: Box<[Applied]>,
}

/// The application's changes to a message after it was sent or received.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Marks {
    pub(crate) read: bool,
    /// The application is writing, and seems to until then.
    pub(crate) typing_until: Option<Moment>,
    pub(crate) revoked: bool,
}

/// A state that a message has been in.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct StatusChange {
    pub(crate) at: Moment,
    pub(crate) status: Status,
    pub(crate) code: Option<u16>,
}

/// Authentication of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scheme {
    Basic,
    Jwt,
}

impl Scheme {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Jwt => "jwt",
        }
    }
}

/// A `POST` to the API that was accepted. Its response follows from the message.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RequestRecord {
    pub(crate) path: Cow<'static, str>,
    pub(crate) auth: Scheme,
    pub(crate) body: Box<str>,
}

impl Message {
    /// Estimated memory, without its webhooks.
    pub(crate) fn bytes(&self) -> usize {
        /// Its places in indexes, its conversation, its history.
        const INDEXED: usize = 512;
        let texts = [
            self.ours.len(),
            self.person.len(),
            self.kind.len(),
            self.text.len(),
            self.content.get().len(),
            self.client_ref.as_ref().map_or(0, |text| text.len()),
            self.webhook_url.as_ref().map_or(0, |text| text.len()),
        ];
        let request = self
            .request
            .as_ref()
            .map_or(0, |request| request.body.len());
        let states = self.plan.len() * size_of::<PlannedStatus>()
            + self.history.len() * size_of::<StatusChange>()
            + size_of_val(&*self.applied);
        size_of::<Self>() + INDEXED + texts.iter().sum::<usize>() + request + states
    }

    /// The event of a state that it has come into, or of being taken.
    pub(crate) fn event(
        &self,
        at: Moment,
        workspace: WorkspaceId,
        reached: Option<(Status, Option<u16>)>,
    ) -> MessageEvent {
        MessageEvent {
            at,
            message_uuid: self.uuid.to_string(),
            conversation: self.conversation,
            direction: self.direction,
            channel: self.channel,
            status: reached.map(|(status, _)| status),
            code: reached.and_then(|(_, code)| code),
            updated: false,
            workspace,
        }
    }

    /// The event of what the application has done to it.
    pub(crate) fn updated(&self, at: Moment, workspace: WorkspaceId) -> MessageEvent {
        MessageEvent {
            updated: true,
            ..self.event(at, workspace, None)
        }
    }

    /// The state it is in; `None` before `submitted`, and for an inbound message.
    pub(crate) fn status(&self) -> Option<Status> {
        self.state().map(|state| state.status)
    }

    /// The time of the next planned state: each is planned from the one before.
    pub(crate) fn next_state_at(&self) -> Option<Moment> {
        Some(self.last_change().after(self.plan.last()?.after))
    }

    /// The time of the latest state, or of the acceptance.
    fn last_change(&self) -> Moment {
        self.history.last().map_or(self.at, |last| last.at)
    }

    /// Replaces the planned states; the first one is counted from `now`.
    pub(super) fn plan_anew(&mut self, now: Moment, mut plan: Vec<PlannedStatus>) {
        if let Some(first) = plan.first_mut() {
            first.after += now.since(self.last_change());
        }
        plan.reverse();
        self.plan = plan;
    }

    /// The facts that rules match on, for a request to this path.
    pub(super) fn facts<'a>(&'a self, path: &'a str) -> Facts<'a> {
        Facts {
            path: Some(path),
            channel: Some(self.channel),
            to: Some(self.recipient()),
            from: Some(self.sender()),
            text: Some(&self.text),
        }
    }

    /// The error code of the state it is in.
    pub(crate) fn code(&self) -> Option<u16> {
        self.state()?.code
    }

    fn state(&self) -> Option<StatusChange> {
        // The latest status counts, but a late `submitted` does not undo a later one.
        self.history.iter().copied().reduce(|so_far, next| {
            if so_far.status.includes(next.status) {
                so_far
            } else {
                next
            }
        })
    }

    pub(crate) fn recipient(&self) -> &str {
        match self.direction {
            Direction::Outbound => &self.person,
            Direction::Inbound => &self.ours,
        }
    }

    pub(crate) fn sender(&self) -> &str {
        match self.direction {
            Direction::Outbound => &self.ours,
            Direction::Inbound => &self.person,
        }
    }
}
