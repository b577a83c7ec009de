//! Planted bugs, which the simulation and the search must catch.

use jiff::Timestamp;

use crate::digest::{Digest, RecipientHash};
use crate::id::RowId;
use crate::ledger::{Aggregates, LastConsent, Meta, Tables};
use crate::memory::MemoryTables;
use crate::quota::{SlotScope, Slots};
use crate::row::{Lane, Priority, Row, State, StatusFact};
use crate::run::{Run, RunId, Sight};
use crate::store::{Filter, HistoryEntry, RunFilter, Scope, StoreError};

/// Bug that a ledger could have. Each was found in a program that sends messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Bug {
    /// The worker posts first and stores that afterwards.
    SendThenMark,
    /// A sending row whose lease is over returns to the queue.
    RequeueSending,
    /// An outcome is stored, also from an earlier holder.
    SettleWithoutEpoch,
    /// A status of an unknown message is acknowledged and dropped.
    DropUnmatched,
    /// A purge erases the payloads of open rows.
    PurgeOpenRow,
    /// The quota is read in one transaction and written in another.
    QuotaReadThenWrite,
}

impl Bug {
    /// All bugs.
    pub const ALL: [Self; 6] = [
        Self::SendThenMark,
        Self::RequeueSending,
        Self::SettleWithoutEpoch,
        Self::DropUnmatched,
        Self::PurgeOpenRow,
        Self::QuotaReadThenWrite,
    ];
}

/// Tables in memory with a planted bug, or without.
#[derive(Clone)]
pub(crate) struct Mutant {
    pub(crate) inner: MemoryTables,
    pub(crate) bug: Option<Bug>,
    /// Slots before the last write, which a second reader still sees under [`Bug::QuotaReadThenWrite`].
    before_write: Option<(SlotScope, Slots)>,
}

impl Mutant {
    pub(crate) fn new(bug: Option<Bug>) -> Self {
        Self {
            inner: MemoryTables::default(),
            bug,
            before_write: None,
        }
    }

    fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }
}

macro_rules! pass_on {
    ($($method:ident($($argument:ident: $type:ty),*) -> $result:ty;)+) => { $(
        fn $method(&mut self, $($argument: $type),*) -> Result<$result, StoreError> {
            self.inner.$method($($argument),*)
        }
    )+ };
}

pub(crate) use pass_on;

impl Tables for Mutant {
    fn update(
        &mut self,
        before: &Row,
        after: &Row,
        entry: Option<&HistoryEntry>,
    ) -> Result<bool, StoreError> {
        let is_lease_over = entry.is_some_and(|entry| entry.event == "lease_over");
        if self.has(Bug::RequeueSending) && is_lease_over && before.state == State::Sending {
            let queued = Row {
                state: State::Queued,
                ..after.clone()
            };
            return self.inner.update(before, &queued, entry);
        }
        self.inner.update(before, after, entry)
    }

    fn park(&mut self, fact: &StatusFact, until: Timestamp) -> Result<(), StoreError> {
        if self.has(Bug::DropUnmatched) {
            return Ok(());
        }
        self.inner.park(fact, until)
    }

    fn slots(&mut self, scope: &SlotScope) -> Result<Slots, StoreError> {
        if self.has(Bug::QuotaReadThenWrite)
            && let Some((_, slots)) = self.before_write.take_if(|(known, _)| known == scope)
        {
            return Ok(slots);
        }
        self.inner.slots(scope)
    }

    fn set_slots(&mut self, scope: &SlotScope, slots: &Slots) -> Result<(), StoreError> {
        self.before_write = Some((scope.clone(), self.inner.slots(scope)?));
        self.inner.set_slots(scope, slots)
    }

    pass_on! {
        meta() -> Meta;
        set_adopted() -> ();
        open_rows() -> u64;
        insert(row: &Row, payload: &[u8]) -> ();
        find_key(key: &Digest) -> Option<(RowId, Digest)>;
        find_uuid(uuid: &str) -> Option<RowId>;
        load(id: RowId) -> Option<Row>;
        payload(id: RowId) -> Option<Vec<u8>>;
        erase_payload(id: RowId) -> ();
        history(id: RowId) -> Vec<HistoryEntry>;
        due_lanes(now: Timestamp) -> Vec<Lane>;
        due_rows(lane: &Lane, priority: Priority, now: Timestamp, except: &[String], limit: u32) -> Vec<Row>;
        next_due(now: Timestamp) -> Option<Timestamp>;
        leases_over(now: Timestamp, limit: u32) -> Vec<Row>;
        aged(state: State, time: Timestamp, limit: u32) -> Vec<Row>;
        select(filter: &Filter, after: Option<RowId>, limit: u32) -> Vec<Row>;
        holds() -> Vec<Scope>;
        set_hold(scope: &Scope, held: bool) -> bool;
        consent(group: &str, recipient: RecipientHash) -> Option<LastConsent>;
        set_consent(group: &str, recipient: RecipientHash, consent: LastConsent) -> ();
        unpark(uuid: &str) -> Vec<StatusFact>;
        discard_parked(now: Timestamp) -> u64;
        insert_run(run: &Run, document: &[u8], recipients: &[RecipientHash]) -> ();
        load_run(id: RunId) -> Option<Run>;
        definition(digest: &Digest) -> Option<Vec<u8>>;
        update_run(before: &Run, after: &Run) -> bool;
        erase_run(run: &Run) -> ();
        due_runs(accounts: &[String], now: Timestamp, limit: u32) -> Vec<Run>;
        next_wake(accounts: &[String]) -> Option<Timestamp>;
        runs_of(recipient: RecipientHash) -> Vec<Run>;
        select_runs(filter: &RunFilter, after: Option<RunId>, limit: u32) -> Vec<Run>;
        running_runs() -> u64;
        sight() -> Sight;
        set_sight(sight: &Sight) -> ();
        aggregates(now: Timestamp) -> Aggregates;
    }
}
