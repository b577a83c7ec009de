//! Tables with a planted bug, and tables whose readers are late.

use jiff::Timestamp;

use crate::digest::{Digest, RecipientHash};
use crate::id::RowId;
use crate::ledger::{Aggregates, LastConsent, Meta, Tables};
use crate::memory::MemoryTables;
use crate::quota::{SlotScope, Slots};
use crate::row::{Lane, Priority, Row, State, StatusFact};
use crate::run::{Run, RunId, Sight};
use crate::store::{Filter, HistoryEntry, RunFilter, Scope, StoreError};
use crate::testing::planted::pass_on;

/// Bug that an engine of runs could have. Each sends a recipient a second message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RunBug {
    /// Deadlines pass while the receiver of webhooks is down.
    FailoverWhileBlind,
    /// A deadline is written over a status that was committed after the run was read.
    DeadlineWithoutGuard,
    /// A worker that died is recovered by repeating the step it was at.
    StepResentAfterCrash,
}

impl RunBug {
    /// All bugs.
    pub const ALL: [Self; 3] = [
        Self::FailoverWhileBlind,
        Self::DeadlineWithoutGuard,
        Self::StepResentAfterCrash,
    ];
}

/// Tables in memory with a planted bug or without, whose due runs may have been read before the last commits, as with
/// most databases.
#[derive(Clone)]
pub(super) struct LateTables {
    pub(super) inner: MemoryTables,
    bug: Option<RunBug>,
    /// Due runs as they were read.
    pub(super) read: Option<Vec<Run>>,
    /// Number of writes that the guard refused.
    pub(super) refused: u64,
}

impl LateTables {
    pub(super) fn new(bug: Option<RunBug>) -> Self {
        Self {
            inner: MemoryTables::default(),
            bug,
            read: None,
            refused: 0,
        }
    }

    /// Recovers the steps whose messages a dead worker held, under [`RunBug::StepResentAfterCrash`].
    pub(super) fn recover(&mut self, ids: &[RowId]) -> Result<(), StoreError> {
        if self.bug != Some(RunBug::StepResentAfterCrash) {
            return Ok(());
        }
        for id in ids {
            if let Some(row) = self.inner.load(*id)?
                && row.state == State::Sending
            {
                let again = Row {
                    state: State::Queued,
                    lease_until: None,
                    ..row.clone()
                };
                self.inner.update(&row, &again, None)?;
            }
        }
        Ok(())
    }
}

impl Tables for LateTables {
    fn due_runs(
        &mut self,
        accounts: &[String],
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Run>, StoreError> {
        match self.read.take() {
            Some(runs) => Ok(runs),
            None => self.inner.due_runs(accounts, now, limit),
        }
    }

    fn update_run(&mut self, before: &Run, after: &Run) -> Result<bool, StoreError> {
        let written = match (self.bug, self.inner.load_run(before.id)?) {
            (Some(RunBug::DeadlineWithoutGuard), Some(stored)) => {
                self.inner.update_run(&stored, after)?
            }
            _ => self.inner.update_run(before, after)?,
        };
        self.refused += u64::from(!written);
        Ok(written)
    }

    fn sight(&mut self) -> Result<Sight, StoreError> {
        match self.bug {
            Some(RunBug::FailoverWhileBlind) => Ok(Sight::default()),
            _ => self.inner.sight(),
        }
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
        update(before: &Row, after: &Row, entry: Option<&HistoryEntry>) -> bool;
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
        slots(scope: &SlotScope) -> Slots;
        set_slots(scope: &SlotScope, slots: &Slots) -> ();
        consent(group: &str, recipient: RecipientHash) -> Option<LastConsent>;
        set_consent(group: &str, recipient: RecipientHash, consent: LastConsent) -> ();
        park(fact: &StatusFact, until: Timestamp) -> ();
        unpark(uuid: &str) -> Vec<StatusFact>;
        discard_parked(now: Timestamp) -> u64;
        insert_run(run: &Run, document: &[u8], recipients: &[RecipientHash]) -> ();
        load_run(id: RunId) -> Option<Run>;
        definition(digest: &Digest) -> Option<Vec<u8>>;
        erase_run(run: &Run) -> ();
        next_wake(accounts: &[String]) -> Option<Timestamp>;
        runs_of(recipient: RecipientHash) -> Vec<Run>;
        select_runs(filter: &RunFilter, after: Option<RunId>, limit: u32) -> Vec<Run>;
        running_runs() -> u64;
        set_sight(sight: &Sight) -> ();
        aggregates(now: Timestamp) -> Aggregates;
    }
}
