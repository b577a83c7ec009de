//! One short transaction over a connection of the pool.

use deadpool_postgres::{Object, Pool};
use messages_outbox::StoreError;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::error::{is_conflict, not_done, unknown, unreachable};

/// Reason to end a transaction without its effect.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Another transaction was in the way: this one is repeated.
    Conflict(StoreError),
    /// It failed.
    Store(StoreError),
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        match is_conflict(&error) {
            true => Self::Conflict(not_done(error)),
            false => Self::Store(not_done(error)),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Lock of a transaction on a concern of the whole store. They are advisory locks, which cost neither a write nor a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lock {
    /// Migrations.
    Schema = 0,
    /// Pauses of scopes: a claim or begin that is in flight ends before a pause is set, and the next one sees it.
    Holds = 1,
    /// IDs of messages: a status of an unknown message is parked only once no transaction is about to store its ID.
    Uuids = 2,
    /// The number of open rows, which two transactions must not count up to the capacity at once.
    Capacity = 3,
}

impl Lock {
    /// First key of the locks, so that they do not meet the application's.
    const CLASS: i32 = i32::from_be_bytes(*b"mout");

    /// Statement that waits for the lock until the transaction ends.
    pub(crate) fn statement(self, mode: Mode) -> String {
        let function = match mode {
            Mode::Shared => "pg_advisory_xact_lock_shared",
            Mode::Exclusive => "pg_advisory_xact_lock",
        };
        format!("SELECT {function}({}, {})", Self::CLASS, self as i32)
    }
}

/// Mode of a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Shared,
    Exclusive,
}

/// Limits of each transaction: a process that stops within one must not hold its locks for long.
const LIMITS: &str = "SET LOCAL lock_timeout = '10s'; SET LOCAL statement_timeout = '30s'; \
    SET LOCAL idle_in_transaction_session_timeout = '10s'";

/// A transaction. Dropped before its end, it closes the connection, and the server rolls it back.
pub(crate) struct Transaction {
    connection: Option<Object>,
}

impl Transaction {
    /// A transaction that is not begun yet.
    pub(crate) async fn open(pool: &Pool) -> Result<Self, StoreError> {
        let connection = pool.get().await.map_err(unreachable)?;
        Ok(Self {
            connection: Some(connection),
        })
    }

    /// Begins the transaction, which takes these locks first, in their order.
    pub(crate) async fn begin(&self, locks: &[(Lock, Mode)]) -> Result<(), Failure> {
        let mut statements = format!("BEGIN; {LIMITS}");
        for (lock, mode) in locks {
            statements.push_str("; ");
            statements.push_str(&lock.statement(*mode));
        }
        Ok(self.connection()?.batch_execute(&statements).await?)
    }

    /// Begins a transaction that reads one instant of the store.
    pub(crate) async fn begin_reading(&self) -> Result<(), Failure> {
        let statements = format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {LIMITS}");
        Ok(self.connection()?.batch_execute(&statements).await?)
    }

    /// Rows of a query, which stays prepared.
    pub(crate) async fn query(
        &self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, Failure> {
        let connection = self.connection()?;
        let statement = connection.prepare_cached(sql).await?;
        Ok(connection.query(&statement, parameters).await?)
    }

    /// Ends the transaction with its effect.
    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        if let Ok(connection) = self.connection() {
            let committed = connection.batch_execute("COMMIT").await;
            committed.map_err(|error| unknown(&error))?;
        }
        self.connection = None;
        Ok(())
    }

    /// Ends the transaction without its effect.
    pub(crate) async fn roll_back(mut self) {
        if let Ok(connection) = self.connection()
            && connection.batch_execute("ROLLBACK").await.is_ok()
        {
            self.connection = None;
        }
    }

    fn connection(&self) -> Result<&Object, Failure> {
        self.connection
            .as_ref()
            .ok_or_else(|| Failure::Store(crate::error::closed()))
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            drop(Object::take(connection));
        }
    }
}
