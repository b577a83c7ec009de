//! The file and its tables.

use std::fs::{File, OpenOptions};
use std::hash::Hasher;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use fnv::FnvHasher;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::{DAMAGED, unusable};
use crate::config::error::StartError;
use crate::store::rows::Kind;

/// Marks a database as an emulator's ("MsgE"), so that a foreign file is never written.
const APPLICATION: i32 = 0x4d73_6745;
/// Changes when old files cannot be read any more.
const VERSION: i32 = 2;

/// The start of every SQLite file, and the offsets of its marks
/// (<https://sqlite.org/fileformat2.html#the_database_header>).
const MAGIC: &[u8] = b"SQLite format 3\0";
const VERSION_AT: usize = 60;
const APPLICATION_AT: usize = 68;
/// The header, and that of the first page of the schema.
const HEAD: u64 = 108;

/// The table of the accounts.
pub(super) const WORKSPACE: &str = "workspace";

/// The table of a kind of row.
pub(super) const fn table(kind: Kind) -> &'static str {
    match kind {
        Kind::Message => "message",
        Kind::Failover => "failover",
        Kind::Webhook => "webhook",
        Kind::Seen => "seen",
        Kind::Rules => "rules",
        Kind::Numbers => "numbers",
        Kind::Targets => "targets",
    }
}

/// Opens the file for this process alone. A foreign file is refused before it is changed.
pub(super) fn open(file: &Path) -> Result<Connection, StartError> {
    let found = recognise(file)?;
    if found == Found::Nothing {
        create_private(file)?;
    }
    // Without URIs: the name is that of the file that was recognised.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection =
        Connection::open_with_flags(file, flags).map_err(unusable("it cannot be opened"))?;
    // Exclusive before anything is read: a second emulator is refused, and no shared memory is needed.
    connection
        .pragma_update(None, "locking_mode", "EXCLUSIVE")
        .map_err(unusable("it cannot be opened"))?;
    if found == Found::Nothing {
        create(&mut connection)?;
    }
    tighten(file)?;
    settle(&connection).map_err(unusable("it cannot be written"))?;
    // It was made by an earlier build, perhaps.
    make_tables(&connection).map_err(unusable("it cannot be written"))?;
    check(&connection)?;
    Ok(connection)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    /// No file, or a database without any table.
    Nothing,
    /// A data file of this version.
    Data,
}

/// Reads what the file's own header says of it. SQLite itself would write to a file in order to read it: a journal that
/// was left, or the index of its log.
fn recognise(path: &Path) -> Result<Found, StartError> {
    let unreadable = |error: io::Error| StartError::Data {
        reason: "it cannot be opened",
        source: Some(Box::new(error)),
    };
    match path.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(unreadable(error)),
        Ok(data) if !data.is_file() => return Err(refused("it must be a regular file")),
        Ok(_) => {}
    }
    let mut head = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(HEAD).read_to_end(&mut head).map_err(unreadable)?;
    if head.is_empty() {
        return Ok(Found::Nothing);
    }
    if !head.starts_with(MAGIC) {
        return Err(refused("it is not a database"));
    }
    let mark = |at: usize| Some(i32::from_be_bytes(*head.get(at..)?.first_chunk()?));
    // A leaf without cells at the root of the schema.
    let has_tables = head.get(100) != Some(&13) || head.get(103..105) != Some(&[0, 0]);
    match (mark(APPLICATION_AT), mark(VERSION_AT)) {
        (Some(APPLICATION), Some(VERSION)) => Ok(Found::Data),
        (Some(APPLICATION), _) => Err(refused(
            "it has the format of another version of the emulator; read it with that version, or name another file with `--data`",
        )),
        (Some(0), Some(0)) if !has_tables && !beside(path, "-wal").exists() => Ok(Found::Nothing),
        _ => Err(refused("it is the database of something else")),
    }
}

fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
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

/// Takes the rights of all but the owner from a file that is an emulator's own, and from its journal.
#[cfg(unix)]
fn tighten(file: &Path) -> Result<(), StartError> {
    use std::fs::{Permissions, metadata, set_permissions};
    use std::os::unix::fs::PermissionsExt;

    for path in [file, &beside(file, "-wal")] {
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
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    // Deleted data is overwritten: users' texts do not stay in unused pages.
    connection.pragma_update(None, "secure_delete", "ON")?;
    // The lock is taken by the first write only, and has to be taken now.
    connection.execute_batch("BEGIN IMMEDIATE; COMMIT;")
}

/// Makes the tables and marks the file as an emulator's. With a rollback journal: with the write-ahead log the marks would
/// be in the log until its first checkpoint, and the file would not be recognised.
fn create(connection: &mut Connection) -> Result<(), StartError> {
    let unusable = || unusable("it cannot be written");
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(unusable())?;
    let is_empty = "SELECT count(*) = 0 FROM sqlite_schema";
    if !transaction
        .query_row(is_empty, [], |row| row.get(0))
        .map_err(unusable())?
    {
        return Err(refused("it is the database of something else"));
    }
    make_tables(&transaction).map_err(unusable())?;
    for (name, mark) in [("application_id", APPLICATION), ("user_version", VERSION)] {
        transaction
            .pragma_update(None, name, mark)
            .map_err(unusable())?;
    }
    transaction.commit().map_err(unusable())
}

fn make_tables(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS workspace (
            id INTEGER PRIMARY KEY,
            api_key TEXT NOT NULL,
            api_secret TEXT NOT NULL,
            signature_secret TEXT NOT NULL,
            application_id TEXT NOT NULL,
            private_key TEXT NOT NULL,
            digest INTEGER
        ) STRICT",
    )?;
    for kind in Kind::ALL {
        let table = table(kind);
        connection.execute_batch(&format!(
            "CREATE TABLE IF NOT EXISTS {table} (
                workspace INTEGER NOT NULL,
                id INTEGER NOT NULL,
                doc TEXT NOT NULL,
                digest INTEGER,
                PRIMARY KEY (workspace, id)
            ) STRICT, WITHOUT ROWID"
        ))?;
    }
    for table in Kind::ALL.map(table).into_iter().chain([WORKSPACE]) {
        let has_digest = "SELECT count(*) FROM pragma_table_info(?1) WHERE name = 'digest'";
        if connection.query_row(has_digest, [table], |row| row.get::<_, i64>(0))? == 0 {
            connection.execute_batch(&format!("ALTER TABLE {table} ADD COLUMN digest INTEGER"))?;
        }
    }
    Ok(())
}

/// Finds damage to the structure of the file. Damage to a row is found by its digest when it is read.
fn check(connection: &Connection) -> Result<(), StartError> {
    let unreadable = || unusable("it cannot be read");
    let told: String = connection
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(unreadable())?;
    if told != "ok" {
        return Err(StartError::Data {
            reason: DAMAGED,
            source: Some(told.into()),
        });
    }
    for kind in Kind::ALL {
        let table = table(kind);
        let strays = format!(
            "SELECT EXISTS (SELECT 1 FROM {table} WHERE workspace NOT IN (SELECT id FROM workspace))"
        );
        if connection
            .query_row(&strays, [], |row| row.get(0))
            .map_err(unreadable())?
        {
            return Err(refused(DAMAGED));
        }
    }
    Ok(())
}

/// Digest of a row: damage that leaves the structure of the file whole is found by it. Against accidents, not attacks.
pub(super) fn digest(table: &str, workspace: i64, id: i64, texts: &[&str]) -> i64 {
    let mut hasher = FnvHasher::default();
    hasher.write(table.as_bytes());
    hasher.write(&workspace.to_le_bytes());
    hasher.write(&id.to_le_bytes());
    for text in texts {
        hasher.write(text.as_bytes());
        hasher.write(&[0xff]);
    }
    hasher.finish().cast_signed()
}
