//! Errors of SQLite as errors of a store.

use std::fmt;

use messages_outbox::{StoreError, StoreErrorKind};
use rusqlite::ErrorCode;

/// Error of SQLite without its texts, which may quote statements and values.
#[derive(Debug)]
struct SqliteError {
    extended_code: i32,
}

impl fmt::Display for SqliteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = rusqlite::ffi::code_to_str(self.extended_code);
        write!(f, "SQLite error {}: {text}", self.extended_code)
    }
}

impl std::error::Error for SqliteError {}

/// The kind and cause of an error of SQLite, for a request that changed nothing.
#[expect(clippy::needless_pass_by_value, reason = "used with map_err")]
pub(crate) fn not_done(error: rusqlite::Error) -> StoreError {
    not_done_by(&error)
}

/// As [`not_done`], of an error that several requests share.
pub(crate) fn not_done_by(error: &rusqlite::Error) -> StoreError {
    describe(error, StoreError::not_done(kind(error)))
}

/// The kind and cause of an error of a commit, which may have become durable.
pub(crate) fn unknown(error: &rusqlite::Error) -> StoreError {
    describe(error, StoreError::unknown(kind(error)))
}

/// A stored value is invalid.
pub(crate) fn corrupt() -> StoreError {
    StoreError::not_done(StoreErrorKind::Corrupt)
}

fn kind(error: &rusqlite::Error) -> StoreErrorKind {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreErrorKind::Busy,
        // A constraint or a value of another type: the tables do not hold what this crate wrote.
        Some(
            ErrorCode::DatabaseCorrupt
            | ErrorCode::NotADatabase
            | ErrorCode::ConstraintViolation
            | ErrorCode::TypeMismatch,
        )
        | None => StoreErrorKind::Corrupt,
        Some(_) => StoreErrorKind::Storage,
    }
}

fn describe(error: &rusqlite::Error, described: StoreError) -> StoreError {
    match error.sqlite_error() {
        Some(error) => described.caused_by(SqliteError {
            extended_code: error.extended_code,
        }),
        None => described,
    }
}
