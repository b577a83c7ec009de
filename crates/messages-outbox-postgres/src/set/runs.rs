//! Runs, their documents, and the store's sight.
//!
//! Runs are not locked: each change is guarded by the version it was made from.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use messages_outbox::run::{Run, RunId, RunState, Sight};
use messages_outbox::{Digest, RecipientHash, RowId, RunFilter, StoreError};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::load::{Loader, get};
use super::row::{id, number, stored, time};
use super::{Loaded, Need, WorkingSet};
use crate::error::corrupt;
use crate::transaction::{Failure, Transaction};

const COLUMNS: &str = "id, version, state, since, wake_at, purged, details, progress";

/// Number of runs that are read to find the one that wakes first.
const WAKES: u32 = 64;

/// A value about runs that a request reads.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum RunNeed {
    Run(RunId),
    Definition(Digest),
    List(RunList),
    /// Runs of a recipient.
    Of(RecipientHash),
    /// The first runs of these accounts that wake.
    Wakes(Vec<String>, u32),
    Running,
    Sight,
}

/// A list of runs, in its order and with its limit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum RunList {
    /// Runs of these accounts whose time has come.
    Due {
        accounts: Vec<String>,
        now: Timestamp,
        limit: u32,
    },
    /// Runs that match a filter, by ID.
    Select {
        state: Option<RunState>,
        campaign: Option<String>,
        unpurged_since_before: Option<Timestamp>,
        after: Option<RunId>,
        limit: u32,
    },
}

impl RunList {
    pub(super) fn select(filter: &RunFilter, after: Option<RunId>, limit: u32) -> Self {
        Self::Select {
            state: filter.state,
            campaign: filter.campaign.clone(),
            unpurged_since_before: filter.unpurged_since_before,
            after,
            limit,
        }
    }

    /// The list from these runs, which hold all that the store has of it, and others.
    fn of<'r>(&self, runs: impl Iterator<Item = &'r Run>) -> Vec<Run> {
        let mut listed: Vec<Run> = runs.filter(|run| self.contains(run)).cloned().collect();
        let limit = match self {
            Self::Due { limit, .. } => {
                listed.sort_unstable_by_key(|run| (run.wake_at, run.id));
                *limit
            }
            Self::Select { limit, .. } => {
                listed.sort_unstable_by_key(|run| run.id);
                *limit
            }
        };
        listed.truncate(limit as usize);
        listed
    }

    fn contains(&self, run: &Run) -> bool {
        match self {
            Self::Due { accounts, now, .. } => {
                run.wake_at.is_some_and(|time| time <= *now)
                    && accounts.contains(&run.details.account)
            }
            Self::Select {
                state,
                campaign,
                unpurged_since_before,
                after,
                ..
            } => {
                let filter = RunFilter {
                    state: *state,
                    campaign: campaign.clone(),
                    unpurged_since_before: *unpurged_since_before,
                };
                after.is_none_or(|after| run.id > after) && filter.matches(run)
            }
        }
    }
}

/// The first runs that wake.
struct Wakes {
    /// Number of runs that were asked for.
    asked: u32,
    runs: Vec<(RunId, Timestamp)>,
}

/// Values about runs that were loaded.
#[derive(Default)]
pub(super) struct LoadedRuns {
    runs: HashMap<RunId, Option<Run>>,
    definitions: HashMap<Digest, Option<Vec<u8>>>,
    lists: HashSet<RunList>,
    of: HashMap<RecipientHash, Vec<RunId>>,
    /// By their accounts.
    wakes: HashMap<Vec<String>, Wakes>,
    pub(super) running: Option<u64>,
    pub(super) sight: Option<Sight>,
}

/// Writes about runs.
#[derive(Default)]
pub(super) struct RunWrites {
    runs: BTreeMap<RunId, Run>,
    inserted: Vec<(Run, Vec<u8>, Vec<RecipientHash>)>,
    erased: BTreeMap<RunId, Digest>,
    pub(super) sight: Option<Sight>,
}

impl RunWrites {
    pub(super) fn insert(&mut self, run: &Run, document: &[u8], recipients: &[RecipientHash]) {
        self.runs.insert(run.id, run.clone());
        let inserted = (run.clone(), document.to_vec(), recipients.to_vec());
        self.inserted.push(inserted);
    }

    pub(super) fn update(&mut self, after: &Run) {
        self.runs.insert(after.id, after.clone());
    }

    pub(super) fn erase(&mut self, run: &Run) {
        self.erased.insert(run.id, run.details.digest);
    }

    /// Number of runs that were added.
    pub(super) fn added(&self) -> u64 {
        self.inserted.len() as u64
    }

    pub(super) fn find_key(&self, key: &Digest) -> Option<(RowId, Digest)> {
        let mut runs = self.inserted.iter().map(|(run, ..)| run);
        let run = runs.find(|run| run.details.key_digest == *key)?;
        Some((run.id.into(), run.details.digest))
    }

    /// Adds the changes of the numbers of runs.
    pub(super) fn count(
        &self,
        loaded: &LoadedRuns,
        counts: &mut BTreeMap<(&'static str, String), i64>,
    ) {
        let mut add = |kind, name: &str, change| {
            *counts.entry((kind, name.to_owned())).or_default() += change;
        };
        for (id, after) in &self.runs {
            let before = loaded.runs.get(id).and_then(Option::as_ref);
            add("run", after.state.as_str(), 1);
            let late = |run: &Run| (run.progress.late_reads, run.progress.late_deliveries);
            let (reads, deliveries) = late(after);
            let (old_reads, old_deliveries) = before.map(late).unwrap_or_default();
            add("late", "read", i64::from(reads) - i64::from(old_reads));
            let deliveries = i64::from(deliveries) - i64::from(old_deliveries);
            add("late", "delivered", deliveries);
            if let Some(before) = before {
                add("run", before.state.as_str(), -1);
            }
        }
    }

    pub(super) async fn flush(
        &self,
        transaction: &Transaction,
        loaded: &LoadedRuns,
    ) -> Result<(), Failure> {
        for (run, document, recipients) in &self.inserted {
            insert(transaction, run, document, recipients).await?;
        }
        for (id, after) in &self.runs {
            let inserted = self.inserted.iter().map(|(run, ..)| run);
            let stored = loaded.runs.get(id).and_then(Option::as_ref);
            let before = inserted.chain(stored).find(|run| run.id == *id);
            let before = before.ok_or_else(corrupt)?;
            if before != after {
                update(transaction, before, after).await?;
            }
        }
        for (id, digest) in &self.erased {
            let recipients = "DELETE FROM messages_outbox.run_recipients WHERE run = $1";
            transaction.query(recipients, &[&uuid(*id)]).await?;
            let document = "DELETE FROM messages_outbox.definitions WHERE digest = $1 AND NOT EXISTS \
                (SELECT FROM messages_outbox.runs WHERE digest = $1 AND NOT purged AND id <> $2)";
            let digest = digest.to_bytes().to_vec();
            transaction.query(document, &[&digest, &uuid(*id)]).await?;
        }
        if let Some(sight) = &self.sight {
            write_sight(transaction, sight).await?;
        }
        Ok(())
    }
}

impl WorkingSet<'_> {
    pub(super) fn run(&mut self, id: RunId) -> Option<Run> {
        if let Some(run) = self.writes.runs.runs.get(&id) {
            return Some(run.clone());
        }
        let found = self.loaded.runs.runs.get(&id).cloned();
        self.loaded(found, || Need::Run(RunNeed::Run(id))).flatten()
    }

    pub(super) fn document(&mut self, digest: &Digest) -> Option<Vec<u8>> {
        let mut inserted = self.writes.runs.inserted.iter();
        if let Some((_, document, _)) = inserted.find(|(run, ..)| run.details.digest == *digest) {
            return Some(document.clone());
        }
        let found = self.loaded.runs.definitions.get(digest).cloned();
        self.loaded(found, || Need::Run(RunNeed::Definition(*digest)))
            .flatten()
    }

    pub(super) fn run_list(&mut self, list: RunList) -> Vec<Run> {
        if !self.loaded.runs.lists.contains(&list) {
            self.missing.insert(Need::Run(RunNeed::List(list)));
            return Vec::new();
        }
        let written = &self.writes.runs.runs;
        let stored = self.loaded.runs.runs.values().flatten();
        let unchanged = stored.filter(|run| !written.contains_key(&run.id));
        list.of(unchanged.chain(written.values()))
    }

    pub(super) fn runs_of_recipient(&mut self, recipient: RecipientHash) -> Vec<Run> {
        let found = self.loaded.runs.of.get(&recipient).cloned();
        let stored = self.loaded(found, || Need::Run(RunNeed::Of(recipient)));
        let inserted = self.writes.runs.inserted.iter();
        let inserted = inserted.filter(|(_, _, recipients)| recipients.contains(&recipient));
        let inserted = inserted.map(|(run, ..)| run.id);
        let ids: BTreeSet<RunId> = stored.into_iter().flatten().chain(inserted).collect();
        let ids = ids
            .into_iter()
            .filter(|id| !self.writes.runs.erased.contains_key(id));
        let ids: Vec<RunId> = ids.collect();
        ids.into_iter().filter_map(|id| self.run(id)).collect()
    }

    pub(super) fn earliest_wake(&mut self, accounts: &[String]) -> Option<Timestamp> {
        let written = &self.writes.runs.runs;
        let own = written
            .values()
            .filter(|run| accounts.contains(&run.details.account))
            .filter_map(|run| run.wake_at)
            .min();
        let Some(Wakes { asked, runs }) = self.loaded.runs.wakes.get(accounts) else {
            let need = RunNeed::Wakes(accounts.to_vec(), WAKES);
            self.missing.insert(Need::Run(need));
            return None;
        };
        let mut unchanged = runs.iter().filter(|(id, _)| !written.contains_key(id));
        let stored = unchanged.next().map(|(_, time)| *time);
        if stored.is_none() && runs.len() as u32 >= *asked {
            let need = RunNeed::Wakes(accounts.to_vec(), asked.saturating_mul(2));
            self.missing.insert(Need::Run(need));
        }
        [own, stored].into_iter().flatten().min()
    }
}

impl Loader<'_> {
    pub(super) async fn load_runs(
        &self,
        needs: &HashSet<Need>,
        loaded: &mut Loaded,
    ) -> Result<(), Failure> {
        let loaded = &mut loaded.runs;
        let mut ids: Vec<Uuid> = Vec::new();
        for need in needs {
            let Need::Run(need) = need else {
                continue;
            };
            match need {
                RunNeed::Run(run) => {
                    loaded.runs.insert(*run, None);
                    ids.push(uuid(*run));
                }
                RunNeed::Definition(digest) => {
                    let sql = "SELECT document FROM messages_outbox.definitions WHERE digest = $1";
                    let key = digest.to_bytes().to_vec();
                    let rows = self.transaction.query(sql, &[&key]).await?;
                    let document = rows.first().map(|row| get(row, 0)).transpose()?;
                    loaded.definitions.insert(*digest, document);
                }
                RunNeed::List(list) => {
                    self.run_list(list, loaded).await?;
                    loaded.lists.insert(list.clone());
                }
                RunNeed::Of(recipient) => {
                    let condition = "id IN (SELECT run FROM messages_outbox.run_recipients \
                                     WHERE recipient_hash = $1)";
                    let hash = recipient.to_bytes().to_vec();
                    let found = self.runs(condition, &[&hash], loaded).await?;
                    loaded.of.insert(*recipient, found);
                }
                RunNeed::Wakes(accounts, limit) => {
                    let sql = "SELECT id, wake_at FROM messages_outbox.runs \
                               WHERE wake_at IS NOT NULL AND account = ANY ($1) \
                               ORDER BY wake_at, id LIMIT $2";
                    let rows = self
                        .transaction
                        .query(sql, &[accounts, &i64::from(*limit)])
                        .await?;
                    let read = |row: &tokio_postgres::Row| {
                        Ok((RunId::of(id(get(row, 0)?)), time(get(row, 1)?)?))
                    };
                    let wakes = Wakes {
                        asked: *limit,
                        runs: rows.iter().map(read).collect::<Result<_, StoreError>>()?,
                    };
                    loaded.wakes.insert(accounts.clone(), wakes);
                }
                RunNeed::Running => {
                    let sql = "SELECT coalesce(sum(number), 0)::bigint FROM messages_outbox.counts \
                               WHERE kind = 'run' AND name = 'running'";
                    let rows = self.transaction.query(sql, &[]).await?;
                    let row = rows.first().ok_or_else(corrupt)?;
                    loaded.running = Some(number(get::<i64>(row, 0)?)?);
                }
                RunNeed::Sight => loaded.sight = Some(self.sight().await?),
            }
        }
        if !ids.is_empty() {
            self.runs("id = ANY ($1)", &[&ids], loaded).await?;
        }
        Ok(())
    }

    /// Loads the runs of a condition; returns their IDs.
    async fn runs(
        &self,
        condition: &str,
        parameters: &[&(dyn ToSql + Sync)],
        loaded: &mut LoadedRuns,
    ) -> Result<Vec<RunId>, Failure> {
        let sql = format!("SELECT {COLUMNS} FROM messages_outbox.runs WHERE {condition}");
        let mut ids = Vec::new();
        for row in self.transaction.query(&sql, parameters).await? {
            let run = read(&row)?;
            ids.push(run.id);
            loaded.runs.insert(run.id, Some(run));
        }
        Ok(ids)
    }

    async fn run_list(&self, list: &RunList, loaded: &mut LoadedRuns) -> Result<(), Failure> {
        match list {
            RunList::Due {
                accounts,
                now,
                limit,
            } => {
                let condition = "wake_at IS NOT NULL AND wake_at <= $1 AND account = ANY ($2) \
                                 ORDER BY wake_at, id LIMIT $3";
                let now = now.as_microsecond();
                let limit = i64::from(*limit);
                self.runs(condition, &[&now, accounts, &limit], loaded)
                    .await?;
            }
            RunList::Select {
                state,
                campaign,
                unpurged_since_before,
                after,
                limit,
            } => {
                let state = state.map_or_else(String::new, |state| {
                    format!("AND state = '{}'", state.as_str())
                });
                let purged = match unpurged_since_before {
                    Some(_) => "AND NOT purged AND state <> 'running'",
                    None => "",
                };
                let condition = format!(
                    "($1::uuid IS NULL OR id > $1) AND ($2::text IS NULL OR campaign = $2) \
                     AND ($3::bigint IS NULL OR since < $3) {state} {purged} ORDER BY id LIMIT $4"
                );
                let after = after.map(uuid);
                let before = unpurged_since_before.map(Timestamp::as_microsecond);
                let limit = i64::from(*limit);
                let parameters: [&(dyn ToSql + Sync); 4] = [&after, campaign, &before, &limit];
                self.runs(&condition, &parameters, loaded).await?;
            }
        }
        Ok(())
    }

    async fn sight(&self) -> Result<Sight, Failure> {
        let sql = "SELECT last_webhook, usual_silence, accepted_since, lost, probe_at \
                   FROM messages_outbox.sight";
        let rows = self.transaction.query(sql, &[]).await?;
        let row = rows.first().ok_or_else(corrupt)?;
        Ok(Sight {
            last_webhook: get::<Option<i64>>(row, 0)?.map(time).transpose()?,
            usual_silence: Duration::from_micros(number(get::<i64>(row, 1)?)?),
            accepted_since: get::<Option<i64>>(row, 2)?.map(time).transpose()?,
            lost: Duration::from_micros(number(get::<i64>(row, 3)?)?),
            probe_at: get::<Option<i64>>(row, 4)?.map(time).transpose()?,
        })
    }
}

fn uuid(run: RunId) -> Uuid {
    Uuid::from_bytes(run.to_bytes())
}

pub(super) fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| corrupt())
}

/// Reads the columns of [`COLUMNS`].
fn read(row: &tokio_postgres::Row) -> Result<Run, StoreError> {
    let state: &str = get(row, 2)?;
    let (details, progress): (&str, &str) = (get(row, 6)?, get(row, 7)?);
    Ok(Run {
        id: RunId::of(id(get(row, 0)?)),
        details: Arc::new(serde_json::from_str(details).map_err(|_| corrupt())?),
        version: number(get::<i64>(row, 1)?)?,
        state: state.parse().map_err(|_| corrupt())?,
        since: time(get(row, 3)?)?,
        wake_at: get::<Option<i64>>(row, 4)?.map(time).transpose()?,
        progress: serde_json::from_str(progress).map_err(|_| corrupt())?,
        purged: get(row, 5)?,
    })
}

async fn insert(
    transaction: &Transaction,
    run: &Run,
    document: &[u8],
    recipients: &[RecipientHash],
) -> Result<(), Failure> {
    let details = &run.details;
    let digest = details.digest.to_bytes().to_vec();
    let definition = "INSERT INTO messages_outbox.definitions (digest, document) VALUES ($1, $2) \
                      ON CONFLICT DO NOTHING";
    transaction.query(definition, &[&digest, &document]).await?;
    let sql = "WITH written AS ( \
          INSERT INTO messages_outbox.runs (id, key_digest, digest, account, campaign, version, \
            state, since, wake_at, purged, details, progress) \
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
          ON CONFLICT (key_digest) DO NOTHING RETURNING 1 \
        ) SELECT messages_outbox.check_count((SELECT count(*) FROM written), 1)";
    let key_digest = details.key_digest.to_bytes().to_vec();
    let version: i64 = stored(run.version);
    let wake_at = run.wake_at.map(Timestamp::as_microsecond);
    let (details_json, progress) = (json(&**details)?, json(&run.progress)?);
    let parameters: [&(dyn ToSql + Sync); 12] = [
        &uuid(run.id),
        &key_digest,
        &digest,
        &details.account,
        &details.campaign,
        &version,
        &run.state.as_str(),
        &run.since.as_microsecond(),
        &wake_at,
        &run.purged,
        &details_json,
        &progress,
    ];
    transaction.query(sql, &parameters).await?;
    let sql = "INSERT INTO messages_outbox.run_recipients (recipient_hash, run) \
               SELECT unnest($1::bytea[]), $2 ON CONFLICT DO NOTHING";
    let hashes: Vec<Vec<u8>> = recipients
        .iter()
        .map(|hash| hash.to_bytes().to_vec())
        .collect();
    transaction.query(sql, &[&hashes, &uuid(run.id)]).await?;
    Ok(())
}

async fn update(transaction: &Transaction, before: &Run, after: &Run) -> Result<(), Failure> {
    let sql = "WITH written AS ( \
          UPDATE messages_outbox.runs SET version = $3, state = $4, since = $5, wake_at = $6, \
            purged = $7, details = $8, progress = $9 \
          WHERE id = $1 AND version = $2 RETURNING 1 \
        ) SELECT messages_outbox.check_count((SELECT count(*) FROM written), 1)";
    let (old, new): (i64, i64) = (stored(before.version), stored(after.version));
    let wake_at = after.wake_at.map(Timestamp::as_microsecond);
    let (details, progress) = (json(&*after.details)?, json(&after.progress)?);
    let parameters: [&(dyn ToSql + Sync); 9] = [
        &uuid(after.id),
        &old,
        &new,
        &after.state.as_str(),
        &after.since.as_microsecond(),
        &wake_at,
        &after.purged,
        &details,
        &progress,
    ];
    transaction.query(sql, &parameters).await?;
    Ok(())
}

/// Each receiver writes what it saw, and the later time counts: an observation of many, which needs no lock.
async fn write_sight(transaction: &Transaction, sight: &Sight) -> Result<(), Failure> {
    let sql = "UPDATE messages_outbox.sight SET last_webhook = greatest(last_webhook, $1), \
               usual_silence = $2, accepted_since = $3, lost = greatest(lost, $4), probe_at = $5";
    let micros = |duration: Duration| i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
    let last_webhook = sight.last_webhook.map(Timestamp::as_microsecond);
    let accepted_since = sight.accepted_since.map(Timestamp::as_microsecond);
    let probe_at = sight.probe_at.map(Timestamp::as_microsecond);
    let parameters: [&(dyn ToSql + Sync); 5] = [
        &last_webhook,
        &micros(sight.usual_silence),
        &accepted_since,
        &micros(sight.lost),
        &probe_at,
    ];
    transaction.query(sql, &parameters).await?;
    Ok(())
}
