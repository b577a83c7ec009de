//! Adding rows within the application's own transaction.

use jiff::Timestamp;
use messages_outbox::row::Row;
use messages_outbox::{
    Enqueued, Intent, Priority, RowId, StoreClock, StoreError, StoreErrorKind, SystemClock,
};
use serde_json::{Value, json};
use tokio_postgres::GenericClient;
use uuid::Uuid;

use crate::error::{corrupt, not_done};
use crate::transaction::{Lock, Mode};

/// Adds rows within the application's own transaction: they exist exactly if it commits.
///
/// `client` is the transaction, of any role that may execute `messages_outbox.enqueue`; a client outside of a transaction
/// adds the rows at once. A worker is notified by the commit.
///
/// All rows are added or none; `capacity` is the largest number of open rows. With a capacity, other transactions that
/// have one wait until this one ends, and the role must be able to read `messages_outbox.counts`.
///
/// # Errors
///
/// [`StoreErrorKind::Full`] beyond the capacity; an error of Postgres, after which the transaction cannot commit.
pub async fn enqueue(
    client: &impl GenericClient,
    intents: &[Intent],
    capacity: Option<u64>,
) -> Result<Vec<Enqueued>, StoreError> {
    let statement = Statement::new(intents);
    let run = async |sql: &str| client.batch_execute(sql).await.map_err(not_done);
    if capacity.is_some() {
        run("SAVEPOINT messages_outbox").await?;
        run(&Lock::Capacity.statement(Mode::Exclusive)).await?;
    }
    let rows = client
        .query(Statement::SQL, &[&statement.parameter])
        .await
        .map_err(not_done)?;
    let read = |row: &tokio_postgres::Row| {
        let id: Uuid = row.try_get(1).map_err(not_done)?;
        let outcome: String = row.try_get(2).map_err(not_done)?;
        Ok((id.to_string(), outcome))
    };
    let returned = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let enqueued = statement.enqueued(returned)?;
    if let Some(capacity) = capacity {
        let open = "SELECT coalesce(sum(number), 0)::bigint FROM messages_outbox.counts \
                    WHERE kind = 'state' AND name IN ('queued', 'claimed', 'sending', 'in_doubt')";
        let row = client.query_one(open, &[]).await.map_err(not_done)?;
        let open: i64 = row.try_get(0).map_err(not_done)?;
        let has_new = enqueued.iter().any(|row| matches!(row, Enqueued::New(_)));
        if has_new && u64::try_from(open).unwrap_or_default() > capacity {
            run("ROLLBACK TO messages_outbox").await?;
            return Err(StoreError::not_done(StoreErrorKind::Full));
        }
        run("RELEASE messages_outbox").await?;
    }
    Ok(enqueued)
}

/// Statement that adds rows with any driver: one `SELECT` with one parameter.
///
/// It returns a row for each intent, in their order, with the columns `number`, `id` and `outcome`, from which
/// [`Statement::enqueued`] reads what happened. A known key adds nothing.
///
/// `Debug` does not show the parameter, which holds the messages.
#[derive(Clone)]
#[must_use = "a statement does nothing until a driver runs it"]
pub struct Statement {
    parameter: String,
    intents: usize,
}

impl Statement {
    /// SQL of the statement.
    pub const SQL: &'static str =
        "SELECT number, id, outcome FROM messages_outbox.enqueue($1::text)";

    /// Statement that adds these intents.
    pub fn new(intents: &[Intent]) -> Self {
        let now = SystemClock.now();
        let rows: Vec<Row> = intents.iter().map(|intent| intent.row(None, now)).collect();
        let items = rows.iter().zip(intents);
        let items = items.map(|(row, intent)| {
            let mut item = item(row, intent.payload());
            // Rows are added at the time of the server's clock, and are due then.
            item["enqueued_at"] = Value::Null;
            if row.due_at == now {
                item["due_at"] = Value::Null;
            }
            item
        });
        Self {
            parameter: Value::Array(items.collect()).to_string(),
            intents: intents.len(),
        }
    }

    /// The parameter: JSON text.
    #[must_use]
    pub fn parameter(&self) -> &str {
        &self.parameter
    }

    /// The result of each intent, in their order, read from the rows that the statement returned: `id`, as text, and
    /// `outcome` of each.
    ///
    /// # Errors
    ///
    /// [`StoreErrorKind::Corrupt`] if they are not the statement's rows.
    pub fn enqueued(
        &self,
        returned: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Vec<Enqueued>, StoreError> {
        let read = |(id, outcome): (String, String)| {
            let id: RowId = id.parse().map_err(|_| corrupt())?;
            match outcome.as_str() {
                "new" => Ok(Enqueued::New(id)),
                "existing" => Ok(Enqueued::Existing(id)),
                "conflict" => Ok(Enqueued::Conflict(id)),
                _ => Err(corrupt()),
            }
        };
        let enqueued = returned
            .into_iter()
            .map(read)
            .collect::<Result<Vec<_>, _>>()?;
        match enqueued.len() == self.intents {
            true => Ok(enqueued),
            false => Err(corrupt()),
        }
    }
}

impl std::fmt::Debug for Statement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Statement")
            .field("intents", &self.intents)
            .finish_non_exhaustive()
    }
}

/// Parameter of `messages_outbox.enqueue` that adds these rows, each with its payload.
pub(crate) fn parameter<'r>(rows: impl Iterator<Item = (&'r Row, &'r [u8])>) -> String {
    Value::Array(rows.map(|(row, payload)| item(row, payload)).collect()).to_string()
}

fn item(row: &Row, payload: &[u8]) -> Value {
    let details = &row.details;
    let priority = match details.priority {
        Priority::High => "high",
        Priority::Normal => "normal",
        Priority::Low => "low",
    };
    json!({
        "id": row.id.to_string(),
        "namespace": details.namespace,
        "key": details.key,
        "key_digest": hex(&details.key_digest.to_bytes()),
        "digest": hex(&details.digest.to_bytes()),
        "account": details.lane.account,
        "sender": details.lane.sender,
        "channel": details.lane.channel,
        "campaign": details.campaign,
        "priority": priority,
        "recipient": details.recipient,
        "recipient_hash": details.recipient_hash.map(|hash| hex(&hash.to_bytes())),
        "tags": (!details.tags.is_empty()).then_some(&details.tags),
        "due_at": row.due_at.as_microsecond(),
        "send_before": details.send_before.map(Timestamp::as_microsecond),
        "window": details.window,
        "zone": details.zone,
        "enqueued_at": details.enqueued_at.as_microsecond(),
        "step": details.run.map(|run| run.step),
        "choice": details.run.map(|run| run.choice),
        "payload": String::from_utf8_lossy(payload),
    })
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // A string accepts everything.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
