//! Loading what a request reads.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use messages_outbox::ledger::{Aggregates, LastConsent};
use messages_outbox::row::{Lane, Priority, StatusFact};
use messages_outbox::{
    Digest, HistoryEntry, RecipientHash, RowId, Scope, SlotScope, Slots, State, StoreError,
    StoreErrorKind,
};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::list::List;
use super::row::{
    COLUMNS, TABLES, WIDTH, digest, hash_of, id, number, priority_number, priority_of, read, time,
    uuid,
};
use super::{Due, Loaded, Need, Position};
use crate::error::corrupt;
use crate::transaction::{Failure, Transaction};

/// Locks that loading takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Locking {
    /// Rows are locked against other writers.
    pub(crate) rows: bool,
    /// Slots as well.
    pub(crate) slots: bool,
    pub(crate) campaigns: CampaignLock,
}

/// Lock of a campaign and of its recipients that are due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CampaignLock {
    None,
    /// Waits for other transactions.
    Wait,
    /// Leaves out what other transactions have locked.
    Skip,
}

impl CampaignLock {
    pub(super) const fn clause(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Wait => "FOR NO KEY UPDATE",
            Self::Skip => "FOR NO KEY UPDATE SKIP LOCKED",
        }
    }
}

/// Loads values within a transaction.
pub(crate) struct Loader<'a> {
    pub(crate) transaction: &'a Transaction,
    pub(crate) hash_key: &'a [u8; 32],
    /// The present; `None` is the server's.
    pub(crate) now: Option<Timestamp>,
    pub(crate) locking: Locking,
}

/// The parameter of a list of rows.
type Parameter = Box<dyn ToSql + Sync + Send>;

impl Loader<'_> {
    /// Loads these values, each kind by one statement. The statements share a round trip.
    ///
    /// Returns the server's clock after the locks of slots that it waited for.
    pub(crate) async fn load(
        &self,
        needs: &HashSet<Need>,
        loaded: &mut Loaded,
    ) -> Result<Option<Timestamp>, Failure> {
        let rows = self.rows(pick(needs, |need| match need {
            Need::Row(row) => Some(uuid(*row)),
            _ => None,
        }));
        let payloads = self.payloads(pick(needs, |need| match need {
            Need::Payload(row) => Some(uuid(*row)),
            _ => None,
        }));
        let histories = self.histories(pick(needs, |need| match need {
            Need::History(row) => Some(uuid(*row)),
            _ => None,
        }));
        let keys = self.keys(pick(needs, |need| match need {
            Need::Key(key) => Some(*key),
            _ => None,
        }));
        let uuids = self.uuids(pick(needs, |need| match need {
            Need::Uuid(uuid) => Some(uuid.clone()),
            _ => None,
        }));
        let consents = self.consents(pick(needs, |need| match need {
            Need::Consents(hash) => Some(*hash),
            _ => None,
        }));
        let parked = self.parked(pick(needs, |need| match need {
            Need::Parked(uuid) => Some(uuid.clone()),
            _ => None,
        }));
        let slots = self.slots(pick(needs, |need| match need {
            Need::Slots(scope) => Some(scope.clone()),
            _ => None,
        }));
        let (rows, payloads, histories, keys, uuids, consents, parked, slots) = tokio::try_join!(
            rows, payloads, histories, keys, uuids, consents, parked, slots
        )?;
        loaded.rows.extend(rows);
        loaded.payloads.extend(payloads);
        loaded.histories.extend(histories);
        loaded.keys.extend(keys);
        loaded.uuids.extend(uuids);
        loaded.consents.extend(consents);
        loaded.parked.extend(parked);
        let (slots, clock) = slots;
        loaded.slots.extend(slots);

        self.load_campaigns(needs, loaded).await?;
        if needs.contains(&Need::OpenRows) {
            loaded.open_rows = Some(self.open_rows().await?);
        }
        if needs.contains(&Need::Holds) {
            loaded.holds = Some(self.holds().await?);
        }
        if needs.contains(&Need::Positions) {
            loaded.positions = Some(self.positions().await?);
        }
        if needs.contains(&Need::DiscardParked) {
            loaded.discarded = Some(self.discard_parked().await?);
        }
        if needs.contains(&Need::Aggregates) {
            loaded.aggregates = Some(self.aggregates().await?);
        }
        self.load_runs(needs, loaded).await?;
        self.due(needs, loaded).await?;
        let mut recipients = Vec::new();
        for need in needs {
            if let Need::List(list) = need {
                match list.recipient() {
                    Some(hash) => recipients.push((hash, list)),
                    None => self.list(list, loaded).await?,
                }
            }
        }
        self.recipient_lists(recipients, loaded).await?;
        Ok(clock)
    }

    fn is_past(&self, time: Timestamp) -> bool {
        self.now.is_none_or(|now| time <= now)
    }

    async fn rows(&self, ids: Vec<Uuid>) -> Result<Vec<(RowId, Option<super::Stored>)>, Failure> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let lock = match self.locking.rows {
            true => "FOR NO KEY UPDATE OF r",
            false => "",
        };
        let sql =
            format!("SELECT {COLUMNS} FROM {TABLES} WHERE r.id = ANY ($1) ORDER BY r.id {lock}");
        let mut rows: Vec<_> = ids.iter().map(|row| (id(*row), None)).collect();
        for stored in self.transaction.query(&sql, &[&ids]).await? {
            let stored = read(&stored, self.hash_key)?;
            rows.push((stored.row.id, Some(stored)));
        }
        Ok(rows)
    }

    async fn payloads(&self, ids: Vec<Uuid>) -> Result<Vec<(RowId, Option<Vec<u8>>)>, Failure> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let sql = "SELECT id, payload FROM messages_outbox.payloads WHERE id = ANY ($1)";
        let mut payloads: Vec<_> = ids.iter().map(|row| (id(*row), None)).collect();
        for stored in self.transaction.query(sql, &[&ids]).await? {
            let payload: String = get(&stored, 1)?;
            payloads.push((id(get(&stored, 0)?), Some(payload.into_bytes())));
        }
        Ok(payloads)
    }

    async fn histories(&self, ids: Vec<Uuid>) -> Result<Vec<(RowId, Vec<HistoryEntry>)>, Failure> {
        let mut histories = Vec::new();
        let sql = "SELECT at, event, from_state, to_state, attempt, detail \
                   FROM messages_outbox.history WHERE id = $1 ORDER BY number";
        for row in ids {
            let mut entries = Vec::new();
            for stored in self.transaction.query(sql, &[&row]).await? {
                entries.push(entry(&stored)?);
            }
            histories.push((id(row), entries));
        }
        Ok(histories)
    }

    async fn keys(
        &self,
        keys: Vec<Digest>,
    ) -> Result<Vec<(Digest, Option<(RowId, Digest)>)>, Failure> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let sql = "SELECT key_digest, id, digest FROM messages_outbox.intents \
                   WHERE key_digest = ANY ($1) UNION ALL \
                   SELECT key_digest, id, digest FROM messages_outbox.runs \
                   WHERE key_digest = ANY ($1)";
        let bytes: Vec<Vec<u8>> = keys.iter().map(|key| key.to_bytes().to_vec()).collect();
        let mut found: Vec<_> = keys.into_iter().map(|key| (key, None)).collect();
        for stored in self.transaction.query(sql, &[&bytes]).await? {
            let key = digest(get(&stored, 0)?)?;
            found.push((key, Some((id(get(&stored, 1)?), digest(get(&stored, 2)?)?))));
        }
        Ok(found)
    }

    async fn uuids(&self, uuids: Vec<String>) -> Result<Vec<(String, Option<RowId>)>, Failure> {
        if uuids.is_empty() {
            return Ok(Vec::new());
        }
        let sql = "SELECT id, message_uuid FROM messages_outbox.rows WHERE message_uuid = ANY ($1) \
                   UNION ALL \
                   SELECT id, workflow_id FROM messages_outbox.rows WHERE workflow_id = ANY ($1)";
        let rows = self.transaction.query(sql, &[&uuids]).await?;
        let mut found: Vec<_> = uuids.into_iter().map(|uuid| (uuid, None)).collect();
        for stored in rows {
            found.push((get(&stored, 1)?, Some(id(get(&stored, 0)?))));
        }
        Ok(found)
    }

    async fn consents(
        &self,
        hashes: Vec<RecipientHash>,
    ) -> Result<Vec<(RecipientHash, Consents)>, Failure> {
        if hashes.is_empty() {
            return Ok(Vec::new());
        }
        let sql = "SELECT recipient_hash, sender_group, opted_out, at \
                   FROM messages_outbox.consents WHERE recipient_hash = ANY ($1)";
        let bytes: Vec<Vec<u8>> = hashes.iter().map(|hash| hash.to_bytes().to_vec()).collect();
        let mut found: HashMap<_, Consents> = hashes
            .into_iter()
            .map(|hash| (hash, Consents::new()))
            .collect();
        for stored in self.transaction.query(sql, &[&bytes]).await? {
            let consents = found.entry(hash_of(get(&stored, 0)?)?).or_default();
            let consent = LastConsent {
                opted_out: get(&stored, 2)?,
                at: time(get(&stored, 3)?)?,
            };
            consents.insert(get(&stored, 1)?, consent);
        }
        Ok(found.into_iter().collect())
    }

    async fn parked(&self, uuids: Vec<String>) -> Result<Vec<(String, Vec<StatusFact>)>, Failure> {
        if uuids.is_empty() {
            return Ok(Vec::new());
        }
        let sql = "SELECT fact FROM messages_outbox.parked WHERE message_uuid = ANY ($1) \
                   UNION \
                   SELECT fact FROM messages_outbox.parked WHERE workflow_id = ANY ($1)";
        let mut facts: Vec<StatusFact> = Vec::new();
        for stored in self.transaction.query(sql, &[&uuids]).await? {
            let fact: &str = get(&stored, 0)?;
            facts.push(serde_json::from_str(fact).map_err(|_| corrupt())?);
        }
        let of = |uuid: &String| {
            let of = facts.iter().filter(|fact| {
                fact.message_uuid == *uuid || fact.workflow_id.as_ref() == Some(uuid)
            });
            of.cloned().collect()
        };
        Ok(uuids.iter().map(|uuid| (uuid.clone(), of(uuid))).collect())
    }

    /// Slots, and the clock after their locks.
    async fn slots(
        &self,
        scopes: Vec<SlotScope>,
    ) -> Result<(Vec<(SlotScope, Option<Slots>)>, Option<Timestamp>), Failure> {
        if scopes.is_empty() {
            return Ok((Vec::new(), None));
        }
        let [kinds, accounts, senders, channels] = columns_of(&scopes);
        let parameters: [&(dyn ToSql + Sync); 4] = [&kinds, &accounts, &senders, &channels];
        let lock = match self.locking.slots {
            true => "FOR UPDATE OF s",
            false => "",
        };
        // Always in this order, so that two claims do not wait for each other.
        let sql = format!(
            "WITH found AS MATERIALIZED ( \
               SELECT s.* FROM messages_outbox.slots s \
               WHERE (s.kind, s.account, s.sender, s.channel) IN \
                 (SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])) \
               ORDER BY s.kind, s.account, s.sender, s.channel {lock} \
             ) SELECT kind, account, sender, channel, next, paused_until, messages_outbox.clock() \
             FROM found"
        );
        let mut stored = self.transaction.query(&sql, &parameters).await?;
        if self.locking.slots && stored.len() < scopes.len() {
            let insert = "INSERT INTO messages_outbox.slots (kind, account, sender, channel) \
                          SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) \
                          ORDER BY 1, 2, 3, 4 ON CONFLICT DO NOTHING";
            self.transaction.query(insert, &parameters).await?;
            stored = self.transaction.query(&sql, &parameters).await?;
        }
        let mut slots: Vec<_> = scopes.into_iter().map(|scope| (scope, None)).collect();
        let mut clock = None;
        for row in stored {
            let found = Slots {
                next: time(get(&row, 4)?)?,
                paused_until: time(get(&row, 5)?)?,
            };
            slots.push((scope_of(&row)?, Some(found)));
            clock = clock.max(Some(time(get(&row, 6)?)?));
        }
        Ok((slots, clock.filter(|_| self.locking.slots)))
    }

    async fn open_rows(&self) -> Result<u64, Failure> {
        let sql = "SELECT coalesce(sum(number), 0)::bigint FROM messages_outbox.counts \
                   WHERE kind = 'state' AND name = ANY ($1)";
        let open = State::ALL.into_iter().filter(|state| state.is_open());
        let open: Vec<&str> = open.map(State::as_str).collect();
        let rows = self.transaction.query(sql, &[&open]).await?;
        let row = rows.first().ok_or_else(corrupt)?;
        Ok(number(get::<i64>(row, 0)?)?)
    }

    async fn holds(&self) -> Result<Vec<Scope>, Failure> {
        let sql = "SELECT scope FROM messages_outbox.holds";
        let rows = self.transaction.query(sql, &[]).await?;
        let read = |row: &Row| {
            let scope: &str = get(row, 0)?;
            serde_json::from_str(scope).map_err(|_| corrupt())
        };
        Ok(rows.iter().map(read).collect::<Result<_, StoreError>>()?)
    }

    /// Positions of queued rows, by two steps in the index for each.
    async fn positions(&self) -> Result<Vec<Position>, Failure> {
        // The present is read once, which lets the index be used.
        let sql = "WITH RECURSIVE place AS ( \
              (SELECT lane, priority, due_at FROM messages_outbox.rows \
               WHERE state = 'queued' AND NOT held ORDER BY lane, priority, due_at LIMIT 1) \
              UNION ALL \
              SELECT next.* FROM place, LATERAL ( \
                SELECT r.lane, r.priority, r.due_at FROM messages_outbox.rows r \
                WHERE r.state = 'queued' AND NOT r.held \
                  AND (r.lane, r.priority) > (place.lane, place.priority) \
                ORDER BY r.lane, r.priority, r.due_at LIMIT 1 \
              ) next \
            ) SELECT place.lane, l.account, l.sender, l.channel, l.campaign, place.priority, \
              place.due_at, ( \
                SELECT r.due_at FROM messages_outbox.rows r \
                WHERE r.state = 'queued' AND NOT r.held AND r.lane = place.lane \
                  AND r.priority = place.priority AND r.due_at > (SELECT coalesce($1, messages_outbox.clock())) \
                ORDER BY r.due_at LIMIT 1 \
              ) FROM place JOIN messages_outbox.lanes l ON l.num = place.lane";
        let now = self.now.map(Timestamp::as_microsecond);
        let rows = self.transaction.query(sql, &[&now]).await?;
        let read = |row: &Row| {
            Ok(Position {
                num: get(row, 0)?,
                lane: Lane {
                    account: get(row, 1)?,
                    sender: get(row, 2)?,
                    channel: get(row, 3)?,
                },
                campaign: get(row, 4)?,
                priority: priority_of(get(row, 5)?)?,
                due: time(get(row, 6)?)?,
                later: get::<Option<i64>>(row, 7)?.map(time).transpose()?,
            })
        };
        Ok(rows.iter().map(read).collect::<Result<_, StoreError>>()?)
    }

    /// Due rows with their payloads and consents. Rows that another transaction has locked are skipped.
    async fn due(&self, needs: &HashSet<Need>, loaded: &mut Loaded) -> Result<(), Failure> {
        let mut lanes: Vec<i32> = Vec::new();
        let mut priorities: Vec<i16> = Vec::new();
        let mut limits: Vec<i64> = Vec::new();
        let held = loaded.holds.as_deref().unwrap_or_default();
        let is_held = |position: &Position| {
            let campaign = position.campaign.as_ref();
            campaign.is_some_and(|name| held.contains(&Scope::Campaign(name.clone())))
        };
        for need in needs {
            let Need::Due(lane, priority, limit) = need else {
                continue;
            };
            let extent = Due {
                asked: *limit,
                end: None,
            };
            loaded.due.insert((lane.clone(), *priority), extent);
            let positions = loaded.positions.as_deref().unwrap_or_default().iter();
            let positions = positions
                .filter(|position| position.lane == *lane && position.priority == *priority)
                .filter(|position| self.is_past(position.due) && !is_held(position));
            for position in positions {
                lanes.push(position.num);
                priorities.push(priority_number(*priority));
                limits.push(i64::from(*limit));
            }
        }
        if lanes.is_empty() {
            return Ok(());
        }
        let due = "state = 'queued' AND NOT held AND lane = ask.lane \
                   AND priority = ask.priority AND due_at <= (SELECT coalesce($4, messages_outbox.clock()))";
        let sql = format!(
            "SELECT {COLUMNS}, p.payload, ask.lane, \
               ARRAY(SELECT c.sender_group FROM messages_outbox.consents c \
                     WHERE c.recipient_hash = i.recipient_hash ORDER BY c.sender_group), \
               ARRAY(SELECT c.opted_out FROM messages_outbox.consents c \
                     WHERE c.recipient_hash = i.recipient_hash ORDER BY c.sender_group), \
               ARRAY(SELECT c.at FROM messages_outbox.consents c \
                     WHERE c.recipient_hash = i.recipient_hash ORDER BY c.sender_group) \
             FROM unnest($1::int[], $2::smallint[], $3::bigint[]) AS ask (lane, priority, number), \
             LATERAL (SELECT * FROM messages_outbox.rows WHERE {due} \
               ORDER BY due_at, id LIMIT ask.number FOR NO KEY UPDATE SKIP LOCKED) AS r \
             JOIN messages_outbox.intents i ON i.id = r.id \
             JOIN messages_outbox.lanes l ON l.num = r.lane \
             LEFT JOIN messages_outbox.payloads p ON p.id = r.id"
        );
        let count = format!(
            "SELECT coalesce(sum((SELECT count(*) FROM (SELECT FROM messages_outbox.rows \
               WHERE {due} LIMIT ask.number) AS visible)), 0)::bigint \
             FROM unnest($1::int[], $2::smallint[], $3::bigint[]) AS ask (lane, priority, number)"
        );
        let now = self.now.map(Timestamp::as_microsecond);
        let parameters: [&(dyn ToSql + Sync); 4] = [&lanes, &priorities, &limits, &now];
        let (rows, visible) = tokio::try_join!(
            self.transaction.query(&sql, &parameters),
            self.transaction.query(&count, &parameters)
        )?;
        let visible: i64 = get(visible.first().ok_or_else(corrupt)?, 0)?;
        loaded.skipped |= rows.len() < usize::try_from(visible).unwrap_or_default();
        // Number of rows of each campaign, and the last one.
        let mut ends: HashMap<(i32, Priority), (u32, (Timestamp, RowId))> = HashMap::new();
        for row in rows {
            let stored = read(&row, self.hash_key)?;
            let payload: Option<String> = get(&row, WIDTH)?;
            let campaign: i32 = get(&row, WIDTH + 1)?;
            let groups: Vec<String> = get(&row, WIDTH + 2)?;
            let opted_out: Vec<bool> = get(&row, WIDTH + 3)?;
            let times: Vec<i64> = get(&row, WIDTH + 4)?;
            if let (false, Some(hash)) = (stored.unhashed, stored.row.details.recipient_hash) {
                let mut consents = Consents::new();
                for ((group, opted_out), at) in groups.into_iter().zip(opted_out).zip(times) {
                    let at = time(at)?;
                    consents.insert(group, LastConsent { opted_out, at });
                }
                loaded.consents.insert(hash, consents);
            }
            let row = &stored.row;
            let (count, last) = ends
                .entry((campaign, row.details.priority))
                .or_insert((0, (row.due_at, row.id)));
            *count += 1;
            *last = (*last).max((row.due_at, row.id));
            loaded
                .payloads
                .insert(row.id, payload.map(String::into_bytes));
            loaded.rows.insert(row.id, Some(stored));
        }
        // Behind as many rows of a campaign as were asked for, there may be more.
        for position in loaded.positions.iter().flatten() {
            let key = (position.lane.clone(), position.priority);
            if let Some((count, last)) = ends.get(&(position.num, position.priority))
                && let Some(extent) = loaded.due.get_mut(&key)
                && *count >= extent.asked
            {
                extent.end = Some(extent.end.map_or(*last, |end| end.min(*last)));
            }
        }
        Ok(())
    }

    async fn list(&self, list: &List, loaded: &mut Loaded) -> Result<(), Failure> {
        let (terms, order, limit, parameters) = terms(list)?;
        let lock = match (self.locking.rows, list) {
            (false, _) => "",
            (true, List::Select { .. }) => "FOR NO KEY UPDATE OF r",
            // Another reaper has them.
            (true, _) => "FOR NO KEY UPDATE OF r SKIP LOCKED",
        };
        let sql = format!(
            "SELECT {COLUMNS} FROM {TABLES} WHERE {terms} ORDER BY {order} LIMIT {limit} {lock}"
        );
        let parameters: Vec<&(dyn ToSql + Sync)> =
            parameters.iter().map(|value| &**value as _).collect();
        for stored in self.transaction.query(&sql, &parameters).await? {
            let stored = read(&stored, self.hash_key)?;
            loaded.rows.entry(stored.row.id).or_insert(Some(stored));
        }
        loaded.lists.insert(list.clone());
        Ok(())
    }

    async fn discard_parked(&self) -> Result<u64, Failure> {
        let sql = "WITH discarded AS ( \
                     DELETE FROM messages_outbox.parked WHERE until <= coalesce($1, messages_outbox.clock()) RETURNING 1 \
                   ) SELECT count(*) FROM discarded";
        let now = self.now.map(Timestamp::as_microsecond);
        let rows = self.transaction.query(sql, &[&now]).await?;
        Ok(number(get::<i64>(rows.first().ok_or_else(corrupt)?, 0)?)?)
    }

    async fn aggregates(&self) -> Result<Aggregates, Failure> {
        let counts = "SELECT kind, name, sum(number)::bigint FROM messages_outbox.counts \
                      GROUP BY kind, name";
        let oldest = "SELECT \
            (SELECT min(since) FROM messages_outbox.rows WHERE state = 'sending'), \
            (SELECT min(since) FROM messages_outbox.rows WHERE state = 'in_doubt'), \
            (SELECT count(*) FROM messages_outbox.parked), \
            (SELECT min(wake_at) FROM messages_outbox.runs WHERE wake_at IS NOT NULL)";
        let (counts, oldest, positions) = tokio::try_join!(
            self.transaction.query(counts, &[]),
            self.transaction.query(oldest, &[]),
            self.positions()
        )?;
        let oldest = oldest.first().ok_or_else(corrupt)?;
        let mut states = BTreeMap::new();
        let mut statuses = BTreeMap::new();
        let mut runs = BTreeMap::new();
        let (mut contradictions, mut late_reads, mut late_deliveries) = (0, 0, 0);
        for row in counts {
            let name: String = get(&row, 1)?;
            let count: u64 = number(get::<i64>(&row, 2)?)?;
            match get::<&str>(&row, 0)? {
                "state" => {
                    states.insert(name.parse().map_err(|_| corrupt())?, count);
                }
                "status" if count > 0 => {
                    statuses.insert(name, count);
                }
                "run" => {
                    runs.insert(name.parse().map_err(|_| corrupt())?, count);
                }
                "late" if name == "read" => late_reads += count,
                "late" => late_deliveries += count,
                "contradictions" => contradictions += count,
                _ => {}
            }
        }
        let due = positions.iter().map(|position| position.due);
        Ok(Aggregates {
            states,
            statuses,
            oldest_due: due.filter(|due| self.is_past(*due)).min(),
            oldest_sending: get::<Option<i64>>(oldest, 0)?.map(time).transpose()?,
            oldest_in_doubt: get::<Option<i64>>(oldest, 1)?.map(time).transpose()?,
            parked: number(get::<i64>(oldest, 2)?)?,
            contradictions,
            runs,
            next_wake: get::<Option<i64>>(oldest, 3)?.map(time).transpose()?,
            late_reads,
            late_deliveries,
        })
    }
}

type Consents = HashMap<String, LastConsent>;

/// Terms, order, limit and parameters of a list.
fn terms(list: &List) -> Result<(String, &'static str, u32, Vec<Parameter>), StoreError> {
    let mut parameters: Vec<Parameter> = Vec::new();
    Ok(match list {
        List::Leases { until, limit } => {
            parameters.push(Box::new(until.as_microsecond()));
            let terms = "r.lease_until IS NOT NULL AND r.lease_until <= $1".to_owned();
            (terms, "r.lease_until, r.id", *limit, parameters)
        }
        List::Aged { state, time, limit } => {
            parameters.push(Box::new(time.as_microsecond()));
            // The state is part of the text, so that the partial index on it can be used.
            let terms = format!("r.state = '{}' AND r.since <= $1", state.as_str());
            (terms, "r.since, r.id", *limit, parameters)
        }
        List::Select {
            state,
            scope,
            recipient,
            unpurged_since_before,
            after,
            limit,
        } => {
            let mut terms = String::from("true");
            let mut add = |term: &str, value: Parameter| {
                parameters.push(value);
                terms.push_str(&format!(" AND {term} ${}", parameters.len()));
            };
            if let Some(after) = after {
                add("r.id >", Box::new(uuid(*after)));
            }
            if let Some(before) = unpurged_since_before {
                add(
                    "NOT r.purged AND r.since <",
                    Box::new(before.as_microsecond()),
                );
            }
            match scope {
                None | Some(Scope::All) => {}
                Some(Scope::Campaign(name)) => add("l.campaign =", Box::new(name.clone())),
                Some(Scope::Sender(name)) => add("l.sender =", Box::new(name.clone())),
                Some(Scope::Channel(name)) => add("l.channel =", Box::new(name.clone())),
                Some(_) => return Err(StoreError::not_done(StoreErrorKind::Request)),
            }
            // Rows without a stored hash match by the one that is made of them.
            if let Some(recipient) = recipient {
                let unhashed = "(i.recipient_hash IS NULL AND i.recipient IS NOT NULL \
                                OR i.recipient_hash =";
                add(unhashed, Box::new(recipient.to_bytes().to_vec()));
                terms.push(')');
            }
            if let Some(state) = state {
                terms.push_str(&format!(" AND r.state = '{}'", state.as_str()));
            }
            // Some of the rows of a recipient are sorted out only once they are loaded, so they are loaded whole.
            let limit = recipient.map_or(*limit, |_| u32::MAX);
            (terms, "r.id", limit, parameters)
        }
    })
}

fn entry(stored: &Row) -> Result<HistoryEntry, StoreError> {
    let state = |column| {
        let name: &str = get(stored, column)?;
        name.parse().map_err(|_| corrupt())
    };
    Ok(HistoryEntry {
        at: time(get(stored, 0)?)?,
        event: get(stored, 1)?,
        from: state(2)?,
        to: state(3)?,
        attempt: number(get::<i32>(stored, 4)?)?,
        detail: get(stored, 5)?,
    })
}

/// Columns of scopes: kind, account, sender and channel.
pub(super) fn columns_of(scopes: &[SlotScope]) -> [Vec<&str>; 4] {
    let mut columns: [Vec<&str>; 4] = Default::default();
    for scope in scopes {
        let values = match scope {
            SlotScope::Account(account) => ["account", account, "", ""],
            SlotScope::Sender(account, sender) => ["sender", account, sender, ""],
            SlotScope::Lane(lane) => ["lane", &lane.account, &lane.sender, &lane.channel],
        };
        for (column, value) in columns.iter_mut().zip(values) {
            column.push(value);
        }
    }
    columns
}

fn scope_of(row: &Row) -> Result<SlotScope, StoreError> {
    let account = get(row, 1)?;
    Ok(match get::<&str>(row, 0)? {
        "account" => SlotScope::Account(account),
        "sender" => SlotScope::Sender(account, get(row, 2)?),
        "lane" => SlotScope::Lane(Lane {
            account,
            sender: get(row, 2)?,
            channel: get(row, 3)?,
        }),
        _ => return Err(corrupt()),
    })
}

fn pick<T>(needs: &HashSet<Need>, pick: impl Fn(&Need) -> Option<T>) -> Vec<T> {
    needs.iter().filter_map(pick).collect()
}

pub(super) fn get<'r, T: tokio_postgres::types::FromSql<'r>>(
    row: &'r Row,
    column: usize,
) -> Result<T, StoreError> {
    row.try_get(column).map_err(|_| corrupt())
}
