//! The file and its tables.

use std::fs::OpenOptions;
use std::path::Path;

use rusqlite::Connection;

use super::unusable;
use crate::error::StartError;
use crate::world::Kind;

/// Says that a database is an emulator's ("MsgE"), so that nobody's own file is written into.
const APPLICATION: i32 = 0x4d73_6745;
/// Changes when old files cannot be read any more.
const VERSION: i32 = 1;

/// The table of a kind of row.
pub(super) const fn table(kind: Kind) -> &'static str {
    match kind {
        Kind::Message => "message",
        Kind::Flow => "flow",
        Kind::Post => "webhook",
        Kind::Seen => "seen",
        Kind::Rules => "rules",
        Kind::Numbers => "numbers",
        Kind::Targets => "targets",
    }
}

/// Opens the file for this process alone.
pub(super) fn open(file: &Path) -> Result<Connection, StartError> {
    create_private(file)?;
    let mut connection = Connection::open(file).map_err(unusable("it cannot be opened"))?;
    settle(&connection).map_err(unusable("it cannot be written"))?;
    let (application, version) = marks(&connection).map_err(unusable("it cannot be read"))?;
    match (application, version) {
        (APPLICATION, VERSION) => {
            tighten(file)?;
            // One that was made before there was a table has none.
            make_tables(&connection).map_err(unusable("it cannot be written"))?;
            Ok(connection)
        }
        (APPLICATION, _) => Err(refused("it is of another version of the emulator")),
        (0, 0) if is_empty(&connection).map_err(unusable("it cannot be read"))? => {
            tighten(file)?;
            create(&mut connection).map_err(unusable("it cannot be written"))?;
            Ok(connection)
        }
        _ => Err(refused("it is the database of something else")),
    }
}

fn refused(reason: &'static str) -> StartError {
    StartError::Data {
        reason,
        source: None,
    }
}

/// A new file is its owner's only before anything is in it. SQLite gives its companions the same mode.
fn create_private(file: &Path) -> Result<(), StartError> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    match options.open(file) {
        Ok(_) => Ok(()),
        Err(error) => Err(StartError::Data {
            reason: "it cannot be opened",
            source: Some(Box::new(error)),
        }),
    }
}

/// Takes the rights of everybody but the owner from a file that is an emulator's own, and from its journal.
#[cfg(unix)]
fn tighten(file: &Path) -> Result<(), StartError> {
    use std::fs::{Permissions, metadata, set_permissions};
    use std::os::unix::fs::PermissionsExt;

    let mut journal = file.as_os_str().to_owned();
    journal.push("-wal");
    for path in [file, Path::new(&journal)] {
        let Ok(data) = metadata(path) else {
            continue;
        };
        if data.permissions().mode() & 0o077 != 0 {
            set_permissions(path, Permissions::from_mode(0o600)).map_err(|error| {
                StartError::Data {
                    reason: "others may read it, and that cannot be changed",
                    source: Some(Box::new(error)),
                }
            })?;
        }
    }
    Ok(())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "it can fail elsewhere")]
fn tighten(_: &Path) -> Result<(), StartError> {
    Ok(())
}

fn settle(connection: &Connection) -> rusqlite::Result<()> {
    // Exclusive before anything is read: a second emulator is refused, and no shared memory is needed.
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    // What is forgotten is overwritten: texts of people do not stay in pages that nobody uses.
    connection.pragma_update(None, "secure_delete", "ON")?;
    // The lock is taken by the first write only, and has to be taken now.
    connection.execute_batch("BEGIN IMMEDIATE; COMMIT;")
}

fn marks(connection: &Connection) -> rusqlite::Result<(i32, i32)> {
    let mark = |name| connection.pragma_query_value(None, name, |row| row.get(0));
    Ok((mark("application_id")?, mark("user_version")?))
}

fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| {
        row.get(0)
    })
}

fn create(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(
        "CREATE TABLE workspace (
            id INTEGER PRIMARY KEY,
            api_key TEXT NOT NULL,
            api_secret TEXT NOT NULL,
            signature_secret TEXT NOT NULL,
            application_id TEXT NOT NULL,
            private_key TEXT NOT NULL
        ) STRICT",
    )?;
    make_tables(&transaction)?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}

fn make_tables(connection: &Connection) -> rusqlite::Result<()> {
    for kind in Kind::ALL {
        let table = table(kind);
        connection.execute_batch(&format!(
            "CREATE TABLE IF NOT EXISTS {table} (
                workspace INTEGER NOT NULL,
                id INTEGER NOT NULL,
                doc TEXT NOT NULL,
                PRIMARY KEY (workspace, id)
            ) STRICT, WITHOUT ROWID"
        ))?;
    }
    Ok(())
}
