//! State of the database, for operators.

use std::time::Duration;

use futures_util::future::poll_fn;
use jiff::{SignedDuration, Timestamp};
use messages_outbox::StoreError;
use tokio_postgres::{AsyncMessage, GenericClient, Row};

use crate::error::{corrupt, not_done};
use crate::schema::{self, Version};
use crate::transaction::{Failure, Transaction};
use crate::{PostgresStore, connect};

/// Longest wait for a notification of the store's own.
const NOTIFICATION: Duration = Duration::from_secs(2);

/// Age of a lease's end at which a worker should have ended it: they look for such leases every third of a lease.
const STUCK: &str = "60000000";

/// State of the database that a store is in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Health {
    /// Version of the server.
    pub server: String,
    /// Role of the connection.
    pub role: String,
    /// The role may do all that a worker does.
    pub can_work: bool,
    /// The role may make migrations.
    pub can_migrate: bool,
    /// Number of migrations that were applied, and of those that this program knows.
    pub migrations: (usize, usize),
    /// The server's clock minus this machine's, to half a round trip.
    pub clock_difference: SignedDuration,
    /// A commit is on the server's disk before its response: `fsync` and `synchronous_commit` are on.
    pub is_durable: bool,
    /// Indexes of the schema that are missing or invalid.
    pub broken_indexes: Vec<String>,
    /// Rows whose leases ended more than a minute ago, and that no worker has returned.
    pub stuck_leases: u64,
    /// Age of the oldest open transaction, of any program: what was deleted since takes space until it ends.
    pub oldest_transaction: Duration,
    /// A notification arrived. Without them, as behind a pooler in transaction mode, workers find rows by polling.
    pub has_notifications: bool,
}

impl PostgresStore {
    /// Examines the database, for operators.
    ///
    /// # Errors
    ///
    /// An error of Postgres.
    pub async fn health(&self) -> Result<Health, StoreError> {
        let transaction = Transaction::open(&self.pool).await?;
        let examined = examine(&transaction).await;
        transaction.roll_back().await;
        let mut health = examined.map_err(|failure| match failure {
            Failure::Conflict(error) | Failure::Store(error) => error,
        })?;
        let client = self.pool.get().await.map_err(crate::error::unreachable)?;
        health.has_notifications = self.has_notifications(&**client).await?;
        Ok(health)
    }

    /// Listens with a connection of its own, and notifies with another one.
    async fn has_notifications(&self, client: &impl GenericClient) -> Result<bool, StoreError> {
        let tls = connect::tls(&self.trust)?;
        let (listener, mut connection) = self.config.connect(tls).await.map_err(not_done)?;
        let channel = format!("messages_outbox_{:x}", fastrand::u64(..));
        let arrived = async {
            loop {
                match poll_fn(|context| connection.poll_message(context)).await {
                    Some(Ok(AsyncMessage::Notification(_))) => return true,
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return false,
                }
            }
        };
        let notify = async {
            let listen = format!("LISTEN {channel}");
            listener.batch_execute(&listen).await.map_err(not_done)?;
            let notify = format!("NOTIFY {channel}");
            client.batch_execute(&notify).await.map_err(not_done)
        };
        let both = async { tokio::join!(arrived, notify) };
        match tokio::time::timeout(NOTIFICATION, both).await {
            Ok((arrived, notified)) => notified.map(|()| arrived),
            Err(_) => Ok(false),
        }
    }
}

/// Examines what a transaction can read, with its limits of time.
async fn examine(transaction: &Transaction) -> Result<Health, Failure> {
    transaction.begin_reading().await?;
    let sent = Timestamp::now();
    let clock = one(transaction, "SELECT messages_outbox.clock()").await?;
    let received = Timestamp::now();
    let middle = sent + received.duration_since(sent) / 2;
    let clock = Timestamp::from_microsecond(clock.try_get(0)?).map_err(|_| corrupt())?;
    let applied = "SELECT max(number) FROM messages_outbox.migrations";
    let applied: i32 = one(transaction, applied).await?.try_get(0)?;
    let sql = format!(
        "SELECT current_setting('server_version'), current_user::text, \
           coalesce((SELECT bool_and(has_table_privilege(c.oid, 'SELECT') AND (c.relname IN ('meta', 'migrations') \
             OR has_table_privilege(c.oid, 'INSERT') AND has_table_privilege(c.oid, 'UPDATE') \
             AND has_table_privilege(c.oid, 'DELETE'))) \
             FROM pg_class AS c WHERE c.relnamespace = n.oid AND c.relkind = 'r'), false) \
             AND has_function_privilege('messages_outbox.enqueue(text)', 'EXECUTE'), \
           pg_has_role(n.nspowner, 'USAGE'), \
           current_setting('fsync') = 'on' AND current_setting('synchronous_commit') <> 'off', \
           (SELECT count(*) FROM messages_outbox.rows WHERE lease_until < messages_outbox.clock() - {STUCK}), \
           coalesce((SELECT extract(epoch FROM max(clock_timestamp() - xact_start)) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()), 0)::float8 \
         FROM pg_namespace AS n WHERE n.nspname = 'messages_outbox'"
    );
    let row = one(transaction, &sql).await?;
    let stuck: i64 = row.try_get(5)?;
    let oldest: f64 = row.try_get(6)?;
    Ok(Health {
        server: row.try_get(0)?,
        role: row.try_get(1)?,
        can_work: row.try_get(2)?,
        can_migrate: row.try_get(3)?,
        migrations: (usize::try_from(applied).unwrap_or_default(), Version::OWN),
        clock_difference: clock.duration_since(middle),
        is_durable: row.try_get(4)?,
        broken_indexes: broken_indexes(transaction).await?,
        stuck_leases: u64::try_from(stuck).unwrap_or_default(),
        oldest_transaction: Duration::try_from_secs_f64(oldest).unwrap_or_default(),
        has_notifications: false,
    })
}

async fn one(transaction: &Transaction, sql: &str) -> Result<Row, Failure> {
    let rows = transaction.query(sql, &[]).await?;
    Ok(rows.into_iter().next().ok_or_else(corrupt)?)
}

/// Indexes that the migrations make, and that are missing or invalid.
async fn broken_indexes(transaction: &Transaction) -> Result<Vec<String>, Failure> {
    let words: Vec<&str> = schema::migrations()
        .iter()
        .flat_map(|statements| statements.split_whitespace())
        .collect();
    let made: Vec<&str> = words
        .windows(2)
        .filter(|pair| pair[0] == "INDEX")
        .map(|pair| pair[1])
        .collect();
    let sql = "SELECT name FROM unnest($1::text[]) AS name WHERE NOT EXISTS ( \
                 SELECT FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid \
                 JOIN pg_namespace AS n ON n.oid = c.relnamespace \
                 WHERE n.nspname = 'messages_outbox' AND c.relname = name AND i.indisvalid) ORDER BY name";
    let rows = transaction.query(sql, &[&made]).await?;
    Ok(rows
        .iter()
        .map(|row| row.try_get(0))
        .collect::<Result<_, _>>()?)
}
