//! Planted bugs, which the simulation and the search must catch.

use jiff::Timestamp;

use super::altered::Altered;
use crate::ledger::Tables;
use crate::memory::MemoryTables;
use crate::quota::{SlotScope, Slots};
use crate::row::{Row, State, StatusFact};
use crate::store::{HistoryEntry, StoreError};

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

impl Altered for Mutant {
    fn inner(&mut self) -> &mut MemoryTables {
        &mut self.inner
    }

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
}
