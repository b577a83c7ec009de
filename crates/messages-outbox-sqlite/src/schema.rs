//! The tables and their migrations.

use messages_outbox::{StoreError, StoreErrorKind};
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::not_done;
use crate::tables::STATES;

/// Changes when programs of an earlier version cannot use the tables any more.
const MAJOR: i64 = 1;

/// Statements of each migration, the first one numbered 1. Only additions: programs of an earlier version keep working on
/// the result.
const MIGRATIONS: &[&str] = &[
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
    include_str!("schema/5.sql"),
];

/// SQL statements of each migration, the first one numbered 1, for review: [`SqliteStore::open`](crate::SqliteStore::open)
/// applies those that are missing.
#[must_use]
pub const fn migrations() -> &'static [&'static str] {
    MIGRATIONS
}

/// Makes or completes the tables within the present transaction. Returns `true` if there were none before.
///
/// # Errors
///
/// [`StoreErrorKind::Version`] if a newer major version made them.
pub(crate) fn migrate(connection: &Connection) -> Result<bool, StoreError> {
    let applied = applied(connection)?;
    if applied == 0 {
        connection
            .execute_batch(
                "CREATE TABLE messages_outbox_migrations (
                    number INTEGER PRIMARY KEY,
                    major INTEGER NOT NULL,
                    applied_at TEXT NOT NULL DEFAULT (datetime())
                ) STRICT",
            )
            .map_err(not_done)?;
    }
    for (number, statements) in (1..).zip(MIGRATIONS).skip(applied) {
        connection.execute_batch(statements).map_err(not_done)?;
        connection
            .execute(
                "INSERT INTO messages_outbox_migrations (number, major) VALUES (?1, ?2)",
                params![number, MAJOR],
            )
            .map_err(not_done)?;
    }
    if applied == 0 {
        for state in STATES {
            connection
                .execute(
                    "INSERT INTO messages_outbox_counts (kind, name, number) VALUES ('state', ?1, 0)",
                    [state.as_str()],
                )
                .map_err(not_done)?;
        }
    }
    Ok(applied == 0)
}

/// Number of migrations that were applied.
///
/// # Errors
///
/// [`StoreErrorKind::Version`] if a newer major version applied one.
fn applied(connection: &Connection) -> Result<usize, StoreError> {
    let has_table = "SELECT 1 FROM sqlite_schema WHERE name = 'messages_outbox_migrations'";
    let found: Option<i64> = connection
        .query_row(has_table, [], |row| row.get(0))
        .optional()
        .map_err(not_done)?;
    if found.is_none() {
        return Ok(0);
    }
    let (number, major): (i64, i64) = connection
        .query_row(
            "SELECT coalesce(max(number), 0), coalesce(max(major), 0) FROM messages_outbox_migrations",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .map_err(not_done)?;
    if major > MAJOR {
        return Err(StoreError::not_done(StoreErrorKind::Version));
    }
    Ok(usize::try_from(number).unwrap_or_default())
}

/// The oldest SQLite that is used: earlier ones can corrupt a file in WAL mode when a checkpoint resets the log
/// (<https://sqlite.org/wal.html#walresetbug>).
const OLDEST_SQLITE: i32 = 3_051_003;

/// Checks the version of the SQLite that is linked, which another crate of the program may have chosen.
///
/// # Errors
///
/// [`StoreErrorKind::Unavailable`] if it is too old.
pub(crate) fn check_library(version: i32) -> Result<(), StoreError> {
    if version >= OLDEST_SQLITE {
        return Ok(());
    }
    let (major, minor, patch) = (
        version / 1_000_000,
        version / 1_000 % 1_000,
        version % 1_000,
    );
    let text = format!(
        "SQLite {major}.{minor}.{patch} is linked, and it can corrupt files; 3.51.3 or later is required"
    );
    Err(StoreError::not_done(StoreErrorKind::Unavailable).caused_by(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sqlite_with_the_wal_reset_bug_is_refused() {
        let error = check_library(3_051_002).expect_err("it is too old");
        assert_eq!(error.kind(), StoreErrorKind::Unavailable);
        let cause = std::error::Error::source(&error).expect("it has a cause");
        assert!(cause.to_string().contains("3.51.2"), "{cause}");
        assert!(check_library(3_051_003).is_ok());
        assert!(check_library(rusqlite::version_number()).is_ok());
    }
}
