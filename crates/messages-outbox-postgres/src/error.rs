//! Errors of Postgres as errors of a store.

use std::error::Error as _;
use std::fmt;

use deadpool_postgres::PoolError;
use messages_outbox::{StoreError, StoreErrorKind};
use tokio_postgres::error::SqlState;

/// Error of Postgres without its texts, which may quote statements and values.
#[derive(Debug)]
struct PostgresError {
    code: Option<SqlState>,
    reason: Option<String>,
}

impl fmt::Display for PostgresError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.code, &self.reason) {
            (Some(code), _) => write!(f, "Postgres error {}", code.code()),
            (None, Some(reason)) => write!(f, "no connection to Postgres: {reason}"),
            (None, None) => f.write_str("the connection to Postgres ended"),
        }
    }
}

impl std::error::Error for PostgresError {}

/// The kind and cause of an error of Postgres, for a request that changed nothing.
#[expect(clippy::needless_pass_by_value, reason = "used with map_err")]
pub(crate) fn not_done(error: tokio_postgres::Error) -> StoreError {
    StoreError::not_done(kind(&error)).caused_by(describe(&error))
}

/// The kind and cause of an error of a commit, which may have become durable.
pub(crate) fn unknown(error: &tokio_postgres::Error) -> StoreError {
    StoreError::unknown(kind(error)).caused_by(describe(error))
}

/// No connection could be had.
pub(crate) fn unreachable(error: PoolError) -> StoreError {
    match error {
        PoolError::Backend(error) => not_done(error),
        // Made by this crate's hook, with its texts.
        PoolError::PostCreateHook(deadpool_postgres::HookError::Backend(error)) => not_done(error),
        error => {
            let unavailable = StoreError::not_done(StoreErrorKind::Unavailable);
            match error {
                PoolError::Timeout(_) => unavailable.caused_by("no connection was free in time"),
                _ => unavailable,
            }
        }
    }
}

/// A stored value is invalid.
pub(crate) fn corrupt() -> StoreError {
    StoreError::not_done(StoreErrorKind::Corrupt)
}

/// Returns `true` if another transaction was in the way, and repeating this one may succeed.
pub(crate) fn is_conflict(error: &tokio_postgres::Error) -> bool {
    matches!(
        error.code(),
        Some(&SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED)
    )
}

fn kind(error: &tokio_postgres::Error) -> StoreErrorKind {
    let Some(code) = error.code() else {
        // A value of another type than the tables have, or no connection.
        let is_value = error.source().is_some_and(|source| {
            source.is::<tokio_postgres::types::WrongType>()
                || source.is::<tokio_postgres::types::WasNull>()
        });
        return match is_value {
            true => StoreErrorKind::Corrupt,
            false => StoreErrorKind::Unavailable,
        };
    };
    match &code.code()[..2] {
        // Connection, resources, operator, authorization, unknown database.
        "08" | "53" if *code == SqlState::DISK_FULL => StoreErrorKind::Storage,
        "08" | "53" | "57" | "28" | "3D" if *code != SqlState::QUERY_CANCELED => {
            StoreErrorKind::Unavailable
        }
        // Lock not available, statement timeout, conflicts.
        "40" | "55" | "57" => StoreErrorKind::Busy,
        // Invalid parameter of `enqueue`.
        "22" => StoreErrorKind::Request,
        // Constraint: the tables do not hold what this crate wrote.
        "23" => StoreErrorKind::Corrupt,
        _ => match *code {
            SqlState::UNDEFINED_TABLE
            | SqlState::UNDEFINED_COLUMN
            | SqlState::UNDEFINED_FUNCTION
            | SqlState::INVALID_SCHEMA_NAME => StoreErrorKind::Unavailable,
            _ => StoreErrorKind::Storage,
        },
    }
}

fn describe(error: &tokio_postgres::Error) -> PostgresError {
    PostgresError {
        code: error.code().cloned(),
        // Of the network or of TLS; the server's texts are not shown.
        reason: match error.code() {
            Some(_) => None,
            None => error.source().map(ToString::to_string),
        },
    }
}

/// The transaction has ended.
pub(crate) fn closed() -> StoreError {
    StoreError::not_done(StoreErrorKind::Unavailable)
}
