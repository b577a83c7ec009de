//! The conversations of a workspace, as the inbox lists them.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use crate::state::channel::Channel;
use crate::state::message::{ConversationId, Message, MessageId};
use crate::state::table::Table;

/// The two addresses and the channel of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Parties {
    pub(crate) channel: Channel,
    pub(crate) ours: Arc<str>,
    pub(crate) person: Arc<str>,
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
    /// Up to which message each was seen.
    seen: Table<MessageId>,
    last: ConversationId,
    /// Of all conversations together.
    unread: u64,
}

impl Conversations {
    /// Adds a message to the conversation of its parties, which begins if there is none. Returns the conversation's own
    /// parties: its messages share their texts.
    pub(crate) fn add(
        &mut self,
        parties: Parties,
        message: MessageId,
    ) -> (ConversationId, Parties) {
        let (parties, id) = match self.by_parties.get_key_value(&parties) {
            Some((shared, id)) => (shared.clone(), *id),
            None => {
                self.last += 1;
                (parties, self.last)
            }
        };
        self.append(id, parties.clone(), message);
        (id, parties)
    }

    /// Adds a message that was there before to its conversation, and has it share the texts of the parties.
    pub(crate) fn put_back(&mut self, message: &mut Message) {
        let mut parties = Parties {
            channel: message.channel,
            ours: Arc::clone(&message.ours),
            person: Arc::clone(&message.person),
        };
        if let Some((shared, _)) = self.by_parties.get_key_value(&parties) {
            parties = shared.clone();
            message.ours = Arc::clone(&parties.ours);
            message.person = Arc::clone(&parties.person);
        }
        self.last = self.last.max(message.conversation);
        self.append(message.conversation, parties, message.id);
    }

    fn append(&mut self, id: ConversationId, parties: Parties, message: MessageId) {
        let conversation = self.by_id.entry(id).or_insert_with(|| {
            self.by_parties.insert(parties.clone(), id);
            Conversation {
                parties,
                messages: VecDeque::new(),
                unread: 0,
                last: message,
            }
        });
        self.by_last.remove(&(conversation.last, id));
        conversation.messages.push_back(message);
        conversation.unread = conversation.unread.saturating_add(1);
        self.unread += 1;
        conversation.last = message;
        self.by_last.insert((message, id));
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(crate) fn get(&self, id: ConversationId) -> Option<&Conversation> {
        self.by_id.get(&id)
    }

    /// Number of messages that were not opened in the inbox.
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

    /// Number of conversations whose last message is before `before`. Linear in their number.
    pub(crate) fn count_before(&self, before: MessageId) -> usize {
        self.by_last.range(..(before, 0)).count()
    }

    /// Marks it as seen at the inbox.
    pub(crate) fn seen(&mut self, id: ConversationId) -> bool {
        let last = self.by_id.get(&id).map(|conversation| conversation.last);
        last.map(|last| self.see(id, last)).is_some()
    }

    /// Notes that a conversation was seen up to a message.
    pub(crate) fn see(&mut self, id: ConversationId, message: MessageId) {
        if let Some(conversation) = self.by_id.get_mut(&id) {
            let newest_first = conversation.messages.iter().rev();
            let unread = newest_first.take_while(|one| **one > message).count();
            let unread = u32::try_from(unread).unwrap_or(u32::MAX);
            let before = std::mem::replace(&mut conversation.unread, unread);
            self.unread = self
                .unread
                .saturating_sub(before.saturating_sub(unread).into());
            self.seen.insert(id, message);
        }
    }

    pub(crate) fn forget(&mut self, id: ConversationId, message: MessageId) {
        let Some(conversation) = self.by_id.get_mut(&id) else {
            return;
        };
        // The oldest goes first, except where an older one was put back late.
        if conversation.messages.front() == Some(&message) {
            conversation.messages.pop_front();
        } else {
            conversation.messages.retain(|kept| *kept != message);
        }
        let left = u32::try_from(conversation.messages.len()).unwrap_or(u32::MAX);
        let gone_unread = conversation.unread.saturating_sub(left);
        conversation.unread -= gone_unread;
        self.unread = self.unread.saturating_sub(gone_unread.into());
        if conversation.messages.is_empty()
            && let Some(gone) = self.by_id.remove(&id)
        {
            self.by_last.remove(&(gone.last, id));
            self.by_parties.remove(&gone.parties);
            self.seen.remove(id);
        }
    }

    /// Forgets all. Numbers go on.
    pub(crate) fn clear(&mut self) {
        self.by_id.clear();
        self.by_parties.clear();
        self.by_last.clear();
        self.seen.clear();
        self.unread = 0;
    }

    /// Numbers go on after this one.
    pub(crate) fn go_on_from(&mut self, last: ConversationId) {
        self.last = self.last.max(last);
    }

    /// The number that was given last.
    pub(crate) const fn last(&self) -> ConversationId {
        self.last
    }

    pub(crate) const fn seen_marks(&self) -> &Table<MessageId> {
        &self.seen
    }

    pub(crate) const fn seen_mut(&mut self) -> &mut Table<MessageId> {
        &mut self.seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::seeded_rng::SeededRng;

    fn parties(person: u64) -> Parties {
        Parties {
            channel: Channel::Sms,
            ours: "447700900001".into(),
            person: person.to_string().into(),
        }
    }

    /// A message of the model: its number, its conversation, and whether it was seen.
    type Row = (MessageId, ConversationId, bool);

    fn check(conversations: &Conversations, rows: &[Row], seed: u64) {
        let mut last: HashMap<ConversationId, MessageId> = HashMap::new();
        let mut unread: HashMap<ConversationId, u32> = HashMap::new();
        for (message, id, seen) in rows {
            last.insert(*id, *message);
            *unread.entry(*id).or_default() += u32::from(!seen);
        }
        let mut newest: Vec<_> = last.into_iter().map(|(id, last)| (last, id)).collect();
        newest.sort_unstable_by(|one, other| other.cmp(one));
        let listed = conversations.newest_before(u64::MAX);
        let listed = listed.map(|(id, one)| (one.last, id));
        assert_eq!(Vec::from_iter(listed), newest, "seed {seed}");
        assert_eq!(conversations.len(), newest.len());
        assert_eq!(
            conversations.unread(),
            unread.values().map(|one| u64::from(*one)).sum::<u64>()
        );
        for (last, id) in newest {
            let conversation = conversations.get(id).expect("it has messages");
            assert_eq!(conversation.unread, unread[&id], "seed {seed}");
            assert!(conversations.count_before(last + 1) > conversations.count_before(last));
        }
    }

    #[test]
    fn conversations_agree_with_a_list_of_messages() {
        for seed in 0..50 {
            let mut rng = SeededRng::new(seed, "conversations", 0);
            let mut conversations = Conversations::default();
            let mut rows: Vec<Row> = Vec::new();
            for message in 1..200 {
                match rng.draw() % 4 {
                    0 if !rows.is_empty() => {
                        let (oldest, id, _) = rows.remove(0);
                        conversations.forget(id, oldest);
                    }
                    1 if !rows.is_empty() => {
                        let index = usize::try_from(rng.draw() % 8).expect("small") % rows.len();
                        let id = rows[index].1;
                        assert!(conversations.seen(id));
                        for row in rows.iter_mut().filter(|row| row.1 == id) {
                            row.2 = true;
                        }
                    }
                    _ => {
                        let (id, _) = conversations.add(parties(rng.draw() % 5), message);
                        rows.push((message, id, false));
                    }
                }
                check(&conversations, &rows, seed);
            }
        }
    }

    #[test]
    fn messages_share_the_texts_of_their_parties() {
        let mut conversations = Conversations::default();
        let (first, shared) = conversations.add(parties(1), 1);
        let (second, again) = conversations.add(parties(1), 2);
        assert_eq!(first, second);
        assert!(Arc::ptr_eq(&shared.person, &again.person));
        assert!(!conversations.seen(9), "an unknown conversation");
        conversations.forget(first, 1);
        conversations.forget(first, 2);
        assert_ne!(
            conversations.add(parties(1), 3).0,
            first,
            "numbers are not used again"
        );
    }
}
