//! The statements, as the ledger's decisions need them.

mod campaigns;
mod queue;
mod row;
mod runs;
mod values;

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;
use messages_outbox::ledger::{Aggregates, LastConsent, Meta, Tables};
use messages_outbox::row::{Lane, Priority, Row, StatusFact};
use messages_outbox::run::{Run, RunId, Sight};
use messages_outbox::window::Zone;
use messages_outbox::{
    Digest, Filter, HistoryEntry, RecipientHash, RowId, RunFilter, Scope, SlotScope, Slots, State,
    StoreError, StoreErrorKind,
};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Params, params, params_from_iter};

use crate::error::{corrupt, not_done};
use queue::Position;
use row::{COLUMNS, changes, stored, time};

pub(crate) use row::{STATES, priority_number, tags, window};

/// Tables of one request, within a transaction that the caller ends.
pub(crate) struct SqliteTables<'c> {
    connection: &'c Connection,
    meta: Option<Meta>,
    /// Rows that were loaded without a stored hash of their recipient: the next update adds it.
    unhashed: HashSet<RowId>,
    /// Positions of queued rows, once they were read.
    positions: Option<Arc<[Position]>>,
}

impl<'c> SqliteTables<'c> {
    pub(crate) fn new(connection: &'c Connection) -> Self {
        Self {
            connection,
            meta: None,
            unhashed: HashSet::new(),
            positions: None,
        }
    }

    fn rows(&mut self, sql: &str, parameters: impl Params) -> Result<Vec<Row>, StoreError> {
        let hash_key = self.meta()?.hash_key;
        let mut statement = self.connection.prepare_cached(sql).map_err(not_done)?;
        let mut stored = statement.query(parameters).map_err(not_done)?;
        let mut rows = Vec::new();
        while let Some(next) = stored.next().map_err(not_done)? {
            let (row, unhashed) = row::read(next, &hash_key).map_err(not_done)??;
            if unhashed {
                self.unhashed.insert(row.id);
            }
            rows.push(row);
        }
        Ok(rows)
    }

    /// Runs a statement; returns the number of rows it changed.
    fn execute(&self, sql: &str, parameters: impl Params) -> Result<usize, StoreError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(not_done)?;
        statement.execute(parameters).map_err(not_done)
    }

    /// The first row of a query.
    fn first<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnOnce(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(not_done)?;
        statement
            .query_row(parameters, read)
            .optional()
            .map_err(not_done)
    }

    fn all<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(not_done)?;
        let rows = statement.query_map(parameters, read).map_err(not_done)?;
        rows.collect::<Result<_, _>>().map_err(not_done)
    }

    /// Number of changes of the file by other connections.
    pub(crate) fn data_version(&self) -> Result<i64, StoreError> {
        let version = self.first("PRAGMA data_version", [], |row| row.get(0))?;
        version.ok_or_else(corrupt)
    }
}

impl Tables for SqliteTables<'_> {
    fn meta(&mut self) -> Result<Meta, StoreError> {
        if let Some(meta) = self.meta {
            return Ok(meta);
        }
        let sql = "SELECT hash_key, restored FROM messages_outbox_meta";
        let meta = self.first(sql, [], |row| {
            Ok(Meta {
                hash_key: row.get(0)?,
                restored: row.get(1)?,
            })
        })?;
        let meta = meta.ok_or_else(corrupt)?;
        self.meta = Some(meta);
        Ok(meta)
    }

    fn set_adopted(&mut self) -> Result<(), StoreError> {
        self.meta = None;
        self.execute("UPDATE messages_outbox_meta SET restored = 0", [])?;
        Ok(())
    }

    fn open_rows(&mut self) -> Result<u64, StoreError> {
        let states = self.states()?;
        let open = states.iter().filter(|(state, _)| state.is_open());
        Ok(open.map(|(_, count)| count).sum())
    }

    fn insert(&mut self, row: &Row, payload: &[u8]) -> Result<(), StoreError> {
        let details = &row.details;
        self.execute(
            "INSERT INTO messages_outbox_intents (id, namespace, key, key_digest, digest, account, \
             sender, channel, campaign, priority, recipient, recipient_hash, tags, due_at, \
             send_before, send_window, zone, enqueued_at, payload, step, choice) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, \
             ?18, ?19, ?20, ?21)",
            params![
                row.id.to_bytes(),
                details.namespace,
                details.key,
                details.key_digest.to_bytes(),
                details.digest.to_bytes(),
                details.lane.account,
                details.lane.sender,
                details.lane.channel,
                details.campaign,
                priority_number(details.priority),
                details.recipient,
                details.recipient_hash.map(RecipientHash::to_bytes),
                tags(&details.tags),
                row.due_at.as_microsecond(),
                details.send_before.map(Timestamp::as_microsecond),
                window(details),
                details.zone.as_ref().map(Zone::as_str),
                details.enqueued_at.as_microsecond(),
                payload,
                details.run.map(|run| run.step),
                details.run.map(|run| run.choice),
            ],
        )?;
        // A trigger adds the row.
        Ok(())
    }

    fn find_key(&mut self, key: &Digest) -> Result<Option<(RowId, Digest)>, StoreError> {
        let sql = "SELECT id, digest FROM messages_outbox_intents WHERE key_digest = ?1 \
                   UNION ALL SELECT id, digest FROM messages_outbox_runs WHERE key_digest = ?1 \
                   LIMIT 1";
        self.first(sql, [key.to_bytes()], |row| {
            Ok((
                RowId::from_bytes(row.get(0)?),
                Digest::from_bytes(row.get(1)?),
            ))
        })
    }

    fn find_uuid(&mut self, uuid: &str) -> Result<Option<RowId>, StoreError> {
        let sql = "SELECT id FROM messages_outbox_rows WHERE message_uuid = ?1 OR workflow_id = ?1";
        self.first(sql, [uuid], |row| Ok(RowId::from_bytes(row.get(0)?)))
    }

    fn load(&mut self, id: RowId) -> Result<Option<Row>, StoreError> {
        let sql = query(
            "FROM messages_outbox_rows r JOIN messages_outbox_intents i ON i.num = r.intent \
             WHERE r.id = ?1",
        );
        Ok(self.rows(&sql, [id.to_bytes()])?.pop())
    }

    fn payload(&mut self, id: RowId) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT payload FROM messages_outbox_intents \
                   WHERE num = (SELECT intent FROM messages_outbox_rows WHERE id = ?1)";
        let payload = self.first(sql, [id.to_bytes()], |row| row.get(0))?;
        Ok(payload.flatten())
    }

    fn update(
        &mut self,
        before: &Row,
        after: &Row,
        entry: Option<&HistoryEntry>,
    ) -> Result<bool, StoreError> {
        let changes = changes(before, after)?;
        let mut sql = String::from("UPDATE messages_outbox_rows SET ");
        for (index, (column, _)) in changes.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            sql.extend([comma, column, " = ?"]);
        }
        sql.push_str(" WHERE id = ? AND state = ? AND epoch = ?");
        let guard = [
            Value::Blob(before.id.to_bytes().to_vec()),
            Value::Text(before.state.as_str().to_owned()),
            Value::Integer(stored(before.epoch)),
        ];
        let values = changes.into_iter().map(|(_, value)| value).chain(guard);
        if self.execute(&sql, params_from_iter(values))? == 0 {
            return Ok(false);
        }
        if before.details != after.details || self.unhashed.remove(&after.id) {
            let details = &after.details;
            self.execute(
                "UPDATE messages_outbox_intents SET key = ?1, recipient = ?2, recipient_hash = ?3 \
                 WHERE num = (SELECT intent FROM messages_outbox_rows WHERE id = ?4)",
                params![
                    details.key,
                    details.recipient,
                    details.recipient_hash.map(RecipientHash::to_bytes),
                    after.id.to_bytes(),
                ],
            )?;
        }
        if let Some(entry) = entry {
            self.add_history(after.id, entry)?;
        }
        Ok(true)
    }

    fn erase_payload(&mut self, id: RowId) -> Result<(), StoreError> {
        self.execute(
            "UPDATE messages_outbox_intents SET payload = NULL \
             WHERE num = (SELECT intent FROM messages_outbox_rows WHERE id = ?1)",
            [id.to_bytes()],
        )?;
        Ok(())
    }

    fn history(&mut self, id: RowId) -> Result<Vec<HistoryEntry>, StoreError> {
        self.read_history(id)
    }

    fn due_lanes(&mut self, now: Timestamp) -> Result<Vec<Lane>, StoreError> {
        self.lanes_due(now)
    }

    fn due_rows(
        &mut self,
        lane: &Lane,
        priority: Priority,
        now: Timestamp,
        except_campaigns: &[String],
        limit: u32,
    ) -> Result<Vec<Row>, StoreError> {
        self.rows_due(lane, priority, now, except_campaigns, limit)
    }

    fn next_due(&mut self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        self.due_after(now)
    }

    fn leases_over(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Row>, StoreError> {
        let sql = query(
            "FROM messages_outbox_rows r INDEXED BY messages_outbox_lease \
             CROSS JOIN messages_outbox_intents i ON i.num = r.intent \
             WHERE r.lease_until IS NOT NULL AND r.lease_until <= ?1 ORDER BY r.lease_until, r.id LIMIT ?2",
        );
        self.rows(&sql, params![now.as_microsecond(), limit])
    }

    fn aged(&mut self, state: State, time: Timestamp, limit: u32) -> Result<Vec<Row>, StoreError> {
        // The state is part of the text, so that the partial index on it can be used.
        let state = state.as_str();
        let sql = query(&format!(
            "FROM messages_outbox_rows r \
             CROSS JOIN messages_outbox_intents i ON i.num = r.intent \
             WHERE r.state = '{state}' AND r.since <= ?1 ORDER BY r.since, r.id LIMIT ?2",
        ));
        self.rows(&sql, params![time.as_microsecond(), limit])
    }

    fn select(
        &mut self,
        filter: &Filter,
        after: Option<RowId>,
        limit: u32,
    ) -> Result<Vec<Row>, StoreError> {
        match filter.recipient {
            Some(recipient) => self.select_recipient(recipient, filter, after, limit),
            None => self.select_rows(filter, after, limit),
        }
    }

    fn holds(&mut self) -> Result<Vec<Scope>, StoreError> {
        self.read_holds()
    }

    fn set_hold(&mut self, scope: &Scope, held: bool) -> Result<bool, StoreError> {
        let scope = values::json(scope)?;
        let sql = if held {
            "INSERT INTO messages_outbox_holds (scope) VALUES (?1) ON CONFLICT DO NOTHING"
        } else {
            "DELETE FROM messages_outbox_holds WHERE scope = ?1"
        };
        Ok(self.execute(sql, [scope])? > 0)
    }

    fn slots(&mut self, scope: &SlotScope) -> Result<Slots, StoreError> {
        let sql = "SELECT next, paused_until FROM messages_outbox_slots WHERE scope = ?1";
        let found = self.first(sql, [values::json(scope)?], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        match found {
            Some((next, paused_until)) => Ok(Slots {
                next: time(next)?,
                paused_until: time(paused_until)?,
            }),
            None => Ok(Slots::default()),
        }
    }

    fn set_slots(&mut self, scope: &SlotScope, slots: &Slots) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO messages_outbox_slots (scope, next, paused_until) VALUES (?1, ?2, ?3) \
             ON CONFLICT (scope) DO UPDATE SET next = ?2, paused_until = ?3",
            params![
                values::json(scope)?,
                slots.next.as_microsecond(),
                slots.paused_until.as_microsecond(),
            ],
        )?;
        Ok(())
    }

    fn consent(
        &mut self,
        group: &str,
        recipient: RecipientHash,
    ) -> Result<Option<LastConsent>, StoreError> {
        let sql = "SELECT opted_out, at FROM messages_outbox_consents \
                   WHERE sender_group = ?1 AND recipient_hash = ?2";
        let found = self.first(sql, params![group, recipient.to_bytes()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        found
            .map(|(opted_out, at)| {
                Ok(LastConsent {
                    opted_out,
                    at: time(at)?,
                })
            })
            .transpose()
    }

    fn set_consent(
        &mut self,
        group: &str,
        recipient: RecipientHash,
        consent: LastConsent,
    ) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO messages_outbox_consents (sender_group, recipient_hash, opted_out, at) \
             VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET opted_out = ?3, at = ?4",
            params![
                group,
                recipient.to_bytes(),
                consent.opted_out,
                consent.at.as_microsecond(),
            ],
        )?;
        Ok(())
    }

    fn park(&mut self, fact: &StatusFact, until: Timestamp) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO messages_outbox_parked (message_uuid, fact, workflow_id, until) \
             VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
            params![
                fact.message_uuid,
                values::json(fact)?,
                fact.workflow_id,
                until.as_microsecond(),
            ],
        )?;
        Ok(())
    }

    fn unpark(&mut self, uuid: &str) -> Result<Vec<StatusFact>, StoreError> {
        let sql = "DELETE FROM messages_outbox_parked \
                   WHERE message_uuid = ?1 OR workflow_id = ?1 RETURNING fact";
        let facts: Vec<String> = self.all(sql, [uuid], |row| row.get(0))?;
        let read = |fact: &String| serde_json::from_str(fact).map_err(|_| corrupt());
        facts.iter().map(read).collect()
    }

    fn discard_parked(&mut self, now: Timestamp) -> Result<u64, StoreError> {
        let sql = "DELETE FROM messages_outbox_parked WHERE until <= ?1";
        Ok(self.execute(sql, [now.as_microsecond()])? as u64)
    }

    fn insert_run(
        &mut self,
        run: &Run,
        document: &[u8],
        recipients: &[RecipientHash],
    ) -> Result<(), StoreError> {
        self.add_run(run, document, recipients)
    }

    fn load_run(&mut self, id: RunId) -> Result<Option<Run>, StoreError> {
        Ok(self.runs("WHERE id = ?1", [id.to_bytes()])?.pop())
    }

    fn definition(&mut self, digest: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
        self.document(digest)
    }

    fn update_run(&mut self, before: &Run, after: &Run) -> Result<bool, StoreError> {
        self.write_run(before, after)
    }

    fn erase_run(&mut self, run: &Run) -> Result<(), StoreError> {
        self.erase_document(run)
    }

    fn due_runs(
        &mut self,
        accounts: &[String],
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Run>, StoreError> {
        self.runs_due(accounts, now, limit)
    }

    fn next_wake(&mut self, accounts: &[String]) -> Result<Option<Timestamp>, StoreError> {
        self.wake(accounts)
    }

    fn runs_of(&mut self, recipient: RecipientHash) -> Result<Vec<Run>, StoreError> {
        self.runs_of_recipient(recipient)
    }

    fn select_runs(
        &mut self,
        filter: &RunFilter,
        after: Option<RunId>,
        limit: u32,
    ) -> Result<Vec<Run>, StoreError> {
        self.runs_matching(filter, after, limit)
    }

    fn running_runs(&mut self) -> Result<u64, StoreError> {
        self.count_running()
    }

    fn sight(&mut self) -> Result<Sight, StoreError> {
        self.read_sight()
    }

    fn set_sight(&mut self, sight: &Sight) -> Result<(), StoreError> {
        self.write_sight(sight)
    }

    fn aggregates(&mut self, now: Timestamp) -> Result<Aggregates, StoreError> {
        self.read_aggregates(now)
    }
}

/// A query of rows.
fn query(rest: &str) -> String {
    format!("SELECT {COLUMNS} {rest}")
}

impl SqliteTables<'_> {
    fn select_rows(
        &mut self,
        filter: &Filter,
        after: Option<RowId>,
        limit: u32,
    ) -> Result<Vec<Row>, StoreError> {
        let mut index = "";
        let mut terms = String::new();
        let mut values = Vec::new();
        if let Some(state) = filter.state {
            index = "INDEXED BY messages_outbox_state";
            terms.push_str(&format!(" AND r.state = '{}'", state.as_str()));
        }
        if let Some(before) = filter.unpurged_since_before {
            if filter.state.is_some_and(|state| !state.is_open()) {
                index = "INDEXED BY messages_outbox_unpurged";
                terms.push_str(
                    " AND r.state <> 'queued' AND r.state <> 'claimed' AND r.state <> 'sending'",
                );
            }
            terms.push_str(" AND r.purged = 0 AND r.since < ?");
            values.push(Value::Integer(before.as_microsecond()));
        }
        if let Some(scope) = &filter.scope {
            let (column, name) = match scope {
                Scope::All => ("1", None),
                Scope::Campaign(name) => ("i.campaign", Some(name)),
                Scope::Sender(name) => ("i.sender", Some(name)),
                Scope::Channel(name) => ("i.channel", Some(name)),
                _ => return Err(StoreError::not_done(StoreErrorKind::Request)),
            };
            if let Some(name) = name {
                terms.push_str(&format!(" AND {column} = ?"));
                values.push(Value::Text(name.clone()));
            }
        }
        let after = after.map_or_else(Vec::new, |id| id.to_bytes().to_vec());
        values.insert(0, Value::Blob(after));
        values.push(Value::Integer(i64::from(limit)));
        let sql = query(&format!(
            "FROM messages_outbox_rows r {index} \
             CROSS JOIN messages_outbox_intents i ON i.num = r.intent \
             WHERE r.id > ?{terms} ORDER BY r.id LIMIT ?"
        ));
        self.rows(&sql, params_from_iter(values))
    }

    /// Rows of a recipient: few, so that the other terms of the filter are checked here.
    fn select_recipient(
        &mut self,
        recipient: RecipientHash,
        filter: &Filter,
        after: Option<RowId>,
        limit: u32,
    ) -> Result<Vec<Row>, StoreError> {
        let join = "CROSS JOIN messages_outbox_rows r ON r.id = i.id WHERE";
        let hashed = query(&format!(
            "FROM messages_outbox_intents i INDEXED BY messages_outbox_recipient {join} \
             i.recipient_hash IS NOT NULL AND i.recipient_hash = ?1"
        ));
        let unhashed = query(&format!(
            "FROM messages_outbox_intents i INDEXED BY messages_outbox_unhashed {join} \
             i.recipient_hash IS NULL AND i.recipient IS NOT NULL"
        ));
        let mut rows = self.rows(&hashed, [recipient.to_bytes()])?;
        rows.extend(self.rows(&unhashed, [])?);
        rows.retain(|row| filter.matches(row) && after.is_none_or(|after| row.id > after));
        rows.sort_unstable_by_key(|row| row.id);
        rows.truncate(limit as usize);
        Ok(rows)
    }
}
