//! All that belongs to one api key; no workspace sees another.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Moment;
use crate::rules::Rules;
use crate::state::account::{Account, Targets};
use crate::state::conversation::Conversations;
use crate::state::failover::{Failover, Step};
use crate::state::message::{FailoverId, Message, MessageId};
use crate::state::rate_limit::Bucket;
use crate::state::seeded_rng::SeededRng;
use crate::state::table::Table;
use crate::state::webhook::delivery::DeliveryId;
use crate::state::webhook::queue::WebhookQueue;

/// Retention of a workspace; beyond any limit, the oldest messages are removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Retention {
    pub(crate) messages: usize,
    /// Estimated memory of messages, webhooks and workflows.
    pub(crate) bytes: usize,
    /// In the emulator's time.
    pub(crate) age: Duration,
}

/// The numbers that were given last: they go on, so that nothing new is taken for something old.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Numbers {
    pub(crate) things: u64,
    pub(crate) webhooks: u64,
    pub(crate) conversations: u64,
    /// Time by which the clock was moved by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) moved_to: Option<Moment>,
}

/// The state of one api key.
pub(crate) struct WorkspaceState {
    pub(crate) account: Arc<Account>,
    pub(crate) rules: Rules,
    pub(crate) bucket: Option<Bucket>,
    pub(crate) messages: Table<Message>,
    pub(crate) by_uuid: HashMap<Uuid, MessageId>,
    pub(crate) failovers: Table<Failover>,
    pub(crate) webhooks: WebhookQueue,
    pub(crate) conversations: Conversations,
    /// Counts everything that gets a number.
    last: u64,
    /// Time by which the clock was moved by hand.
    pub(crate) moved_to: Option<Moment>,
    /// Its webhook targets differed from the configuration; the second flag is set while that is still to be stored.
    pub(crate) has_own_targets: bool,
    pub(crate) targets_changed: bool,
    /// The numbers as they were written down last.
    pub(crate) told: Numbers,
}

impl WorkspaceState {
    pub(crate) fn new(account: Account, rules: Rules, bucket: Option<Bucket>) -> Self {
        Self {
            account: Arc::new(account),
            rules,
            bucket,
            messages: Table::default(),
            by_uuid: HashMap::new(),
            failovers: Table::default(),
            webhooks: WebhookQueue::default(),
            conversations: Conversations::default(),
            last: 0,
            moved_to: None,
            has_own_targets: false,
            targets_changed: false,
            told: Numbers::default(),
        }
    }

    /// Remembers from now on what changes.
    pub(crate) fn track(&mut self) {
        self.messages.track();
        self.failovers.track();
        self.webhooks.table_mut().track();
        self.conversations.seen_mut().track();
        // The rules of the beginning are the configuration's, and are written down once they differ from it.
        self.rules.take_changed();
    }

    /// A number that was never given before.
    pub(crate) fn next_number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// The generator of the thing with this number.
    pub(crate) fn rng(&self, seed: u64, number: u64) -> SeededRng {
        SeededRng::new(seed, self.account.api_key().as_str(), number)
    }

    /// Random numbers for the nth webhook about a subject.
    pub(crate) fn webhook_rng(&self, seed: u64, number: u64, which: usize) -> SeededRng {
        let mut rng = self.rng(seed, number);
        let which = u64::try_from(which).unwrap_or(u64::MAX);
        SeededRng::new(rng.draw(), "webhook", which)
    }

    pub(crate) fn find(&self, uuid: &str) -> Option<&Message> {
        let uuid = Uuid::try_parse(uuid).ok()?;
        self.messages.get(*self.by_uuid.get(&uuid)?)
    }

    /// Adds a message.
    pub(crate) fn add(&mut self, message: Message) {
        let (id, bytes) = (message.id, message.bytes());
        self.by_uuid.insert(message.uuid, id);
        self.messages.insert(id, message);
        self.messages.weigh(id, bytes);
    }

    pub(crate) fn numbers(&self) -> Numbers {
        Numbers {
            things: self.last,
            webhooks: self.webhooks.last(),
            conversations: self.conversations.last(),
            moved_to: self.moved_to,
        }
    }

    /// Goes on with numbers that were given before.
    pub(crate) fn go_on_from(&mut self, numbers: Numbers) {
        self.last = self.last.max(numbers.things);
        self.webhooks.go_on_from(numbers.webhooks);
        self.conversations.go_on_from(numbers.conversations);
        self.moved_to = self.moved_to.max(numbers.moved_to);
    }

    /// Sends webhooks elsewhere from now on.
    pub(crate) fn set_targets(&mut self, targets: Targets) {
        Arc::make_mut(&mut self.account).targets = targets;
        self.has_own_targets = true;
        self.targets_changed = true;
    }

    /// Sends webhooks where a receiver has registered itself before, but for what is named now.
    pub(crate) fn go_on_with(&mut self, saved: Targets) {
        let named = &mut Arc::make_mut(&mut self.account).targets;
        named.status_url = named.status_url.take().or(saved.status_url);
        named.inbound_url = named.inbound_url.take().or(saved.inbound_url);
        self.has_own_targets = true;
    }

    /// The webhook targets, if they differ from the configuration.
    pub(crate) fn own_targets(&self) -> Option<&Targets> {
        self.has_own_targets.then_some(&self.account.targets)
    }

    /// Removes the oldest messages until there are no more than are kept; with the time, none that are older than that
    /// either. Returns the webhooks that may go out now, since those before them are gone.
    pub(crate) fn retain(&mut self, keep: Retention, now: Option<Moment>) -> Vec<DeliveryId> {
        let mut ready = Vec::new();
        loop {
            let is_too_large = self.bytes() > keep.bytes;
            let is_too_old =
                |oldest: &Message| now.is_some_and(|now| now.since(oldest.at) > keep.age);
            let is_full = is_too_large
                || self.messages.len() > keep.messages
                || self.messages.first().is_some_and(is_too_old);
            if !is_full {
                break;
            }
            if is_too_large && self.remove_oldest_failover() {
                continue;
            }
            let Some((id, message)) = self.messages.pop_first() else {
                break;
            };
            ready.extend(self.remove_rest(id, &message));
        }
        ready.retain(|delivery| self.webhooks.get(*delivery).is_some());
        ready
    }

    /// Removes what belongs to a message that was removed. Returns the webhooks that may go out now.
    pub(super) fn remove_rest(&mut self, id: MessageId, message: &Message) -> Vec<DeliveryId> {
        self.by_uuid.remove(&message.uuid);
        let webhooks = message.webhooks.iter();
        let ready = webhooks
            .filter_map(|id| self.webhooks.remove(*id))
            .collect();
        if let Some((failover, _)) = message.failover {
            self.remove_failover(failover, id);
        }
        self.conversations.forget(message.conversation, id);
        ready
    }

    /// Estimated memory of all that is kept.
    fn bytes(&self) -> usize {
        self.messages.bytes() + self.webhooks.table().bytes() + self.failovers.bytes()
    }

    /// Removes the oldest failover if it is older than all messages, and none of its own is left: it waits for its time only.
    fn remove_oldest_failover(&mut self) -> bool {
        let is_left = |step: &Step| step.message.is_some_and(|id| self.messages.contains(id));
        let oldest = self.messages.first().map_or(u64::MAX, |oldest| oldest.id);
        let is_void = self
            .failovers
            .iter()
            .next()
            .is_some_and(|(id, failover)| id < oldest && !failover.steps.iter().any(is_left));
        is_void && self.failovers.pop_first().is_some()
    }

    /// Forgets a failover with the last of its messages, `gone` being one that goes; not while its time still runs.
    fn remove_failover(&mut self, id: FailoverId, gone: MessageId) {
        let is_needed = self.failovers.get(id).is_some_and(|failover| {
            let mut sent = failover.steps.iter().filter_map(|step| step.message);
            sent.any(|message| message > gone) || failover.is_timed()
        });
        if !is_needed {
            self.failovers.remove(id);
        }
    }

    /// Removes all messages. Numbers continue, so an attempt still in flight cannot be confused with a new one.
    pub(crate) fn clear(&mut self) {
        self.messages.clear();
        self.by_uuid.clear();
        self.failovers.clear();
        self.webhooks.clear();
        self.conversations.clear();
    }
}
