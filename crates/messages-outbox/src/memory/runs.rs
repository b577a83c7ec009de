//! Runs in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use crate::digest::{Digest, RecipientHash};
use crate::ledger::Aggregates;
use crate::run::{Run, RunId, RunState, Sight};
use crate::store::RunFilter;

/// Runs, with the indexes that a database would have.
#[derive(Clone, Default)]
pub(super) struct Runs {
    runs: BTreeMap<RunId, Run>,
    by_key: HashMap<Digest, RunId>,
    definitions: HashMap<Digest, Arc<[u8]>>,
    recipients: BTreeSet<(RecipientHash, RunId)>,
    wakes: BTreeSet<(Timestamp, RunId)>,
    states: BTreeMap<RunState, u64>,
    pub(super) sight: Sight,
}

impl Runs {
    pub(super) fn add(&mut self, run: &Run, document: &[u8], recipients: &[RecipientHash]) {
        self.by_key.insert(run.details.key_digest, run.id);
        let definition = self.definitions.entry(run.details.digest);
        definition.or_insert_with(|| document.into());
        self.recipients
            .extend(recipients.iter().map(|recipient| (*recipient, run.id)));
        self.index(run);
        self.runs.insert(run.id, run.clone());
    }

    pub(super) fn remove(&mut self, id: RunId) {
        if let Some(run) = self.runs.remove(&id) {
            self.unindex(&run);
            self.by_key.remove(&run.details.key_digest);
            self.erase(&run);
        }
    }

    pub(super) fn erase(&mut self, run: &Run) {
        self.recipients.retain(|(_, id)| *id != run.id);
        let digest = run.details.digest;
        let mut others = self.runs.values().filter(|other| other.id != run.id);
        if !others.any(|other| other.details.digest == digest && !other.purged) {
            self.definitions.remove(&digest);
        }
    }

    pub(super) fn update(&mut self, before: &Run, after: &Run) -> bool {
        let Some(stored) = self.runs.get(&before.id).cloned() else {
            return false;
        };
        if stored.version != before.version {
            return false;
        }
        self.unindex(&stored);
        self.index(after);
        self.runs.insert(after.id, after.clone());
        true
    }

    pub(super) fn get(&self, id: RunId) -> Option<&Run> {
        self.runs.get(&id)
    }

    pub(super) fn of_key(&self, key: &Digest) -> Option<&Run> {
        self.runs.get(self.by_key.get(key)?)
    }

    pub(super) fn definition(&self, digest: &Digest) -> Option<Vec<u8>> {
        Some(self.definitions.get(digest)?.to_vec())
    }

    pub(super) fn due(&self, accounts: &[String], now: Timestamp, limit: u32) -> Vec<Run> {
        let waking = self.waking(accounts);
        let due = waking.take_while(|run| run.wake_at.is_some_and(|time| time <= now));
        due.take(limit as usize).cloned().collect()
    }

    pub(super) fn next_wake(&self, accounts: &[String]) -> Option<Timestamp> {
        self.waking(accounts).next()?.wake_at
    }

    fn waking<'a>(&'a self, accounts: &'a [String]) -> impl Iterator<Item = &'a Run> {
        let runs = self.wakes.iter().filter_map(|(_, id)| self.runs.get(id));
        runs.filter(|run| accounts.contains(&run.details.account))
    }

    pub(super) fn of_recipient(&self, recipient: RecipientHash) -> Vec<Run> {
        let ids = self.recipients.iter().filter(|(of, _)| *of == recipient);
        let runs = ids.filter_map(|(_, id)| self.runs.get(id));
        runs.cloned().collect()
    }

    pub(super) fn select(&self, filter: &RunFilter, after: Option<RunId>, limit: u32) -> Vec<Run> {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = after.map_or(Unbounded, Excluded);
        let runs = self.runs.range((from, Unbounded)).map(|(_, run)| run);
        let matching = runs.filter(|run| filter.matches(run));
        matching.take(limit as usize).cloned().collect()
    }

    pub(super) fn running(&self) -> u64 {
        self.states.get(&RunState::Running).copied().unwrap_or(0)
    }

    /// Adds the counts and ages of runs.
    pub(super) fn aggregate(&self, aggregates: &mut Aggregates) {
        let sum =
            |count: fn(&Run) -> u32| self.runs.values().map(|run| u64::from(count(run))).sum();
        aggregates.runs = self.states.clone();
        aggregates.next_wake = self.wakes.first().map(|(time, _)| *time);
        aggregates.late_reads = sum(|run| run.progress.late_reads);
        aggregates.late_deliveries = sum(|run| run.progress.late_deliveries);
    }

    fn index(&mut self, run: &Run) {
        if let Some(time) = run.wake_at {
            self.wakes.insert((time, run.id));
        }
        *self.states.entry(run.state).or_default() += 1;
    }

    fn unindex(&mut self, run: &Run) {
        if let Some(time) = run.wake_at {
            self.wakes.remove(&(time, run.id));
        }
        if let Some(count) = self.states.get_mut(&run.state) {
            *count -= 1;
        }
    }
}
