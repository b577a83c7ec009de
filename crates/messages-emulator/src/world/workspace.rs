//! All that belongs to one api key; no workspace sees another.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use uuid::Uuid;

use super::account::Account;
use super::dice::Dice;
use super::flow::Flow;
use super::message::{ConversationId, FlowId, Message, MessageId};
use super::post::Posts;
use crate::api::limit::Bucket;
use crate::channel::Channel;
use crate::rules::Rules;

/// The state of one api key.
pub(crate) struct Workspace {
    pub(crate) account: Arc<Account>,
    pub(crate) rules: Rules,
    pub(crate) bucket: Option<Bucket>,
    pub(crate) messages: BTreeMap<MessageId, Message>,
    pub(crate) by_uuid: HashMap<Uuid, MessageId>,
    pub(crate) flows: HashMap<FlowId, Flow>,
    pub(crate) posts: Posts,
    pub(crate) conversations: Conversations,
    /// Counts everything that gets a number.
    last: u64,
}

impl Workspace {
    pub(crate) fn new(account: Account, rules: Rules, bucket: Option<Bucket>) -> Self {
        Self {
            account: Arc::new(account),
            rules,
            bucket,
            messages: BTreeMap::new(),
            by_uuid: HashMap::new(),
            flows: HashMap::new(),
            posts: Posts::default(),
            conversations: Conversations::default(),
            last: 0,
        }
    }

    /// A number that was never given before.
    pub(crate) fn next_number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// Dice for the thing with this number.
    pub(crate) fn dice(&self, seed: u64, number: u64) -> Dice {
        Dice::new(seed, self.account.api_key().as_str(), number)
    }

    /// Dice for the so-manieth webhook about a thing.
    pub(crate) fn webhook_dice(&self, seed: u64, number: u64, which: usize) -> Dice {
        let mut dice = self.dice(seed, number);
        let which = u64::try_from(which).unwrap_or(u64::MAX);
        Dice::new(dice.draw(), "webhook", which)
    }

    pub(crate) fn find(&self, uuid: &str) -> Option<&Message> {
        let uuid = Uuid::try_parse(uuid).ok()?;
        self.messages.get(self.by_uuid.get(&uuid)?)
    }

    /// Forgets the oldest messages until there are at most `keep`.
    pub(crate) fn retain(&mut self, keep: usize) {
        while self.messages.len() > keep {
            let Some((id, message)) = self.messages.pop_first() else {
                return;
            };
            self.by_uuid.remove(&message.uuid);
            for post in message.posts {
                self.posts.remove(post);
            }
            if let Some((flow, _)) = message.flow
                && self
                    .flows
                    .get(&flow)
                    .is_some_and(|flow| flow.ended.is_some())
            {
                self.flows.remove(&flow);
            }
            self.conversations.forget(message.conversation, id);
        }
    }

    /// Forgets all messages. Numbers go on, so nothing that is still under way can be taken for something new.
    pub(crate) fn clear(&mut self) {
        self.messages.clear();
        self.by_uuid.clear();
        self.flows.clear();
        self.posts.clear();
        self.conversations = Conversations::default();
    }
}

/// Who talks to whom, over what.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Parties {
    pub(crate) channel: Channel,
    pub(crate) ours: Box<str>,
    pub(crate) person: Box<str>,
}

/// The messages between the same two over the same channel.
pub(crate) struct Conversation {
    pub(crate) parties: Parties,
    /// In the order of their time.
    pub(crate) messages: VecDeque<MessageId>,
    pub(crate) unread: u32,
    /// The inbox's sort key: the number of the last message.
    pub(crate) last: MessageId,
}

/// The conversations of a workspace.
#[derive(Default)]
pub(crate) struct Conversations {
    by_id: HashMap<ConversationId, Conversation>,
    by_parties: HashMap<Parties, ConversationId>,
    by_last: BTreeSet<(MessageId, ConversationId)>,
    last: ConversationId,
    /// Of all conversations together.
    unread: u64,
}

impl Conversations {
    /// Adds a message to the conversation of its parties, which begins if there is none.
    pub(crate) fn add(&mut self, parties: Parties, message: MessageId) -> ConversationId {
        let id = match self.by_parties.get(&parties) {
            Some(id) => *id,
            None => {
                self.last += 1;
                self.by_parties.insert(parties.clone(), self.last);
                self.by_id.insert(
                    self.last,
                    Conversation {
                        parties,
                        messages: VecDeque::new(),
                        unread: 0,
                        last: message,
                    },
                );
                self.last
            }
        };
        if let Some(conversation) = self.by_id.get_mut(&id) {
            self.by_last.remove(&(conversation.last, id));
            conversation.messages.push_back(message);
            conversation.unread = conversation.unread.saturating_add(1);
            self.unread += 1;
            conversation.last = message;
            self.by_last.insert((message, id));
        }
        id
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(crate) fn get(&self, id: ConversationId) -> Option<&Conversation> {
        self.by_id.get(&id)
    }

    /// How many messages nobody at the inbox has looked at.
    pub(crate) const fn unread(&self) -> u64 {
        self.unread
    }

    /// Those whose last message lies before `before`, the newest first.
    pub(crate) fn newest_before(
        &self,
        before: MessageId,
    ) -> impl Iterator<Item = (ConversationId, &Conversation)> {
        self.by_last
            .range(..(before, 0))
            .rev()
            .filter_map(|(_, id)| Some((*id, self.by_id.get(id)?)))
    }

    /// Notes that a person at the inbox has looked at it.
    pub(crate) fn seen(&mut self, id: ConversationId) -> bool {
        let Some(conversation) = self.by_id.get_mut(&id) else {
            return false;
        };
        let seen = std::mem::take(&mut conversation.unread);
        self.unread = self.unread.saturating_sub(seen.into());
        true
    }

    fn forget(&mut self, id: ConversationId, message: MessageId) {
        let Some(conversation) = self.by_id.get_mut(&id) else {
            return;
        };
        conversation.messages.retain(|kept| *kept != message);
        let kept = u32::try_from(conversation.messages.len()).unwrap_or(u32::MAX);
        let gone_unread = conversation.unread.saturating_sub(kept);
        conversation.unread -= gone_unread;
        self.unread = self.unread.saturating_sub(gone_unread.into());
        if conversation.messages.is_empty()
            && let Some(gone) = self.by_id.remove(&id)
        {
            self.by_last.remove(&(gone.last, id));
            self.by_parties.remove(&gone.parties);
        }
    }
}
