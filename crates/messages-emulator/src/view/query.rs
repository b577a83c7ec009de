//! Which messages are meant.

use serde::Deserialize;

use crate::state::channel::Channel;
use crate::state::direction::Direction;
use crate::state::status::Status;
use crate::state::{Conversation, Message, WorkspaceState};
use crate::view::{MessageView, extract};

/// Conditions on a message; all that are set have to hold.
///
/// ```
/// use messages_emulator::{Channel, Query};
///
/// let code = Query::sent().over(Channel::Sms).to("447700900000").containing("code");
/// ```
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
#[must_use]
pub struct Query {
    pub(crate) direction: Option<Direction>,
    pub(crate) channel: Option<Channel>,
    pub(crate) to: Option<String>,
    pub(crate) from: Option<String>,
    pub(crate) contains: Option<String>,
    pub(crate) status: Option<Status>,
    pub(crate) client_ref: Option<String>,
    pub(crate) message_type: Option<String>,
    pub(crate) conversation: Option<u64>,
    /// The number of a message that is not meant, nor any after it.
    pub(crate) older_than: Option<u64>,
    /// The text must contain a code or a link.
    #[serde(skip)]
    pub(crate) holding: Option<Holding>,
    /// Anywhere: in the text, the addresses, the client reference, the uuid.
    pub(crate) q: Option<String>,
}

/// Parts of a message that a user would act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holding {
    Code,
    Link,
}

impl Query {
    /// Messages that the application has sent.
    pub fn sent() -> Self {
        Self {
            direction: Some(Direction::Outbound),
            ..Self::default()
        }
    }

    /// Messages that persons have sent.
    pub fn received() -> Self {
        Self {
            direction: Some(Direction::Inbound),
            ..Self::default()
        }
    }

    /// Over this channel.
    pub fn over(mut self, channel: Channel) -> Self {
        self.channel = Some(channel);
        self
    }

    /// To this recipient.
    pub fn to(mut self, recipient: impl Into<String>) -> Self {
        self.to = Some(recipient.into());
        self
    }

    /// From this sender.
    pub fn from(mut self, sender: impl Into<String>) -> Self {
        self.from = Some(sender.into());
        self
    }

    /// With this in its text, in either case of letters.
    pub fn containing(mut self, text: impl Into<String>) -> Self {
        self.contains = Some(text.into());
        self
    }

    /// In this state or a later one: a message that was read was delivered too.
    pub fn status(mut self, status: Status) -> Self {
        self.status = Some(status);
        self
    }

    /// With this reference of the sender's.
    pub fn client_ref(mut self, reference: impl Into<String>) -> Self {
        self.client_ref = Some(reference.into());
        self
    }

    /// Of this type, such as `image`.
    pub fn message_type(mut self, message_type: impl Into<String>) -> Self {
        self.message_type = Some(message_type.into());
        self
    }

    /// Returns `true` if it sets no condition.
    pub(crate) fn is_open(&self) -> bool {
        *self == Self::default()
    }

    /// Returns `true` if one of a conversation's messages matches.
    pub(crate) fn matches_one_of(
        &self,
        conversation: &Conversation,
        workspace: &WorkspaceState,
    ) -> bool {
        let parties = &conversation.parties;
        self.is_open()
            || self.channel.is_none_or(|wanted| wanted == parties.channel)
                && conversation
                    .messages
                    .iter()
                    .rev()
                    .filter_map(|id| workspace.messages.get(*id))
                    .any(|message| self.matches(message))
    }

    /// The newest message of a conversation with the words of a search, unless that is its last one.
    pub(crate) fn hit(
        &self,
        conversation: &Conversation,
        workspace: &WorkspaceState,
    ) -> Option<MessageView> {
        self.q.as_ref()?;
        let messages = conversation.messages.iter().rev();
        let hit = messages
            .filter_map(|id| workspace.messages.get(*id))
            .find(|message| self.matches(message))?;
        (hit.id != conversation.last).then(|| MessageView::new(hit, workspace))
    }

    /// With a code in its text: [`MessageView::code_in_text`](crate::MessageView::code_in_text) gives it.
    pub fn with_code(mut self) -> Self {
        self.holding = Some(Holding::Code);
        self
    }

    /// With a link in its text: [`MessageView::link_in_text`](crate::MessageView::link_in_text) gives it.
    pub fn with_link(mut self) -> Self {
        self.holding = Some(Holding::Link);
        self
    }

    pub(crate) fn matches(&self, message: &Message) -> bool {
        let is = |wanted: &Option<String>, found: &str| match wanted {
            None => true,
            Some(wanted) => wanted == found,
        };
        self.direction
            .is_none_or(|wanted| wanted == message.direction)
            && self.channel.is_none_or(|wanted| wanted == message.channel)
            && self
                .conversation
                .is_none_or(|wanted| wanted == message.conversation)
            && self.older_than.is_none_or(|limit| message.id < limit)
            && is(&self.to, message.recipient())
            && is(&self.from, message.sender())
            && is(&self.message_type, &message.kind)
            && self
                .client_ref
                .as_deref()
                .is_none_or(|wanted| message.client_ref.as_deref() == Some(wanted))
            && self.status.is_none_or(|wanted| {
                message
                    .status()
                    .is_some_and(|status| status == wanted || status.includes(wanted))
            })
            && self
                .contains
                .as_deref()
                .is_none_or(|wanted| contains(&message.text, wanted))
            && self.holding.is_none_or(|wanted| match wanted {
                Holding::Code => extract::code_of(message.channel, &message.text).is_some(),
                Holding::Link => !extract::links_of(message.channel, &message.text).is_empty(),
            })
            && self.q.as_deref().is_none_or(|wanted| {
                contains(&message.text, wanted)
                    || contains(&message.person, wanted)
                    || contains(&message.ours, wanted)
                    || message
                        .client_ref
                        .as_deref()
                        .is_some_and(|reference| contains(reference, wanted))
                    || message.uuid.to_string().starts_with(&wanted.to_lowercase())
            })
    }
}

/// Not shown: numbers and texts.
impl std::fmt::Debug for Query {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Query")
            .field("direction", &self.direction)
            .field("channel", &self.channel)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// Returns `true` if `text` contains `wanted`, regardless of case.
fn contains(text: &str, wanted: &str) -> bool {
    text.contains(wanted) || text.to_lowercase().contains(&wanted.to_lowercase())
}
