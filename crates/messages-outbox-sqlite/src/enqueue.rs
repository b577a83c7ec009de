//! Adding rows within the application's own transaction.

use jiff::Timestamp;
use messages_outbox::row::Row;
use messages_outbox::window::Zone;
use messages_outbox::{
    Digest, Enqueued, Intent, RowId, StoreClock, StoreError, SystemClock, ledger,
};
use rusqlite::Transaction;
use serde_json::json;

use crate::error::{corrupt, not_done};
use crate::tables::{SqliteTables, priority_number, tags, window};

/// Adds rows within the application's own transaction: they exist exactly if it commits.
///
/// The transaction must be of the file that a [`SqliteStore`](crate::SqliteStore) was opened in before, which makes the
/// tables. A worker in this or another process finds the rows within a tenth of a second of the commit.
///
/// All rows are added or none; `capacity` is the largest number of open rows.
///
/// # Errors
///
/// [`StoreErrorKind::Full`](messages_outbox::StoreErrorKind::Full) beyond the capacity; an error of SQLite. The
/// transaction stays open.
pub fn enqueue(
    transaction: &Transaction<'_>,
    intents: &[Intent],
    capacity: Option<u64>,
) -> Result<Vec<Enqueued>, StoreError> {
    let run = |sql| transaction.execute_batch(sql).map_err(not_done);
    run("SAVEPOINT messages_outbox")?;
    let mut tables = SqliteTables::new(transaction);
    let result = ledger::enqueue(&mut tables, intents, capacity, SystemClock.now());
    if result.is_err() && !transaction.is_autocommit() {
        run("ROLLBACK TO messages_outbox")?;
    }
    if !transaction.is_autocommit() {
        run("RELEASE messages_outbox")?;
    }
    result
}

/// Statement that adds rows with any driver: one `INSERT` with one parameter.
///
/// Its SQL needs SQLite 3.41. It returns a row for each intent, in any order, with the columns `key_digest`, `id` and
/// `digest` as hexadecimal text, from which [`Statement::enqueued`] reads what happened. A known key adds nothing.
///
/// `Debug` does not show the parameter, which holds the messages.
#[derive(Clone)]
#[must_use = "a statement does nothing until a driver runs it"]
pub struct Statement {
    parameter: String,
    rows: Vec<(Digest, Digest, RowId)>,
}

impl Statement {
    /// SQL of the statement.
    pub const SQL: &'static str = "INSERT INTO messages_outbox_intents \
        (id, namespace, key, key_digest, digest, account, sender, channel, campaign, priority, \
        recipient, tags, due_at, send_before, send_window, zone, enqueued_at, payload) \
        SELECT unhex(value->>'id'), value->>'namespace', value->>'key', \
        unhex(value->>'key_digest'), unhex(value->>'digest'), value->>'account', value->>'sender', \
        value->>'channel', value->>'campaign', value->>'priority', value->>'recipient', \
        value->>'tags', value->>'due_at', value->>'send_before', value->>'send_window', \
        value->>'zone', value->>'enqueued_at', \
        CAST(value->>'payload' AS BLOB) FROM json_each(?1) WHERE true \
        ON CONFLICT (key_digest) DO UPDATE SET key_digest = excluded.key_digest \
        RETURNING lower(hex(key_digest)) AS key_digest, lower(hex(id)) AS id, \
        lower(hex(digest)) AS digest";

    /// Statement that adds these intents.
    pub fn new(intents: &[Intent]) -> Self {
        let now = SystemClock.now();
        let mut items = Vec::with_capacity(intents.len());
        let mut rows = Vec::with_capacity(intents.len());
        for intent in intents {
            let row = intent.row(None, now);
            rows.push((row.details.key_digest, row.details.digest, row.id));
            items.push(item(&row, intent.payload()));
        }
        Self {
            parameter: serde_json::Value::Array(items).to_string(),
            rows,
        }
    }

    /// The parameter: JSON text.
    #[must_use]
    pub fn parameter(&self) -> &str {
        &self.parameter
    }

    /// The result of each intent, in their order, read from the rows that the statement returned: `key_digest`, `id` and
    /// `digest` of each.
    ///
    /// # Errors
    ///
    /// [`StoreErrorKind::Corrupt`](messages_outbox::StoreErrorKind::Corrupt) if they are not the statement's rows.
    pub fn enqueued(
        &self,
        returned: impl IntoIterator<Item = [String; 3]>,
    ) -> Result<Vec<Enqueued>, StoreError> {
        let mut stored = std::collections::HashMap::new();
        for [key, id, digest] in returned {
            let id: RowId = id.parse().map_err(|_| corrupt())?;
            stored.insert(key, (id, digest));
        }
        let mut new = std::collections::HashSet::new();
        let read = |(key, digest, id): &(Digest, Digest, RowId)| {
            let (row, stored) = stored.get(&hex(&key.to_bytes())).ok_or_else(corrupt)?;
            Ok(if row == id && new.insert(*id) {
                Enqueued::New(*row)
            } else if *stored == hex(&digest.to_bytes()) {
                Enqueued::Existing(*row)
            } else {
                Enqueued::Conflict(*row)
            })
        };
        self.rows.iter().map(read).collect()
    }
}

impl std::fmt::Debug for Statement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Statement")
            .field("intents", &self.rows.len())
            .finish_non_exhaustive()
    }
}

fn item(row: &Row, payload: &[u8]) -> serde_json::Value {
    let details = &row.details;
    json!({
        "id": hex(&row.id.to_bytes()),
        "namespace": details.namespace,
        "key": details.key,
        "key_digest": hex(&details.key_digest.to_bytes()),
        "digest": hex(&details.digest.to_bytes()),
        "account": details.lane.account,
        "sender": details.lane.sender,
        "channel": details.lane.channel,
        "campaign": details.campaign,
        "priority": priority_number(details.priority),
        "recipient": details.recipient,
        "tags": tags(&details.tags),
        "due_at": row.due_at.as_microsecond(),
        "send_before": details.send_before.map(Timestamp::as_microsecond),
        "send_window": window(details),
        "zone": details.zone.as_ref().map(Zone::as_str),
        "enqueued_at": details.enqueued_at.as_microsecond(),
        "payload": String::from_utf8_lossy(payload),
    })
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // A string takes everything.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
