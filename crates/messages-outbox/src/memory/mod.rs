//! Tables in memory, with the indexes that a database would have.

mod campaigns;
mod runs;
mod tables;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use crate::digest::{Digest, RecipientHash};
use crate::id::RowId;
use crate::ledger::LastConsent;
use crate::quota::{SlotScope, Slots};
use crate::row::{Lane, Priority, Row, State, StatusFact};
use crate::run::RunId;
use crate::store::{HistoryEntry, Scope};

use runs::Runs;

/// Tables in memory.
#[derive(Clone)]
pub(crate) struct MemoryTables {
    hash_key: [u8; 32],
    restored: bool,
    rows: BTreeMap<RowId, Row>,
    payloads: HashMap<RowId, Arc<[u8]>>,
    history: HashMap<RowId, Vec<HistoryEntry>>,
    by_key: HashMap<Digest, RowId>,
    by_uuid: HashMap<String, RowId>,
    queue: BTreeMap<(Lane, Priority), BTreeSet<(Timestamp, RowId)>>,
    leases: BTreeSet<(Timestamp, RowId)>,
    since: BTreeMap<State, BTreeSet<(Timestamp, RowId)>>,
    statuses: BTreeMap<String, u64>,
    contradictions: u64,
    holds: BTreeSet<Scope>,
    slots: BTreeMap<SlotScope, Slots>,
    consents: HashMap<(String, RecipientHash), LastConsent>,
    parked: BTreeMap<String, Vec<(Timestamp, StatusFact)>>,
    /// Rows that the present transaction added. Adding is the only step before which a request can still fail.
    added: Vec<RowId>,
    /// Runs that it added.
    added_runs: Vec<RunId>,
    runs: Runs,
    campaigns: BTreeMap<String, campaigns::Stored>,
}

impl Default for MemoryTables {
    fn default() -> Self {
        let mut hash_key = [0; 32];
        fastrand::fill(&mut hash_key);
        Self {
            hash_key,
            restored: false,
            rows: BTreeMap::new(),
            payloads: HashMap::new(),
            history: HashMap::new(),
            by_key: HashMap::new(),
            by_uuid: HashMap::new(),
            queue: BTreeMap::new(),
            leases: BTreeSet::new(),
            since: BTreeMap::new(),
            statuses: BTreeMap::new(),
            contradictions: 0,
            holds: BTreeSet::new(),
            slots: BTreeMap::new(),
            consents: HashMap::new(),
            parked: BTreeMap::new(),
            added: Vec::new(),
            added_runs: Vec::new(),
            runs: Runs::default(),
            campaigns: BTreeMap::new(),
        }
    }
}

impl MemoryTables {
    /// Ends a transaction: commits it, or takes back what it added.
    pub(crate) fn end(&mut self, commit: bool) {
        for id in std::mem::take(&mut self.added) {
            if !commit {
                self.remove(id);
            }
        }
        for id in std::mem::take(&mut self.added_runs) {
            if !commit {
                self.runs.remove(id);
            }
        }
    }

    pub(crate) fn mark_restored(&mut self) {
        self.restored = true;
    }

    fn add(&mut self, row: Row) {
        self.by_key.insert(row.details.key_digest, row.id);
        self.index(&row);
        self.rows.insert(row.id, row);
    }

    fn remove(&mut self, id: RowId) {
        if let Some(row) = self.rows.remove(&id) {
            self.unindex(&row);
            self.by_key.remove(&row.details.key_digest);
            self.payloads.remove(&id);
        }
    }

    fn replace(&mut self, before: &Row, after: &Row) {
        self.unindex(before);
        self.index(after);
        self.rows.insert(after.id, after.clone());
    }

    fn index(&mut self, row: &Row) {
        if row.state == State::Queued && !row.held {
            let place = (row.details.lane.clone(), row.details.priority);
            let queue = self.queue.entry(place).or_default();
            queue.insert((row.due_at, row.id));
        }
        if let Some(until) = row.lease_until {
            self.leases.insert((until, row.id));
        }
        let since = self.since.entry(row.state).or_default();
        since.insert((row.since, row.id));
        for uuid in [&row.message_uuid, &row.workflow_id].into_iter().flatten() {
            self.by_uuid.insert(uuid.clone(), row.id);
        }
        if let Some(status) = &row.status {
            *self.statuses.entry(status.as_str().to_owned()).or_default() += 1;
        }
        self.contradictions += u64::from(row.contradictions);
    }

    fn unindex(&mut self, row: &Row) {
        if row.state == State::Queued && !row.held {
            let place = (row.details.lane.clone(), row.details.priority);
            if let Some(queue) = self.queue.get_mut(&place) {
                queue.remove(&(row.due_at, row.id));
                if queue.is_empty() {
                    self.queue.remove(&place);
                }
            }
        }
        if let Some(until) = row.lease_until {
            self.leases.remove(&(until, row.id));
        }
        if let Some(since) = self.since.get_mut(&row.state) {
            since.remove(&(row.since, row.id));
        }
        if let Some(status) = &row.status
            && let Some(count) = self.statuses.get_mut(status.as_str())
        {
            *count -= 1;
        }
        self.contradictions -= u64::from(row.contradictions);
    }

    fn oldest(&self, state: State) -> Option<Timestamp> {
        Some(self.since.get(&state)?.first()?.0)
    }
}
