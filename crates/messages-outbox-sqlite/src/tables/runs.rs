//! Runs, their documents, and the store's sight.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use messages_outbox::ledger::Aggregates;
use messages_outbox::run::{Progress, Run, RunDetails, RunId, Sight};
use messages_outbox::{Digest, RecipientHash, RowId, RunFilter, StoreError};
use rusqlite::types::Value;
use rusqlite::{Params, params, params_from_iter};

use super::SqliteTables;
use super::row::{number, stored, time};
use super::values::json;
use crate::error::corrupt;

const COLUMNS: &str = "id, key_digest, digest, account, campaign, version, state, since, wake_at, \
    purged, details, progress";

impl SqliteTables<'_> {
    pub(super) fn add_run(
        &self,
        run: &Run,
        document: &[u8],
        recipients: &[RecipientHash],
    ) -> Result<(), StoreError> {
        let details = &run.details;
        self.execute(
            "INSERT INTO messages_outbox_definitions (digest, document) VALUES (?1, ?2) \
             ON CONFLICT DO NOTHING",
            params![details.digest.to_bytes(), document],
        )?;
        self.execute(
            &format!(
                "INSERT INTO messages_outbox_runs ({COLUMNS}) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
            ),
            params![
                run.id.to_bytes(),
                details.key_digest.to_bytes(),
                details.digest.to_bytes(),
                details.account,
                details.campaign,
                stored(run.version),
                run.state.as_str(),
                run.since.as_microsecond(),
                run.wake_at.map(Timestamp::as_microsecond),
                run.purged,
                json(&**details)?,
                json(&run.progress)?,
            ],
        )?;
        for recipient in recipients {
            self.execute(
                "INSERT INTO messages_outbox_run_recipients (recipient_hash, run) VALUES (?1, ?2)",
                params![recipient.to_bytes(), run.id.to_bytes()],
            )?;
        }
        Ok(())
    }

    pub(super) fn runs(&self, rest: &str, parameters: impl Params) -> Result<Vec<Run>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM messages_outbox_runs {rest}");
        let read = |row: &rusqlite::Row<'_>| Ok(read(row));
        let runs = self.all(&sql, parameters, read)?;
        runs.into_iter().collect()
    }

    pub(super) fn document(&self, digest: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT document FROM messages_outbox_definitions WHERE digest = ?1";
        self.first(sql, [digest.to_bytes()], |row| row.get(0))
    }

    pub(super) fn write_run(&self, before: &Run, after: &Run) -> Result<bool, StoreError> {
        // The columns with indexes and triggers that did not change stay out of the statement.
        let mut changes: Vec<(&str, Value)> = vec![
            ("version", stored(after.version).into()),
            ("progress", json(&after.progress)?.into()),
        ];
        let time = |time: Option<Timestamp>| {
            time.map_or(Value::Null, |time| Value::Integer(time.as_microsecond()))
        };
        if before.state != after.state {
            changes.push(("state", after.state.as_str().to_owned().into()));
        }
        if before.since != after.since {
            changes.push(("since", time(Some(after.since))));
        }
        if before.wake_at != after.wake_at {
            changes.push(("wake_at", time(after.wake_at)));
        }
        let late = [
            (
                "late_reads",
                before.progress.late_reads,
                after.progress.late_reads,
            ),
            (
                "late_deliveries",
                before.progress.late_deliveries,
                after.progress.late_deliveries,
            ),
        ];
        for (column, before, after) in late {
            if before != after {
                changes.push((column, i64::from(after).into()));
            }
        }
        if before.purged != after.purged {
            changes.push(("purged", i64::from(after.purged).into()));
        }
        if before.details != after.details {
            changes.push(("details", json(&*after.details)?.into()));
        }
        let columns: Vec<String> = changes
            .iter()
            .map(|(column, _)| format!("{column} = ?"))
            .collect();
        let sql = format!(
            "UPDATE messages_outbox_runs SET {} WHERE id = ? AND version = ?",
            columns.join(", ")
        );
        let guard = [
            Value::Blob(before.id.to_bytes().to_vec()),
            Value::Integer(stored(before.version)),
        ];
        let values = changes.into_iter().map(|(_, value)| value).chain(guard);
        Ok(self.execute(&sql, params_from_iter(values))? > 0)
    }

    pub(super) fn erase_document(&self, run: &Run) -> Result<(), StoreError> {
        self.execute(
            "DELETE FROM messages_outbox_run_recipients WHERE run = ?1",
            [run.id.to_bytes()],
        )?;
        self.execute(
            "DELETE FROM messages_outbox_definitions WHERE digest = ?1 AND NOT EXISTS \
             (SELECT 1 FROM messages_outbox_runs WHERE digest = ?1 AND purged = 0 AND id <> ?2)",
            params![run.details.digest.to_bytes(), run.id.to_bytes()],
        )?;
        Ok(())
    }

    pub(super) fn runs_due(
        &self,
        accounts: &[String],
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Run>, StoreError> {
        self.runs(
            "INDEXED BY messages_outbox_run_wake WHERE wake_at <= ?1 \
             AND account IN (SELECT value FROM json_each(?2)) ORDER BY wake_at, id LIMIT ?3",
            params![now.as_microsecond(), json(&accounts)?, limit],
        )
    }

    pub(super) fn wake(&self, accounts: &[String]) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT wake_at FROM messages_outbox_runs INDEXED BY messages_outbox_run_wake \
                   WHERE wake_at IS NOT NULL AND account IN (SELECT value FROM json_each(?1)) \
                   ORDER BY wake_at LIMIT 1";
        let wake: Option<i64> = self.first(sql, [json(&accounts)?], |row| row.get(0))?;
        wake.map(time).transpose()
    }

    pub(super) fn runs_of_recipient(
        &self,
        recipient: RecipientHash,
    ) -> Result<Vec<Run>, StoreError> {
        self.runs(
            "WHERE id IN (SELECT run FROM messages_outbox_run_recipients WHERE recipient_hash = ?1)",
            [recipient.to_bytes()],
        )
    }

    pub(super) fn runs_matching(
        &self,
        filter: &RunFilter,
        after: Option<RunId>,
        limit: u32,
    ) -> Result<Vec<Run>, StoreError> {
        let mut terms = String::new();
        let after = after.map_or_else(Vec::new, |id| id.to_bytes().to_vec());
        let mut values = vec![Value::Blob(after)];
        if let Some(state) = filter.state {
            terms.push_str(&format!(" AND state = '{}'", state.as_str()));
        }
        if let Some(before) = filter.unpurged_since_before {
            terms.push_str(" AND purged = 0 AND state <> 'running' AND since < ?");
            values.push(Value::Integer(before.as_microsecond()));
        }
        if let Some(campaign) = &filter.campaign {
            terms.push_str(" AND campaign = ?");
            values.push(Value::Text(campaign.clone()));
        }
        values.push(Value::Integer(i64::from(limit)));
        let rest = format!("WHERE id > ?{terms} ORDER BY id LIMIT ?");
        self.runs(&rest, params_from_iter(values))
    }

    pub(super) fn count_running(&self) -> Result<u64, StoreError> {
        Ok(self.counts("run")?.remove("running").unwrap_or(0))
    }

    /// Adds the counts and ages of runs.
    pub(super) fn aggregate_runs(&self, aggregates: &mut Aggregates) -> Result<(), StoreError> {
        for (name, count) in self.counts("run")? {
            let state = name.parse().map_err(|_| corrupt())?;
            aggregates.runs.insert(state, count);
        }
        let sql = "SELECT min(wake_at) FROM messages_outbox_runs WHERE wake_at IS NOT NULL";
        let wake: Option<Option<i64>> = self.first(sql, [], |row| row.get(0))?;
        aggregates.next_wake = wake.flatten().map(time).transpose()?;
        let mut late = self.counts("late")?;
        aggregates.late_reads = late.remove("read").unwrap_or(0);
        aggregates.late_deliveries = late.remove("delivered").unwrap_or(0);
        Ok(())
    }

    pub(super) fn read_sight(&self) -> Result<Sight, StoreError> {
        let sql = "SELECT last_webhook, accepted_since, probe_at, usual_silence, lost \
                   FROM messages_outbox_sight";
        let read = self.first(sql, [], |row| {
            let times: [Option<i64>; 3] = [row.get(0)?, row.get(1)?, row.get(2)?];
            Ok((times, row.get(3)?, row.get(4)?))
        })?;
        let (times, silence, lost) = read.ok_or_else(corrupt)?;
        let [last_webhook, accepted_since, probe_at] =
            times.map(|stored| stored.map(time).transpose());
        Ok(Sight {
            last_webhook: last_webhook?,
            usual_silence: Duration::from_micros(number(silence)?),
            accepted_since: accepted_since?,
            probe_at: probe_at?,
            lost: Duration::from_micros(number(lost)?),
        })
    }

    pub(super) fn write_sight(&self, sight: &Sight) -> Result<(), StoreError> {
        let micros = |duration: Duration| i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        self.execute(
            "UPDATE messages_outbox_sight SET last_webhook = ?1, usual_silence = ?2, \
             accepted_since = ?3, probe_at = ?4, lost = ?5",
            params![
                sight.last_webhook.map(Timestamp::as_microsecond),
                micros(sight.usual_silence),
                sight.accepted_since.map(Timestamp::as_microsecond),
                sight.probe_at.map(Timestamp::as_microsecond),
                micros(sight.lost),
            ],
        )?;
        Ok(())
    }
}

/// Reads the columns of [`COLUMNS`].
fn read(stored: &rusqlite::Row<'_>) -> Result<Run, StoreError> {
    fn get<T: rusqlite::types::FromSql>(
        stored: &rusqlite::Row<'_>,
        column: &str,
    ) -> Result<T, StoreError> {
        stored.get(column).map_err(|_| corrupt())
    }
    let details: String = get(stored, "details")?;
    let details: RunDetails = serde_json::from_str(&details).map_err(|_| corrupt())?;
    let progress: String = get(stored, "progress")?;
    let progress: Progress = serde_json::from_str(&progress).map_err(|_| corrupt())?;
    let state: String = get(stored, "state")?;
    let wake_at: Option<i64> = get(stored, "wake_at")?;
    Ok(Run {
        id: RunId::of(RowId::from_bytes(get(stored, "id")?)),
        details: Arc::new(details),
        version: number(get(stored, "version")?)?,
        state: state.parse().map_err(|_| corrupt())?,
        since: time(get(stored, "since")?)?,
        wake_at: wake_at.map(time).transpose()?,
        progress,
        purged: get(stored, "purged")?,
    })
}
