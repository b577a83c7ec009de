//! Values beside the rows: history, pauses, counts.

use std::collections::BTreeMap;

use jiff::Timestamp;
use messages_outbox::ledger::Aggregates;
use messages_outbox::{HistoryEntry, RowId, Scope, State, StoreError};
use rusqlite::params;
use serde::Serialize;

use super::SqliteTables;
use super::row::{number, time};
use crate::error::corrupt;

impl SqliteTables<'_> {
    pub(super) fn add_history(&self, id: RowId, entry: &HistoryEntry) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO messages_outbox_history \
             (id, number, at, event, from_state, to_state, attempt, detail) VALUES (?1, \
             (SELECT coalesce(max(number), 0) + 1 FROM messages_outbox_history WHERE id = ?1), \
             ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                id.to_bytes(),
                entry.at.as_microsecond(),
                entry.event,
                entry.from.as_str(),
                entry.to.as_str(),
                entry.attempt,
                entry.detail,
            ],
        )?;
        Ok(())
    }

    pub(super) fn read_history(&self, id: RowId) -> Result<Vec<HistoryEntry>, StoreError> {
        let sql = "SELECT at, event, from_state, to_state, attempt, detail \
                   FROM messages_outbox_history WHERE id = ?1 ORDER BY number";
        let entries = self.all(sql, [id.to_bytes()], |row| {
            let (at, attempt): (i64, i64) = (row.get(0)?, row.get(4)?);
            let (from, to): (String, String) = (row.get(2)?, row.get(3)?);
            let (event, detail) = (row.get(1)?, row.get(5)?);
            Ok((at, event, from, to, attempt, detail))
        })?;
        let entries = entries.into_iter();
        entries
            .map(|(at, event, from, to, attempt, detail)| {
                Ok(HistoryEntry {
                    at: time(at)?,
                    event,
                    from: from.parse().map_err(|_| corrupt())?,
                    to: to.parse().map_err(|_| corrupt())?,
                    attempt: number(attempt)?,
                    detail,
                })
            })
            .collect()
    }

    pub(super) fn read_holds(&self) -> Result<Vec<Scope>, StoreError> {
        let sql = "SELECT scope FROM messages_outbox_holds";
        let scopes: Vec<String> = self.all(sql, [], |row| row.get(0))?;
        let read = |scope: &String| serde_json::from_str(scope).map_err(|_| corrupt());
        scopes.iter().map(read).collect()
    }

    /// Number of rows by state.
    pub(super) fn states(&self) -> Result<BTreeMap<State, u64>, StoreError> {
        let mut states = BTreeMap::new();
        for (name, count) in self.counts("state")? {
            states.insert(name.parse().map_err(|_| corrupt())?, count);
        }
        Ok(states)
    }

    pub(super) fn counts(&self, kind: &str) -> Result<BTreeMap<String, u64>, StoreError> {
        let sql = "SELECT name, number FROM messages_outbox_counts WHERE kind = ?1";
        let mut counts = BTreeMap::new();
        for (name, count) in self.all(sql, [kind], |row| Ok((row.get(0)?, row.get(1)?)))? {
            counts.insert(name, number(count)?);
        }
        Ok(counts)
    }

    pub(super) fn read_aggregates(&mut self, now: Timestamp) -> Result<Aggregates, StoreError> {
        let mut statuses = self.counts("status")?;
        statuses.retain(|_, count| *count > 0);
        let parked = self.first("SELECT count(*) FROM messages_outbox_parked", [], |row| {
            row.get(0)
        })?;
        let mut aggregates = Aggregates {
            states: self.states()?,
            statuses,
            oldest_due: self.oldest_due(now)?,
            oldest_sending: self.oldest(State::Sending)?,
            oldest_in_doubt: self.oldest(State::InDoubt)?,
            parked: number(parked.unwrap_or_default())?,
            contradictions: self.counts("contradictions")?.into_values().sum(),
            ..Aggregates::default()
        };
        self.aggregate_runs(&mut aggregates)?;
        Ok(aggregates)
    }

    fn oldest(&self, state: State) -> Result<Option<Timestamp>, StoreError> {
        let state = state.as_str();
        let sql = format!("SELECT min(since) FROM messages_outbox_rows WHERE state = '{state}'");
        let since: Option<Option<i64>> = self.first(&sql, [], |row| row.get(0))?;
        since.flatten().map(time).transpose()
    }
}

/// A value as JSON text. The same value always gives the same text.
pub(super) fn json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| corrupt())
}
