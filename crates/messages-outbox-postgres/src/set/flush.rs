//! Writing what a request changed, in few statements.

use std::collections::BTreeMap;

use jiff::Timestamp;
use messages_outbox::row::Row;
use messages_outbox::{RecipientHash, State, StoreError, StoreErrorKind};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::load::{columns_of, get};
use super::row::{stored, uuid};
use super::{Loaded, Writes};
use crate::enqueue::parameter;
use crate::error::corrupt;
use crate::transaction::{Failure, Transaction};

/// Changes every column that can change; an index whose columns stay as they are is written all the same, since the
/// state is part of most of them.
const UPDATE: &str = "WITH written AS ( \
    UPDATE messages_outbox.rows r SET state = u.state, since = u.since, epoch = u.epoch, \
      attempt = u.attempt, resend = u.resend, due_at = u.due_at, lease_until = u.lease_until, \
      held = u.held, message_uuid = u.message_uuid, workflow_id = u.workflow_id, \
      status = u.status, reason = u.reason, contradictions = u.contradictions, purged = u.purged \
    FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], \
      $7::int[], $8::smallint[], $9::bigint[], $10::bigint[], $11::bool[], $12::text[], \
      $13::text[], $14::text[], $15::text[], $16::int[], $17::bool[]) \
      AS u (id, old_state, old_epoch, state, since, epoch, attempt, resend, due_at, lease_until, \
        held, message_uuid, workflow_id, status, reason, contradictions, purged) \
    WHERE r.id = u.id AND r.state = u.old_state AND r.epoch = u.old_epoch RETURNING 1 \
  ) SELECT messages_outbox.check_count((SELECT count(*) FROM written), $18)";

const DETAILS: &str = "UPDATE messages_outbox.intents i \
    SET key = u.key, recipient = u.recipient, recipient_hash = u.recipient_hash \
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[]) \
      AS u (id, key, recipient, recipient_hash) WHERE i.id = u.id";

const HISTORY: &str = "INSERT INTO messages_outbox.history \
    (id, at, event, from_state, to_state, attempt, detail) \
    SELECT id, at, event, from_state, to_state, attempt, detail \
    FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::int[], \
      $7::text[]) WITH ORDINALITY \
      AS u (id, at, event, from_state, to_state, attempt, detail, place) ORDER BY place";

const COUNTS: &str = "INSERT INTO messages_outbox.counts (kind, name, number) \
    SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])";

const SLOTS: &str = "WITH written AS ( \
    INSERT INTO messages_outbox.slots AS s (kind, account, sender, channel, next, paused_until) \
    SELECT kind, account, sender, channel, next, paused_until \
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[]) \
      AS u (kind, account, sender, channel, next, paused_until) ORDER BY 1, 2, 3, 4 \
    ON CONFLICT (kind, account, sender, channel) \
    DO UPDATE SET next = excluded.next, paused_until = excluded.paused_until \
    WHERE (s.next, s.paused_until) IN (SELECT old.next, old.paused_until \
      FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $7::bigint[], $8::bigint[]) \
        AS old (kind, account, sender, channel, next, paused_until) \
      WHERE old.kind = s.kind AND old.account = s.account AND old.sender = s.sender \
        AND old.channel = s.channel) RETURNING 1 \
  ) SELECT messages_outbox.check_count((SELECT count(*) FROM written), $9)";

const CONSENTS: &str = "WITH written AS ( \
    INSERT INTO messages_outbox.consents AS c (recipient_hash, sender_group, opted_out, at) \
    SELECT recipient_hash, sender_group, opted_out, at \
    FROM unnest($1::bytea[], $2::text[], $3::bool[], $4::bigint[]) \
      AS u (recipient_hash, sender_group, opted_out, at) ORDER BY 1, 2 \
    ON CONFLICT (recipient_hash, sender_group) \
    DO UPDATE SET opted_out = excluded.opted_out, at = excluded.at \
    WHERE (c.opted_out, c.at) IN (SELECT old.opted_out, old.at \
      FROM unnest($1::bytea[], $2::text[], $5::bool[], $6::bigint[]) \
        AS old (recipient_hash, sender_group, opted_out, at) \
      WHERE old.recipient_hash = c.recipient_hash AND old.sender_group = c.sender_group) \
    RETURNING 1 \
  ) SELECT messages_outbox.check_count((SELECT count(*) FROM written), $7)";

const PARK: &str = "INSERT INTO messages_outbox.parked \
    (message_uuid, fact_digest, fact, workflow_id, until) \
    SELECT message_uuid, sha256(convert_to(fact, 'UTF8')), fact, workflow_id, until \
    FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) \
      AS u (message_uuid, fact, workflow_id, until) ON CONFLICT DO NOTHING";

impl Writes {
    /// Writes everything. Each change of a row is guarded by the state and epoch that were loaded: if another
    /// transaction was faster, the result is a conflict.
    pub(crate) async fn flush(
        &self,
        transaction: &Transaction,
        loaded: &Loaded,
    ) -> Result<(), Failure> {
        // First, since its conflicts are those that other programs can cause.
        self.flush_inserted(transaction).await?;
        let mut changes = self.changes(loaded)?;
        self.runs.count(&loaded.runs, &mut changes.counts);
        tokio::try_join!(
            changes.flush(transaction),
            self.flush_history(transaction),
            self.flush_slots(transaction, loaded),
            self.flush_consents(transaction, loaded),
            self.flush_parked(transaction),
            self.flush_rest(transaction),
        )?;
        // Always after the rows, in this order: two transactions that change the same run do not wait for each other.
        self.runs.flush(transaction, &loaded.runs).await?;
        self.campaigns.flush(transaction).await?;
        if changes.has_queued || self.holds.values().any(|held| !held) || self.adopted {
            let notify = "SELECT pg_notify('messages_outbox', '')";
            transaction.query(notify, &[]).await?;
        }
        Ok(())
    }

    async fn flush_inserted(&self, transaction: &Transaction) -> Result<(), Failure> {
        if self.inserted.is_empty() {
            return Ok(());
        }
        let parameter = parameter(
            self.inserted
                .iter()
                .map(|(row, body)| (row, body.as_slice())),
        );
        let sql = "SELECT count(*) FROM messages_outbox.enqueue($1) WHERE outcome = 'new'";
        let rows = transaction.query(sql, &[&parameter]).await?;
        let added: i64 = get(rows.first().ok_or_else(corrupt)?, 0)?;
        if usize::try_from(added) != Ok(self.inserted.len()) {
            let busy = StoreError::not_done(StoreErrorKind::Busy);
            return Err(Failure::Conflict(busy));
        }
        Ok(())
    }

    /// The rows that differ from what is stored.
    fn changes(&self, loaded: &Loaded) -> Result<Changes, StoreError> {
        let mut changes = Changes::default();
        let inserted = self.inserted.iter().map(|(row, _)| (row.id, row));
        let inserted: BTreeMap<_, _> = inserted.collect();
        for (id, after) in &self.rows {
            let stored = loaded.rows.get(id).and_then(Option::as_ref);
            let (before, unhashed) = match (inserted.get(id), stored) {
                (Some(row), _) => (*row, false),
                (None, Some(stored)) => (&stored.row, stored.unhashed),
                (None, None) => return Err(corrupt()),
            };
            if before != after || unhashed {
                changes.add(before, after, unhashed)?;
            }
        }
        Ok(changes)
    }

    async fn flush_history(&self, transaction: &Transaction) -> Result<(), Failure> {
        if self.history.is_empty() {
            return Ok(());
        }
        let entries = || self.history.iter().map(|(_, entry)| entry);
        let ids: Vec<Uuid> = self.history.iter().map(|(row, _)| uuid(*row)).collect();
        let times: Vec<i64> = entries().map(|entry| entry.at.as_microsecond()).collect();
        let events: Vec<&str> = entries().map(|entry| entry.event.as_str()).collect();
        let from: Vec<&str> = entries().map(|entry| entry.from.as_str()).collect();
        let to: Vec<&str> = entries().map(|entry| entry.to.as_str()).collect();
        let attempts: Vec<i32> = entries().map(|entry| stored(entry.attempt)).collect();
        let details: Vec<Option<&str>> = entries().map(|entry| entry.detail.as_deref()).collect();
        let parameters: [&(dyn ToSql + Sync); 7] =
            [&ids, &times, &events, &from, &to, &attempts, &details];
        transaction.query(HISTORY, &parameters).await?;
        Ok(())
    }

    async fn flush_slots(&self, transaction: &Transaction, loaded: &Loaded) -> Result<(), Failure> {
        if self.slots.is_empty() {
            return Ok(());
        }
        let scopes: Vec<_> = self.slots.keys().cloned().collect();
        let [kinds, accounts, senders, channels] = columns_of(&scopes);
        let next: Vec<i64> = self
            .slots
            .values()
            .map(|slots| slots.next.as_microsecond())
            .collect();
        let paused: Vec<i64> = self
            .slots
            .values()
            .map(|slots| slots.paused_until.as_microsecond())
            .collect();
        let old = |scope| loaded.slots.get(scope).copied().flatten();
        let old: Vec<_> = scopes.iter().map(old).collect();
        let old_next: Vec<Option<i64>> = old
            .iter()
            .map(|slots| slots.map(|slots| slots.next.as_microsecond()))
            .collect();
        let old_paused: Vec<Option<i64>> = old
            .iter()
            .map(|slots| slots.map(|slots| slots.paused_until.as_microsecond()))
            .collect();
        let expected = scopes.len() as i64;
        let parameters: [&(dyn ToSql + Sync); 9] = [
            &kinds,
            &accounts,
            &senders,
            &channels,
            &next,
            &paused,
            &old_next,
            &old_paused,
            &expected,
        ];
        transaction.query(SLOTS, &parameters).await?;
        Ok(())
    }

    async fn flush_consents(
        &self,
        transaction: &Transaction,
        loaded: &Loaded,
    ) -> Result<(), Failure> {
        if self.consents.is_empty() {
            return Ok(());
        }
        let keys = || self.consents.keys();
        let hashes: Vec<Vec<u8>> = keys().map(|(_, hash)| hash.to_bytes().to_vec()).collect();
        let groups: Vec<&str> = keys().map(|(group, _)| group.as_str()).collect();
        let opted_out: Vec<bool> = self.consents.values().map(|new| new.opted_out).collect();
        let times: Vec<i64> = self
            .consents
            .values()
            .map(|new| new.at.as_microsecond())
            .collect();
        let old = |(group, hash): &(String, RecipientHash)| {
            loaded.consents.get(hash)?.get(group).copied()
        };
        let old: Vec<_> = keys().map(old).collect();
        let old_opted_out: Vec<Option<bool>> =
            old.iter().map(|old| old.map(|old| old.opted_out)).collect();
        let old_times: Vec<Option<i64>> = old
            .iter()
            .map(|old| old.map(|old| old.at.as_microsecond()))
            .collect();
        let expected = self.consents.len() as i64;
        let parameters: [&(dyn ToSql + Sync); 7] = [
            &hashes,
            &groups,
            &opted_out,
            &times,
            &old_opted_out,
            &old_times,
            &expected,
        ];
        transaction.query(CONSENTS, &parameters).await?;
        Ok(())
    }

    async fn flush_parked(&self, transaction: &Transaction) -> Result<(), Failure> {
        if !self.unparked.is_empty() {
            let uuids: Vec<&str> = self.unparked.iter().map(String::as_str).collect();
            let sql = "DELETE FROM messages_outbox.parked \
                       WHERE message_uuid = ANY ($1) OR workflow_id = ANY ($1)";
            transaction.query(sql, &[&uuids]).await?;
        }
        if self.parked.is_empty() {
            return Ok(());
        }
        let facts = || self.parked.iter().map(|(fact, _)| fact);
        let uuids: Vec<&str> = facts().map(|fact| fact.message_uuid.as_str()).collect();
        let texts = facts().map(|fact| serde_json::to_string(fact).map_err(|_| corrupt()));
        let texts = texts.collect::<Result<Vec<String>, _>>()?;
        let workflows: Vec<Option<&str>> =
            facts().map(|fact| fact.workflow_id.as_deref()).collect();
        let until: Vec<i64> = self
            .parked
            .iter()
            .map(|(_, until)| until.as_microsecond())
            .collect();
        let parameters: [&(dyn ToSql + Sync); 4] = [&uuids, &texts, &workflows, &until];
        transaction.query(PARK, &parameters).await?;
        Ok(())
    }

    async fn flush_rest(&self, transaction: &Transaction) -> Result<(), Failure> {
        if !self.erased.is_empty() {
            let ids: Vec<Uuid> = self.erased.iter().map(|row| uuid(*row)).collect();
            let sql = "DELETE FROM messages_outbox.payloads WHERE id = ANY ($1)";
            transaction.query(sql, &[&ids]).await?;
        }
        for (scope, held) in &self.holds {
            let scope = serde_json::to_string(scope).map_err(|_| corrupt())?;
            let sql = match held {
                true => "INSERT INTO messages_outbox.holds VALUES ($1) ON CONFLICT DO NOTHING",
                false => "DELETE FROM messages_outbox.holds WHERE scope = $1",
            };
            transaction.query(sql, &[&scope]).await?;
        }
        if self.adopted {
            let sql = "UPDATE messages_outbox.meta SET restored = false";
            transaction.query(sql, &[]).await?;
        }
        Ok(())
    }
}

/// Columns of the rows that change.
#[derive(Default)]
struct Changes {
    ids: Vec<Uuid>,
    old_state: Vec<&'static str>,
    old_epoch: Vec<i64>,
    state: Vec<&'static str>,
    since: Vec<i64>,
    epoch: Vec<i64>,
    attempt: Vec<i32>,
    resend: Vec<i16>,
    due_at: Vec<i64>,
    lease_until: Vec<Option<i64>>,
    held: Vec<bool>,
    message_uuid: Vec<Option<String>>,
    workflow_id: Vec<Option<String>>,
    status: Vec<Option<String>>,
    reason: Vec<Option<String>>,
    contradictions: Vec<i32>,
    purged: Vec<bool>,
    details: Details,
    /// Changes of the numbers of rows.
    counts: BTreeMap<(&'static str, String), i64>,
    /// A row is queued now that was not.
    has_queued: bool,
}

/// Columns of the intents that change.
#[derive(Default)]
struct Details {
    ids: Vec<Uuid>,
    key: Vec<Option<String>>,
    recipient: Vec<Option<String>>,
    recipient_hash: Vec<Option<Vec<u8>>>,
}

impl Changes {
    fn add(&mut self, before: &Row, after: &Row, unhashed: bool) -> Result<(), StoreError> {
        self.ids.push(uuid(after.id));
        self.old_state.push(before.state.as_str());
        self.old_epoch.push(stored(before.epoch));
        self.state.push(after.state.as_str());
        self.since.push(after.since.as_microsecond());
        self.epoch.push(stored(after.epoch));
        self.attempt.push(stored(after.attempt));
        self.resend.push(i16::from(after.resend));
        self.due_at.push(after.due_at.as_microsecond());
        let lease = after.lease_until.map(Timestamp::as_microsecond);
        self.lease_until.push(lease);
        self.held.push(after.held);
        self.message_uuid.push(after.message_uuid.clone());
        self.workflow_id.push(after.workflow_id.clone());
        let status = |row: &Row| row.status.as_ref().map(|status| status.as_str().to_owned());
        self.status.push(status(after));
        let reason = after.reason.as_ref().map(serde_json::to_string).transpose();
        self.reason.push(reason.map_err(|_| corrupt())?);
        self.contradictions.push(stored(after.contradictions));
        self.purged.push(after.purged);

        if before.details != after.details || unhashed {
            let details = &after.details;
            let hash = details.recipient_hash.map(RecipientHash::to_bytes);
            self.details.ids.push(uuid(after.id));
            self.details.key.push(details.key.clone());
            self.details.recipient.push(details.recipient.clone());
            self.details
                .recipient_hash
                .push(hash.map(|hash| hash.to_vec()));
        }
        if before.state != after.state {
            self.count("state", before.state.as_str(), -1);
            self.count("state", after.state.as_str(), 1);
        }
        if before.status != after.status {
            for (status, change) in [(status(before), -1), (status(after), 1)] {
                if let Some(status) = status {
                    self.count("status", &status, change);
                }
            }
        }
        let contradictions = i64::from(after.contradictions) - i64::from(before.contradictions);
        if contradictions != 0 {
            self.count("contradictions", "", contradictions);
        }
        let is_queued = |row: &Row| row.state == State::Queued && !row.held;
        self.has_queued |= is_queued(after) && !is_queued(before);
        Ok(())
    }

    fn count(&mut self, kind: &'static str, name: &str, change: i64) {
        *self.counts.entry((kind, name.to_owned())).or_default() += change;
    }

    async fn flush(&self, transaction: &Transaction) -> Result<(), Failure> {
        let expected = self.ids.len() as i64;
        let parameters: [&(dyn ToSql + Sync); 18] = [
            &self.ids,
            &self.old_state,
            &self.old_epoch,
            &self.state,
            &self.since,
            &self.epoch,
            &self.attempt,
            &self.resend,
            &self.due_at,
            &self.lease_until,
            &self.held,
            &self.message_uuid,
            &self.workflow_id,
            &self.status,
            &self.reason,
            &self.contradictions,
            &self.purged,
            &expected,
        ];
        let details = async {
            if self.details.ids.is_empty() {
                return Ok(());
            }
            let Details {
                ids,
                key,
                recipient,
                recipient_hash,
            } = &self.details;
            let parameters: [&(dyn ToSql + Sync); 4] = [ids, key, recipient, recipient_hash];
            transaction.query(DETAILS, &parameters).await.map(drop)
        };
        let counts = async {
            let changed = || self.counts.iter().filter(|(_, change)| **change != 0);
            let kinds: Vec<&str> = changed().map(|((kind, _), _)| *kind).collect();
            let names: Vec<&str> = changed().map(|((_, name), _)| name.as_str()).collect();
            let changes: Vec<i64> = changed().map(|(_, change)| *change).collect();
            if kinds.is_empty() {
                return Ok(());
            }
            let parameters: [&(dyn ToSql + Sync); 3] = [&kinds, &names, &changes];
            transaction.query(COUNTS, &parameters).await.map(drop)
        };
        let rows = async {
            if self.ids.is_empty() {
                return Ok(());
            }
            transaction.query(UPDATE, &parameters).await.map(drop)
        };
        tokio::try_join!(rows, details, counts)?;
        Ok(())
    }
}
