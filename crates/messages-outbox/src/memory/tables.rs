//! The statements.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::MemoryTables;
use crate::digest::{Digest, RecipientHash};
use crate::id::RowId;
use crate::ledger::{Aggregates, LastConsent, Meta, Tables};
use crate::quota::{SlotScope, Slots};
use crate::row::{Lane, Priority, Row, State, StatusFact};
use crate::run::{Run, RunId, Sight};
use crate::store::{Filter, HistoryEntry, RunFilter, Scope, StoreError};

impl Tables for MemoryTables {
    fn meta(&mut self) -> Result<Meta, StoreError> {
        Ok(Meta {
            hash_key: self.hash_key,
            restored: self.restored,
        })
    }

    fn set_adopted(&mut self) -> Result<(), StoreError> {
        self.restored = false;
        Ok(())
    }

    fn open_rows(&mut self) -> Result<u64, StoreError> {
        let open = self.since.iter().filter(|(state, _)| state.is_open());
        Ok(open.map(|(_, rows)| rows.len() as u64).sum())
    }

    fn insert(&mut self, row: &Row, payload: &[u8]) -> Result<(), StoreError> {
        self.payloads.insert(row.id, payload.into());
        self.added.push(row.id);
        self.add(row.clone());
        Ok(())
    }

    fn find_key(&mut self, key: &Digest) -> Result<Option<(RowId, Digest)>, StoreError> {
        let id = self.by_key.get(key);
        if let Some(row) = id.and_then(|id| self.rows.get(id)) {
            return Ok(Some((row.id, row.details.digest)));
        }
        let run = self.runs.of_key(key);
        Ok(run.map(|run| (run.id.into(), run.details.digest)))
    }

    fn find_uuid(&mut self, uuid: &str) -> Result<Option<RowId>, StoreError> {
        Ok(self.by_uuid.get(uuid).copied())
    }

    fn load(&mut self, id: RowId) -> Result<Option<Row>, StoreError> {
        Ok(self.rows.get(&id).cloned())
    }

    fn payload(&mut self, id: RowId) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.payloads.get(&id).map(|payload| payload.to_vec()))
    }

    fn update(
        &mut self,
        before: &Row,
        after: &Row,
        entry: Option<&HistoryEntry>,
    ) -> Result<bool, StoreError> {
        let Some(stored) = self.rows.get(&before.id).cloned() else {
            return Ok(false);
        };
        if stored.state != before.state || stored.epoch != before.epoch {
            return Ok(false);
        }
        self.replace(&stored, after);
        if let Some(entry) = entry {
            self.history
                .entry(after.id)
                .or_default()
                .push(entry.clone());
        }
        Ok(true)
    }

    fn erase_payload(&mut self, id: RowId) -> Result<(), StoreError> {
        self.payloads.remove(&id);
        Ok(())
    }

    fn history(&mut self, id: RowId) -> Result<Vec<HistoryEntry>, StoreError> {
        Ok(self.history.get(&id).cloned().unwrap_or_default())
    }

    fn due_lanes(&mut self, now: Timestamp) -> Result<Vec<Lane>, StoreError> {
        let mut oldest: BTreeMap<&Lane, Timestamp> = BTreeMap::new();
        for ((lane, _), rows) in &self.queue {
            if let Some((due, _)) = rows.first().filter(|(due, _)| *due <= now) {
                let known = oldest.entry(lane).or_insert(*due);
                *known = (*known).min(*due);
            }
        }
        let mut lanes: Vec<(Timestamp, &Lane)> =
            oldest.into_iter().map(|(lane, due)| (due, lane)).collect();
        lanes.sort_unstable();
        Ok(lanes.into_iter().map(|(_, lane)| lane.clone()).collect())
    }

    fn due_rows(
        &mut self,
        lane: &Lane,
        priority: Priority,
        now: Timestamp,
        except_campaigns: &[String],
        limit: u32,
    ) -> Result<Vec<Row>, StoreError> {
        let Some(queue) = self.queue.get(&(lane.clone(), priority)) else {
            return Ok(Vec::new());
        };
        let is_held = |row: &&Row| {
            let campaign = row.details.campaign.as_ref();
            campaign.is_some_and(|name| except_campaigns.contains(name))
        };
        Ok(queue
            .iter()
            .take_while(|(due, _)| *due <= now)
            .filter_map(|(_, id)| self.rows.get(id))
            .filter(|row| !is_held(row))
            .take(limit as usize)
            .cloned()
            .collect())
    }

    fn next_due(&mut self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        use std::ops::Bound::{Excluded, Unbounded};
        // No ID is larger.
        let last = RowId::from_bytes([u8::MAX; 16]);
        let later = self.queue.values().filter_map(|rows| {
            let mut rows = rows.range((Excluded((now, last)), Unbounded));
            rows.next().map(|(due, _)| *due)
        });
        Ok(later.min())
    }

    fn leases_over(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Row>, StoreError> {
        let over = self.leases.iter().take_while(|(until, _)| *until <= now);
        let rows = over.filter_map(|(_, id)| self.rows.get(id));
        Ok(rows.take(limit as usize).cloned().collect())
    }

    fn aged(&mut self, state: State, time: Timestamp, limit: u32) -> Result<Vec<Row>, StoreError> {
        let rows = self.since.get(&state).into_iter().flatten();
        let aged = rows.take_while(|(since, _)| *since <= time);
        let rows = aged.filter_map(|(_, id)| self.rows.get(id));
        Ok(rows.take(limit as usize).cloned().collect())
    }

    fn select(
        &mut self,
        filter: &Filter,
        after: Option<RowId>,
        limit: u32,
    ) -> Result<Vec<Row>, StoreError> {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = after.map_or(Unbounded, Excluded);
        let rows = self.rows.range((from, Unbounded)).map(|(_, row)| row);
        let matching = rows.filter(|row| filter.matches(row));
        Ok(matching.take(limit as usize).cloned().collect())
    }

    fn holds(&mut self) -> Result<Vec<Scope>, StoreError> {
        Ok(self.holds.iter().cloned().collect())
    }

    fn set_hold(&mut self, scope: &Scope, held: bool) -> Result<bool, StoreError> {
        Ok(if held {
            self.holds.insert(scope.clone())
        } else {
            self.holds.remove(scope)
        })
    }

    fn slots(&mut self, scope: &SlotScope) -> Result<Slots, StoreError> {
        Ok(self.slots.get(scope).copied().unwrap_or_default())
    }

    fn set_slots(&mut self, scope: &SlotScope, slots: &Slots) -> Result<(), StoreError> {
        self.slots.insert(scope.clone(), *slots);
        Ok(())
    }

    fn consent(
        &mut self,
        group: &str,
        recipient: RecipientHash,
    ) -> Result<Option<LastConsent>, StoreError> {
        Ok(self.consents.get(&(group.to_owned(), recipient)).copied())
    }

    fn set_consent(
        &mut self,
        group: &str,
        recipient: RecipientHash,
        consent: LastConsent,
    ) -> Result<(), StoreError> {
        self.consents.insert((group.to_owned(), recipient), consent);
        Ok(())
    }

    fn park(&mut self, fact: &StatusFact, until: Timestamp) -> Result<(), StoreError> {
        let parked = self.parked.entry(fact.message_uuid.clone()).or_default();
        if !parked.iter().any(|(_, known)| known == fact) {
            parked.push((until, fact.clone()));
        }
        Ok(())
    }

    fn unpark(&mut self, uuid: &str) -> Result<Vec<StatusFact>, StoreError> {
        let mut found: Vec<StatusFact> = Vec::new();
        if let Some(parked) = self.parked.remove(uuid) {
            found.extend(parked.into_iter().map(|(_, fact)| fact));
        }
        for parked in self.parked.values_mut() {
            let is_of = |fact: &StatusFact| fact.workflow_id.as_deref() == Some(uuid);
            found.extend(
                parked
                    .extract_if(.., |(_, fact)| is_of(fact))
                    .map(|(_, fact)| fact),
            );
        }
        self.parked.retain(|_, parked| !parked.is_empty());
        Ok(found)
    }

    fn discard_parked(&mut self, now: Timestamp) -> Result<u64, StoreError> {
        let count = |parked: &BTreeMap<String, Vec<(Timestamp, StatusFact)>>| {
            parked.values().map(Vec::len).sum::<usize>() as u64
        };
        let before = count(&self.parked);
        for parked in self.parked.values_mut() {
            parked.retain(|(until, _)| *until > now);
        }
        self.parked.retain(|_, parked| !parked.is_empty());
        Ok(before - count(&self.parked))
    }

    fn insert_run(
        &mut self,
        run: &Run,
        document: &[u8],
        recipients: &[RecipientHash],
    ) -> Result<(), StoreError> {
        self.added_runs.push(run.id);
        self.runs.add(run, document, recipients);
        Ok(())
    }

    fn load_run(&mut self, id: RunId) -> Result<Option<Run>, StoreError> {
        Ok(self.runs.get(id).cloned())
    }

    fn definition(&mut self, digest: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.runs.definition(digest))
    }

    fn update_run(&mut self, before: &Run, after: &Run) -> Result<bool, StoreError> {
        Ok(self.runs.update(before, after))
    }

    fn erase_run(&mut self, run: &Run) -> Result<(), StoreError> {
        self.runs.erase(run);
        Ok(())
    }

    fn due_runs(
        &mut self,
        accounts: &[String],
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Run>, StoreError> {
        Ok(self.runs.due(accounts, now, limit))
    }

    fn next_wake(&mut self, accounts: &[String]) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.runs.next_wake(accounts))
    }

    fn runs_of(&mut self, recipient: RecipientHash) -> Result<Vec<Run>, StoreError> {
        Ok(self.runs.of_recipient(recipient))
    }

    fn select_runs(
        &mut self,
        filter: &RunFilter,
        after: Option<RunId>,
        limit: u32,
    ) -> Result<Vec<Run>, StoreError> {
        Ok(self.runs.select(filter, after, limit))
    }

    fn running_runs(&mut self) -> Result<u64, StoreError> {
        Ok(self.runs.running())
    }

    fn sight(&mut self) -> Result<Sight, StoreError> {
        Ok(self.runs.sight)
    }

    fn set_sight(&mut self, sight: &Sight) -> Result<(), StoreError> {
        self.runs.sight = *sight;
        Ok(())
    }

    fn aggregates(&mut self, now: Timestamp) -> Result<Aggregates, StoreError> {
        let due = self.queue.values().filter_map(|rows| rows.first());
        let due = due.map(|(due, _)| *due).filter(|due| *due <= now);
        let states = self.since.iter();
        let mut aggregates = Aggregates {
            states: states
                .map(|(state, rows)| (*state, rows.len() as u64))
                .collect(),
            statuses: self
                .statuses
                .iter()
                .filter(|(_, count)| **count > 0)
                .map(|(name, count)| (name.clone(), *count))
                .collect(),
            oldest_due: due.min(),
            oldest_sending: self.oldest(State::Sending),
            oldest_in_doubt: self.oldest(State::InDoubt),
            parked: self.parked.values().map(|parked| parked.len() as u64).sum(),
            contradictions: self.contradictions,
            ..Aggregates::default()
        };
        self.runs.aggregate(&mut aggregates);
        Ok(aggregates)
    }
}
