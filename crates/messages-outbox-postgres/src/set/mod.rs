//! Working set of one request.
//!
//! The ledger's functions are synchronous, the driver is not. So a request runs as a pure function over the values that
//! were loaded: a read of a value that was not is recorded, and gives an empty value. The [driver](crate::store) loads
//! what was recorded, within the same transaction, and runs the function again, until nothing is missing. Only then are
//! the writes of that last run flushed.

mod campaigns;
mod flush;
mod list;
mod load;
mod row;
mod runs;

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use messages_outbox::ledger::{Aggregates, LastConsent, Meta, Tables};
use messages_outbox::row::{Lane, Priority, Row, StatusFact};
use messages_outbox::run::{Run, RunId, Sight};
use messages_outbox::{
    Digest, Filter, HistoryEntry, RecipientHash, RowId, RunFilter, Scope, SlotScope, Slots, State,
    StoreError,
};

use campaigns::{CampaignWrites, LoadedCampaigns};
use list::List;
use runs::{LoadedRuns, RunNeed, RunWrites};

pub(crate) use campaigns::CampaignNeed;
pub(crate) use load::{CampaignLock, Loader, Locking};

/// A value that a request reads.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Need {
    Row(RowId),
    Payload(RowId),
    History(RowId),
    Key(Digest),
    Uuid(String),
    OpenRows,
    Positions,
    Due(Lane, Priority, u32),
    List(List),
    Holds,
    Slots(SlotScope),
    Consents(RecipientHash),
    Parked(String),
    DiscardParked,
    Run(RunNeed),
    Campaign(CampaignNeed),
    Aggregates,
}

/// Queued rows of one lane, campaign and priority.
#[derive(Debug, Clone)]
pub(crate) struct Position {
    pub(crate) num: i32,
    pub(crate) lane: Lane,
    pub(crate) campaign: Option<String>,
    pub(crate) priority: Priority,
    /// The earliest due time.
    pub(crate) due: Timestamp,
    /// The earliest due time after the present.
    pub(crate) later: Option<Timestamp>,
}

/// A stored row.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) row: Row,
    /// The hash of its recipient is not stored: the next update adds it.
    pub(crate) unhashed: bool,
}

/// Extent of the due rows of a lane and priority that were loaded.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Due {
    /// Number of rows that were asked for, of each campaign.
    pub(crate) asked: u32,
    /// Last row up to which none is missing; `None` if all are loaded.
    pub(crate) end: Option<(Timestamp, RowId)>,
}

/// Values that were loaded within the transaction of a request.
#[derive(Default)]
pub(crate) struct Loaded {
    pub(crate) rows: HashMap<RowId, Option<Stored>>,
    pub(crate) payloads: HashMap<RowId, Option<Vec<u8>>>,
    pub(crate) histories: HashMap<RowId, Vec<HistoryEntry>>,
    pub(crate) keys: HashMap<Digest, Option<(RowId, Digest)>>,
    pub(crate) uuids: HashMap<String, Option<RowId>>,
    pub(crate) open_rows: Option<u64>,
    pub(crate) positions: Option<Vec<Position>>,
    pub(crate) due: HashMap<(Lane, Priority), Due>,
    pub(crate) lists: HashSet<List>,
    pub(crate) holds: Option<Vec<Scope>>,
    pub(crate) slots: HashMap<SlotScope, Option<Slots>>,
    pub(crate) consents: HashMap<RecipientHash, HashMap<String, LastConsent>>,
    pub(crate) parked: HashMap<String, Vec<StatusFact>>,
    pub(crate) discarded: Option<u64>,
    pub(crate) aggregates: Option<Aggregates>,
    runs: LoadedRuns,
    campaigns: LoadedCampaigns,
    /// Due rows, or campaigns, exist that another transaction has locked.
    pub(crate) skipped: bool,
}

/// Writes of one run of a request.
#[derive(Default)]
pub(crate) struct Writes {
    /// Rows as they are after the run.
    rows: BTreeMap<RowId, Row>,
    inserted: Vec<(Row, Vec<u8>)>,
    inserted_keys: HashMap<Digest, (RowId, Digest)>,
    uuids: HashMap<String, RowId>,
    erased: HashSet<RowId>,
    history: Vec<(RowId, HistoryEntry)>,
    holds: BTreeMap<Scope, bool>,
    slots: BTreeMap<SlotScope, Slots>,
    consents: HashMap<(String, RecipientHash), LastConsent>,
    parked: Vec<(StatusFact, Timestamp)>,
    unparked: HashSet<String>,
    adopted: bool,
    runs: RunWrites,
    campaigns: CampaignWrites,
}

impl Writes {
    /// Returns `true` if a status of an unknown message is to be parked.
    pub(crate) fn has_parked(&self) -> bool {
        !self.parked.is_empty()
    }

    /// Returns `true` if a scope is to be paused or resumed.
    pub(crate) fn has_holds(&self) -> bool {
        !self.holds.is_empty()
    }
}

/// The tables of one run.
pub(crate) struct WorkingSet<'a> {
    meta: Meta,
    loaded: &'a Loaded,
    writes: Writes,
    missing: HashSet<Need>,
}

impl<'a> WorkingSet<'a> {
    pub(crate) fn new(meta: Meta, loaded: &'a Loaded) -> Self {
        Self {
            meta,
            loaded,
            writes: Writes::default(),
            missing: HashSet::new(),
        }
    }

    /// Ends the run: its writes, or the values that it lacked.
    pub(crate) fn end(self) -> Result<Writes, HashSet<Need>> {
        match self.missing.is_empty() {
            true => Ok(self.writes),
            false => Err(self.missing),
        }
    }

    /// The loaded value, or an empty one in a run that is repeated.
    fn loaded<T>(&mut self, value: Option<T>, need: impl FnOnce() -> Need) -> Option<T> {
        if value.is_none() {
            self.missing.insert(need());
        }
        value
    }

    /// The row as it is now.
    fn current(&self, id: RowId) -> Option<&Row> {
        let stored = || {
            self.loaded
                .rows
                .get(&id)?
                .as_ref()
                .map(|stored| &stored.row)
        };
        self.writes.rows.get(&id).or_else(stored)
    }

    /// All rows that were loaded or added, as they are now.
    fn all(&self) -> impl Iterator<Item = &Row> {
        let unchanged = self.loaded.rows.values().flatten();
        let unchanged = unchanged.filter(|stored| !self.writes.rows.contains_key(&stored.row.id));
        let unchanged = unchanged.map(|stored| &stored.row);
        unchanged.chain(self.writes.rows.values())
    }

    fn list(&mut self, list: List) -> Vec<Row> {
        if !self.loaded.lists.contains(&list) {
            self.missing.insert(Need::List(list));
            return Vec::new();
        }
        list.of(self.all())
    }
}

impl Tables for WorkingSet<'_> {
    fn meta(&mut self) -> Result<Meta, StoreError> {
        Ok(self.meta)
    }

    fn set_adopted(&mut self) -> Result<(), StoreError> {
        self.writes.adopted = true;
        Ok(())
    }

    fn open_rows(&mut self) -> Result<u64, StoreError> {
        let stored = self.loaded(self.loaded.open_rows, || Need::OpenRows);
        Ok(stored.unwrap_or_default() + self.writes.inserted.len() as u64)
    }

    fn insert(&mut self, row: &Row, payload: &[u8]) -> Result<(), StoreError> {
        let details = &row.details;
        let digests = (row.id, details.digest);
        self.writes
            .inserted_keys
            .insert(details.key_digest, digests);
        self.writes.inserted.push((row.clone(), payload.to_vec()));
        self.writes.rows.insert(row.id, row.clone());
        Ok(())
    }

    fn find_key(&mut self, key: &Digest) -> Result<Option<(RowId, Digest)>, StoreError> {
        let inserted = self.writes.inserted_keys.get(key).copied();
        let inserted = inserted.or_else(|| self.writes.runs.find_key(key));
        if inserted.is_some() {
            return Ok(inserted);
        }
        let found = self.loaded.keys.get(key).copied();
        Ok(self.loaded(found, || Need::Key(*key)).flatten())
    }

    fn find_uuid(&mut self, uuid: &str) -> Result<Option<RowId>, StoreError> {
        if let Some(id) = self.writes.uuids.get(uuid) {
            return Ok(Some(*id));
        }
        let found = self.loaded.uuids.get(uuid).copied();
        Ok(self.loaded(found, || Need::Uuid(uuid.to_owned())).flatten())
    }

    fn load(&mut self, id: RowId) -> Result<Option<Row>, StoreError> {
        if let Some(row) = self.writes.rows.get(&id) {
            return Ok(Some(row.clone()));
        }
        let found = self.loaded.rows.get(&id);
        let stored = self
            .loaded(found, || Need::Row(id))
            .and_then(Option::as_ref);
        Ok(stored.map(|stored| stored.row.clone()))
    }

    fn payload(&mut self, id: RowId) -> Result<Option<Vec<u8>>, StoreError> {
        if self.writes.erased.contains(&id) {
            return Ok(None);
        }
        let found = self.loaded.payloads.get(&id).cloned();
        Ok(self.loaded(found, || Need::Payload(id)).flatten())
    }

    fn update(
        &mut self,
        before: &Row,
        after: &Row,
        entry: Option<&HistoryEntry>,
    ) -> Result<bool, StoreError> {
        let is_current = self
            .current(before.id)
            .is_some_and(|row| row.state == before.state && row.epoch == before.epoch);
        if !is_current {
            return Ok(false);
        }
        for uuid in [&after.message_uuid, &after.workflow_id]
            .into_iter()
            .flatten()
        {
            self.writes.uuids.insert(uuid.clone(), after.id);
        }
        self.writes.rows.insert(after.id, after.clone());
        if let Some(entry) = entry {
            self.writes.history.push((after.id, entry.clone()));
        }
        Ok(true)
    }

    fn erase_payload(&mut self, id: RowId) -> Result<(), StoreError> {
        self.writes.erased.insert(id);
        Ok(())
    }

    fn history(&mut self, id: RowId) -> Result<Vec<HistoryEntry>, StoreError> {
        let found = self.loaded.histories.get(&id).cloned();
        let mut entries = self.loaded(found, || Need::History(id)).unwrap_or_default();
        let written = self.writes.history.iter().filter(|(row, _)| *row == id);
        entries.extend(written.map(|(_, entry)| entry.clone()));
        Ok(entries)
    }

    fn due_lanes(&mut self, now: Timestamp) -> Result<Vec<Lane>, StoreError> {
        let positions = self.loaded(self.loaded.positions.as_ref(), || Need::Positions);
        let positions = positions.map(Vec::as_slice).unwrap_or_default().iter();
        let mut due: Vec<_> = positions
            .filter(|position| position.due <= now)
            .map(|position| (position.due, &position.lane))
            .collect();
        due.sort_unstable();
        let mut seen = HashSet::new();
        let lanes = due.into_iter().map(|(_, lane)| lane);
        Ok(lanes.filter(|lane| seen.insert(*lane)).cloned().collect())
    }

    fn due_rows(
        &mut self,
        lane: &Lane,
        priority: Priority,
        now: Timestamp,
        except_campaigns: &[String],
        limit: u32,
    ) -> Result<Vec<Row>, StoreError> {
        let is_held = |row: &&Row| {
            let campaign = row.details.campaign.as_ref();
            campaign.is_some_and(|name| except_campaigns.contains(name))
        };
        let mut rows: Vec<Row> = self
            .all()
            .filter(|row| row.state == State::Queued && !row.held && row.due_at <= now)
            .filter(|row| row.details.lane == *lane && row.details.priority == priority)
            .filter(|row| !is_held(row))
            .cloned()
            .collect();
        rows.sort_unstable_by_key(|row| (row.due_at, row.id));
        rows.truncate(limit as usize);
        let due = self.loaded.due.get(&(lane.clone(), priority)).copied();
        let is_complete = match (due, rows.last()) {
            (None, _) => !self.has_queue(lane, priority),
            (Some(Due { end: None, .. }), _) => true,
            (Some(Due { end: Some(end), .. }), Some(last)) => {
                rows.len() == limit as usize && (last.due_at, last.id) <= end
            }
            (Some(_), None) => false,
        };
        if !is_complete {
            let asked = due.map_or(0, |due| due.asked);
            let need = Need::Due(lane.clone(), priority, asked + limit);
            self.missing.insert(need);
        }
        Ok(rows)
    }

    fn next_due(&mut self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let positions = self.loaded(self.loaded.positions.as_ref(), || Need::Positions);
        let positions = positions.map(Vec::as_slice).unwrap_or_default().iter();
        let later = positions.filter_map(|position| match position.due > now {
            true => Some(position.due),
            false => position.later.filter(|later| *later > now),
        });
        Ok(later.min())
    }

    fn leases_over(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Row>, StoreError> {
        Ok(self.list(List::Leases { until: now, limit }))
    }

    fn aged(&mut self, state: State, time: Timestamp, limit: u32) -> Result<Vec<Row>, StoreError> {
        Ok(self.list(List::Aged { state, time, limit }))
    }

    fn select(
        &mut self,
        filter: &Filter,
        after: Option<RowId>,
        limit: u32,
    ) -> Result<Vec<Row>, StoreError> {
        Ok(self.list(List::select(filter, after, limit)))
    }

    fn holds(&mut self) -> Result<Vec<Scope>, StoreError> {
        let stored = self.loaded(self.loaded.holds.as_ref(), || Need::Holds);
        let mut holds: Vec<Scope> = stored.cloned().unwrap_or_default();
        for (scope, held) in &self.writes.holds {
            holds.retain(|known| known != scope);
            if *held {
                holds.push(scope.clone());
            }
        }
        Ok(holds)
    }

    fn set_hold(&mut self, scope: &Scope, held: bool) -> Result<bool, StoreError> {
        let changes = self.holds()?.contains(scope) != held;
        if changes {
            self.writes.holds.insert(scope.clone(), held);
        }
        Ok(changes)
    }

    fn slots(&mut self, scope: &SlotScope) -> Result<Slots, StoreError> {
        if let Some(slots) = self.writes.slots.get(scope) {
            return Ok(*slots);
        }
        let found = self.loaded.slots.get(scope).copied();
        let slots = self.loaded(found, || Need::Slots(scope.clone())).flatten();
        Ok(slots.unwrap_or_default())
    }

    fn set_slots(&mut self, scope: &SlotScope, slots: &Slots) -> Result<(), StoreError> {
        self.writes.slots.insert(scope.clone(), *slots);
        Ok(())
    }

    fn consent(
        &mut self,
        group: &str,
        recipient: RecipientHash,
    ) -> Result<Option<LastConsent>, StoreError> {
        let key = (group.to_owned(), recipient);
        if let Some(consent) = self.writes.consents.get(&key) {
            return Ok(Some(*consent));
        }
        let found = self.loaded.consents.get(&recipient);
        let consents = self.loaded(found, || Need::Consents(recipient));
        Ok(consents.and_then(|consents| consents.get(group)).copied())
    }

    fn set_consent(
        &mut self,
        group: &str,
        recipient: RecipientHash,
        consent: LastConsent,
    ) -> Result<(), StoreError> {
        // The write is guarded by the value that was loaded.
        self.consent(group, recipient)?;
        let key = (group.to_owned(), recipient);
        self.writes.consents.insert(key, consent);
        Ok(())
    }

    fn park(&mut self, fact: &StatusFact, until: Timestamp) -> Result<(), StoreError> {
        if !self.writes.parked.iter().any(|(known, _)| known == fact) {
            self.writes.parked.push((fact.clone(), until));
        }
        Ok(())
    }

    fn unpark(&mut self, uuid: &str) -> Result<Vec<StatusFact>, StoreError> {
        let stored = self.loaded.parked.get(uuid);
        let stored = self.loaded(stored, || Need::Parked(uuid.to_owned()));
        let mut facts: Vec<StatusFact> = Vec::new();
        if self.writes.unparked.insert(uuid.to_owned()) {
            facts.extend(stored.cloned().unwrap_or_default());
        }
        let is_of = |fact: &StatusFact| {
            fact.message_uuid == uuid || fact.workflow_id.as_deref() == Some(uuid)
        };
        let parked = self.writes.parked.extract_if(.., |(fact, _)| is_of(fact));
        facts.extend(parked.map(|(fact, _)| fact));
        Ok(facts)
    }

    fn discard_parked(&mut self, _now: Timestamp) -> Result<u64, StoreError> {
        let discarded = self.loaded(self.loaded.discarded, || Need::DiscardParked);
        Ok(discarded.unwrap_or_default())
    }

    fn insert_run(
        &mut self,
        run: &Run,
        document: &[u8],
        recipients: &[RecipientHash],
    ) -> Result<(), StoreError> {
        self.writes.runs.insert(run, document, recipients);
        Ok(())
    }

    fn load_run(&mut self, id: RunId) -> Result<Option<Run>, StoreError> {
        Ok(self.run(id))
    }

    fn definition(&mut self, digest: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.document(digest))
    }

    fn update_run(&mut self, before: &Run, after: &Run) -> Result<bool, StoreError> {
        let is_current = self
            .run(before.id)
            .is_some_and(|run| run.version == before.version);
        if is_current {
            self.writes.runs.update(after);
        }
        Ok(is_current)
    }

    fn erase_run(&mut self, run: &Run) -> Result<(), StoreError> {
        self.writes.runs.erase(run);
        Ok(())
    }

    fn due_runs(
        &mut self,
        accounts: &[String],
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Run>, StoreError> {
        let accounts = accounts.to_vec();
        Ok(self.run_list(runs::RunList::Due {
            accounts,
            now,
            limit,
        }))
    }

    fn next_wake(&mut self, accounts: &[String]) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.earliest_wake(accounts))
    }

    fn runs_of(&mut self, recipient: RecipientHash) -> Result<Vec<Run>, StoreError> {
        Ok(self.runs_of_recipient(recipient))
    }

    fn select_runs(
        &mut self,
        filter: &RunFilter,
        after: Option<RunId>,
        limit: u32,
    ) -> Result<Vec<Run>, StoreError> {
        Ok(self.run_list(runs::RunList::select(filter, after, limit)))
    }

    fn running_runs(&mut self) -> Result<u64, StoreError> {
        let stored = self.loaded(self.loaded.runs.running, || Need::Run(RunNeed::Running));
        Ok(stored.unwrap_or_default() + self.writes.runs.added())
    }

    fn sight(&mut self) -> Result<Sight, StoreError> {
        if let Some(sight) = self.writes.runs.sight {
            return Ok(sight);
        }
        let stored = self.loaded(self.loaded.runs.sight, || Need::Run(RunNeed::Sight));
        Ok(stored.unwrap_or_default())
    }

    fn set_sight(&mut self, sight: &Sight) -> Result<(), StoreError> {
        self.writes.runs.sight = Some(*sight);
        Ok(())
    }

    fn aggregates(&mut self, _now: Timestamp) -> Result<Aggregates, StoreError> {
        let found = self.loaded(self.loaded.aggregates.as_ref(), || Need::Aggregates);
        Ok(found.cloned().unwrap_or_default())
    }
}

impl WorkingSet<'_> {
    fn has_queue(&self, lane: &Lane, priority: Priority) -> bool {
        let positions = self.loaded.positions.as_deref().unwrap_or_default();
        let of_lane = |position: &Position| position.lane == *lane && position.priority == priority;
        positions.iter().any(of_lane)
    }
}
