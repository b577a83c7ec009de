//! Keeping everything in one SQLite file.
//!
//! Each kind of row has a table of its own, with the row as JSON: `SELECT doc FROM message` shows the messages. One
//! thread owns the connection. It writes everything that has come meanwhile in one transaction, so that many senders
//! share the cost of a commit, and a sender is answered after the commit. The log is written ahead (WAL) and flushed at
//! its checkpoints only: the death of the process loses nothing, since the system has the pages; the loss of power may
//! take the last transactions, and never a part of one.

mod read;
mod schema;
mod write;

use std::path::PathBuf;

use crate::config::error::StartError;
use crate::store::Saved;

/// Opens a data file, or creates one, and reads its contents.
///
/// # Errors\nIf it cannot be opened, is locked by another process, or holds other data.
pub(crate) async fn open(file: PathBuf) -> Result<Saved, StartError> {
    let opened = tokio::task::spawn_blocking(move || {
        let connection = schema::open(&file)?;
        let workspaces = read::workspaces(&connection)?;
        let writer = write::Writer::start(connection)?;
        Ok(Saved {
            store: Some(std::sync::Arc::new(writer)),
            workspaces,
        })
    });
    opened.await.unwrap_or_else(|_| {
        Err(StartError::Data {
            reason: "reading it was broken off",
            source: None,
        })
    })
}

/// The reason for which a damaged file is refused.
const DAMAGED: &str = "it is damaged";

/// Says in words what the database says in numbers.
fn unusable(reason: &'static str) -> impl FnOnce(rusqlite::Error) -> StartError {
    move |error| {
        let reason = match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
                "another emulator is using it"
            }
            Some(rusqlite::ErrorCode::NotADatabase) => "it is not a database",
            Some(rusqlite::ErrorCode::DatabaseCorrupt) => DAMAGED,
            _ => reason,
        };
        StartError::Data {
            reason,
            source: Some(Box::new(error)),
        }
    }
}
