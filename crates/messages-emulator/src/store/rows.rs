//! The state of a workspace as rows: for a file that keeps it, and for snapshots. Whatever can be derived is not in them.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use crate::clock::Moment;
use crate::rules::CountedRule;
use crate::state::account::Targets;
use crate::state::failover::Failover;
use crate::state::message::{ConversationId, Message, MessageId};
use crate::state::table::Table;
use crate::state::webhook::delivery::WebhookDelivery;
use crate::state::workspace::{Numbers, WorkspaceState};
use crate::state::{State, WorkspaceId};

/// Highest number of a row: SQLite can store it, and what comes after it can be counted.
const NUMBER_MAX: u64 = 1 << 62;
/// Most steps of a failover: no request has room for as many.
const STEPS_MAX: usize = 1 << 20;

/// The subject of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Message,
    Failover,
    Webhook,
    /// The last message of a conversation that was seen at the inbox; the row has the conversation's number.
    Seen,
    /// All rules in one row, each with how often it was met.
    Rules,
    /// The numbers that were given last, in one row.
    Numbers,
    /// The webhook targets, in one row, once they differ from the configuration. Not part of a snapshot: receivers are
    /// not part of the history.
    Targets,
}

#[cfg(feature = "persistence")]
impl Kind {
    /// All of them.
    pub(crate) const ALL: [Self; 7] = [
        Self::Message,
        Self::Failover,
        Self::Webhook,
        Self::Seen,
        Self::Rules,
        Self::Numbers,
        Self::Targets,
    ];
}

/// A piece of a workspace's state.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) kind: Kind,
    /// Its number among those of its kind.
    pub(crate) id: u64,
    pub(crate) doc: Box<RawValue>,
}

/// A change to the stored rows.
#[cfg_attr(
    not(feature = "persistence"),
    expect(
        dead_code,
        reason = "nothing reads them without something that keeps them"
    )
)]
pub(crate) enum RowChange {
    Put(Row),
    Remove(Kind, u64),
    /// Every row of the kind goes.
    Clear(Kind),
}

/// Rows, understood.
#[derive(Default)]
pub(crate) struct Parts {
    pub(crate) messages: Vec<(u64, Message)>,
    pub(crate) failovers: Vec<(u64, Failover)>,
    pub(crate) webhooks: Vec<(u64, WebhookDelivery)>,
    pub(crate) seen: Vec<(u64, MessageId)>,
    pub(crate) rules: Option<Vec<CountedRule>>,
    pub(crate) numbers: Numbers,
    pub(crate) targets: Option<Targets>,
}

impl Parts {
    /// Reads rows.
    ///
    /// # Errors
    /// If one of them is not what its kind says.
    pub(crate) fn read(rows: &[Row]) -> Result<Self, serde_json::Error> {
        fn doc<T: DeserializeOwned>(row: &Row) -> Result<T, serde_json::Error> {
            serde_json::from_str(row.doc.get())
        }
        let mut parts = Self::default();
        for row in rows {
            match row.kind {
                Kind::Message => parts.messages.push((row.id, doc(row)?)),
                Kind::Failover => parts.failovers.push((row.id, doc(row)?)),
                Kind::Webhook => parts.webhooks.push((row.id, doc(row)?)),
                Kind::Seen => parts.seen.push((row.id, doc(row)?)),
                Kind::Rules => parts.rules = Some(doc(row)?),
                Kind::Numbers => parts.numbers = doc(row)?,
                Kind::Targets => parts.targets = Some(doc(row)?),
            }
        }
        if !parts.is_sound() {
            return Err(serde_json::Error::custom("a number is out of range"));
        }
        // Conversations and queues are rebuilt in the order in which things came about.
        parts.messages.sort_unstable_by_key(|(id, _)| *id);
        parts.webhooks.sort_unstable_by_key(|(id, _)| *id);
        Ok(parts)
    }

    /// Returns `true` if all numbers can be incremented, and every place in a failover exists.
    fn is_sound(&self) -> bool {
        let numbers = self.numbers;
        let counted = [numbers.things, numbers.webhooks, numbers.conversations];
        let is_message = |(id, message): &(u64, Message)| {
            *id == message.id
                && message.id.max(message.conversation).max(message.order_key) <= NUMBER_MAX
                && message.failover.is_none_or(|(_, step)| step < STEPS_MAX)
        };
        counted.into_iter().all(|number| number <= NUMBER_MAX)
            && self.messages.iter().all(is_message)
            && self.webhooks.iter().all(|(id, _)| *id <= NUMBER_MAX)
            && self.failovers.iter().all(|(_, failover)| {
                failover.current < failover.steps.len() && failover.steps.len() <= STEPS_MAX
            })
    }

    /// Moves all times on, so that what was to come is as far away as it was.
    pub(crate) fn move_on(&mut self, by: Duration) {
        for (_, message) in &mut self.messages {
            message.at = message.at.after(by);
            for change in &mut message.history {
                change.at = change.at.after(by);
            }
            let typing_until = &mut message.marks.typing_until;
            *typing_until = typing_until.map(|until| until.after(by));
        }
        for (_, failover) in &mut self.failovers {
            failover.deadline = failover.deadline.map(|deadline| deadline.after(by));
        }
        for (_, delivery) in &mut self.webhooks {
            delivery.due = delivery.due.map(|due| due.after(by));
            for attempt in &mut delivery.attempts {
                attempt.at = attempt.at.after(by);
            }
        }
        for one in self.rules.iter_mut().flatten() {
            one.since = one.since.after(by);
        }
    }

    /// The last moment of which they tell; time goes on from there.
    pub(crate) fn latest(&self) -> Option<Moment> {
        let of_messages = self.messages.iter().flat_map(|(_, message)| {
            let changes = message.history.iter().map(|change| change.at);
            changes.chain(std::iter::once(message.at))
        });
        let of_posts = self
            .webhooks
            .iter()
            .flat_map(|(_, delivery)| &delivery.attempts);
        of_messages
            .chain(of_posts.map(|attempt| attempt.at))
            .chain(self.numbers.moved_to)
            .max()
    }
}

impl State {
    /// The changes since the last call; empty while changes are not recorded.
    pub(crate) fn take_changes(&mut self) -> Vec<(WorkspaceId, Vec<RowChange>)> {
        if !self.tracked {
            return Vec::new();
        }
        let workspaces = self.workspaces.iter_mut();
        let changed = workspaces.filter_map(|(id, workspace)| {
            let mut changes = Vec::new();
            workspace.take_changes(&mut changes);
            (!changes.is_empty()).then_some((id, changes))
        });
        changed.collect()
    }
}

impl WorkspaceState {
    /// The changes since the last call, in an order in which they can be applied.
    pub(crate) fn take_changes(&mut self, changes: &mut Vec<RowChange>) {
        take(Kind::Message, &mut self.messages, changes);
        take(Kind::Failover, &mut self.failovers, changes);
        take(Kind::Webhook, self.webhooks.table_mut(), changes);
        take(Kind::Seen, self.conversations.seen_mut(), changes);
        if self.rules.take_changed() {
            put(Kind::Rules, 0, self.rules.counted(), changes);
        }
        if std::mem::take(&mut self.targets_changed) {
            put(Kind::Targets, 0, &self.account.targets, changes);
        }
        let numbers = self.numbers();
        if self.told != numbers {
            self.told = numbers;
            put(Kind::Numbers, 0, &numbers, changes);
        }
    }

    /// The whole state, without the time: where it is put back, another one has come.
    pub(crate) fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        all(Kind::Message, &self.messages, &mut rows);
        all(Kind::Failover, &self.failovers, &mut rows);
        all(Kind::Webhook, self.webhooks.table(), &mut rows);
        all(Kind::Seen, self.conversations.seen_marks(), &mut rows);
        rows.extend(row(Kind::Rules, 0, self.rules.counted()));
        let numbers = Numbers {
            moved_to: None,
            ..self.numbers()
        };
        rows.extend(row(Kind::Numbers, 0, &numbers));
        rows
    }
}

impl WorkspaceState {
    /// The rows of a conversation, or of all of them: messages, their failovers and webhooks, and what was seen.
    pub(crate) fn rows_of(&self, conversation: Option<ConversationId>) -> Vec<Row> {
        let is_message = |id: MessageId| {
            let message = self.messages.get(id);
            message.is_some_and(|one| conversation.is_none_or(|of| of == one.conversation))
        };
        let mut rows = Vec::new();
        let mut failovers = BTreeSet::new();
        for (id, message) in self.messages.iter().filter(|(id, _)| is_message(*id)) {
            rows.extend(row(Kind::Message, id, message));
            failovers.extend(message.failover.map(|(failover, _)| failover));
        }
        for id in failovers {
            let failover = self.failovers.get(id);
            rows.extend(failover.and_then(|failover| row(Kind::Failover, id, failover)));
        }
        for (id, delivery) in self.webhooks.table().iter() {
            if is_message(delivery.message) {
                rows.extend(row(Kind::Webhook, id, delivery));
            }
        }
        for (id, message) in self.conversations.seen_marks().iter() {
            if conversation.is_none_or(|of| of == id) {
                rows.extend(row(Kind::Seen, id, message));
            }
        }
        rows
    }
}

/// No type of the rows can fail to be written: every map has texts for keys.
fn row<T: Serialize + ?Sized>(kind: Kind, id: u64, value: &T) -> Option<Row> {
    let doc = to_raw_value(value).ok()?;
    Some(Row { kind, id, doc })
}

fn put<T: Serialize + ?Sized>(kind: Kind, id: u64, value: &T, changes: &mut Vec<RowChange>) {
    changes.extend(row(kind, id, value).map(RowChange::Put));
}

fn take<T: Serialize>(kind: Kind, table: &mut Table<T>, changes: &mut Vec<RowChange>) {
    let taken = table.take_changes();
    if taken.cleared {
        changes.push(RowChange::Clear(kind));
    }
    for id in taken.touched {
        match table.get(id) {
            Some(value) => put(kind, id, value, changes),
            None => changes.push(RowChange::Remove(kind, id)),
        }
    }
}

fn all<T: Serialize>(kind: Kind, table: &Table<T>, rows: &mut Vec<Row>) {
    rows.extend(table.iter().filter_map(|(id, value)| row(kind, id, value)));
}
