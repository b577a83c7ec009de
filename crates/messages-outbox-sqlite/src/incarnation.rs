//! Guard against a restored backup.
//!
//! The store counts its generations, and a copy of the count lies beside the file, written after the commit. A backup that
//! is copied back is of an earlier generation than the copy beside it: rows that it holds as queued may have been sent
//! since.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use messages_outbox::{StoreError, StoreErrorKind};
use rusqlite::{Connection, OptionalExtension};

use crate::error::not_done;

/// Longest time between the commit of another process and its write of the copy.
const GRACE: Duration = Duration::from_millis(100);

/// The copy beside a store's file.
#[derive(Debug)]
pub(crate) struct Guard {
    copy: PathBuf,
}

/// Identity and age of a store's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Incarnation {
    id: [u8; 16],
    generation: i64,
}

impl Guard {
    pub(crate) fn of(file: &Path) -> Self {
        let mut name = file.as_os_str().to_owned();
        name.push(".incarnation");
        Self { copy: name.into() }
    }

    /// Makes the incarnation of a new store, and its copy. Before the commit: a store without a copy is a moved one.
    pub(crate) fn create(&self, connection: &Connection) -> Result<(), StoreError> {
        let incarnation = connection
            .query_row(
                "INSERT INTO messages_outbox_meta (id, hash_key, incarnation, generation, restored) \
                 VALUES (1, randomblob(32), randomblob(16), 0, 0) RETURNING incarnation, generation",
                [],
                read,
            )
            .map_err(not_done)?;
        self.write(incarnation)
            .and_then(|()| self.sync())
            .map_err(unwritable)
    }

    /// Makes the copy survive a power cut: without it, the store would count as a restored one.
    fn sync(&self) -> io::Result<()> {
        File::open(&self.copy)?.sync_all()?;
        #[cfg(unix)]
        if let Some(folder) = self.copy.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }

    /// Compares the store with its copy. Marks the store as restored if it is older, or if there is none.
    pub(crate) fn check(&self, connection: &Connection) -> Result<(), StoreError> {
        let stored = connection
            .query_row(
                "SELECT incarnation, generation FROM messages_outbox_meta",
                [],
                read,
            )
            .map_err(not_done)?;
        if !self.matches(stored) {
            thread::sleep(GRACE);
            if !self.matches(stored) {
                connection
                    .execute("UPDATE messages_outbox_meta SET restored = 1", [])
                    .map_err(not_done)?;
            }
        }
        Ok(())
    }

    /// Begins a generation within the present transaction; `None` while the store is a restored backup.
    pub(crate) fn advance(connection: &Connection) -> Result<Option<Incarnation>, StoreError> {
        connection
            .prepare_cached(
                "UPDATE messages_outbox_meta SET generation = generation + 1 WHERE restored = 0 \
                 RETURNING incarnation, generation",
            )
            .and_then(|mut statement| statement.query_row([], read).optional())
            .map_err(not_done)
    }

    /// Writes the copy, after the commit: it is never ahead of the store.
    pub(crate) fn write(&self, incarnation: Incarnation) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true);
        let mut file = match options.open(&self.copy) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                create_private(&self.copy, &mut options)?
            }
            opened => opened?,
        };
        // Of one length and in one sector, so that it is written as a whole.
        let id: String = incarnation
            .id
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        // A power cut may bring back an earlier text of an existing copy, which is behind the store as well.
        file.write_all(format!("{id} {:020}\n", incarnation.generation).as_bytes())
    }

    fn matches(&self, stored: Incarnation) -> bool {
        let mut text = String::new();
        let read = File::open(&self.copy).and_then(|file| file.take(64).read_to_string(&mut text));
        let mut words = text.split_whitespace();
        let id: String = stored.id.iter().map(|byte| format!("{byte:02x}")).collect();
        let is_same = words.next() == Some(&id);
        let generation = words.next().and_then(|word| word.parse::<i64>().ok());
        read.is_ok() && is_same && generation.is_some_and(|copy| copy <= stored.generation)
    }
}

/// Creates a file that only its owner may read, never through a link.
pub(crate) fn create_private(file: &Path, options: &mut OpenOptions) -> io::Result<File> {
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(file)
}

pub(crate) fn unwritable(error: io::Error) -> StoreError {
    // Without the path: it may name a customer.
    StoreError::not_done(StoreErrorKind::Storage).caused_by(error)
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Incarnation> {
    Ok(Incarnation {
        id: row.get(0)?,
        generation: row.get(1)?,
    })
}
