//! The store.

use std::fmt;
use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use messages_outbox::row::Row;
use messages_outbox::{
    AdvanceRequest, Advanced, Affected, Applied, BeginRequest, Begun, CampaignStore, Claim,
    ClaimRequest, CommandRequest, Enqueued, Fact, Forgotten, Intent, ListRequest, OutboxStore,
    PurgeRequest, ReapRequest, Reaped, Release, RowDetail, RowId, Run, RunDetail, RunId, RunIntent,
    RunListRequest, Settle, Settled, Started, Status, StoreClock, StoreError, StoreErrorKind,
    SystemClock, ledger,
};
use rusqlite::{Connection, OpenFlags};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use crate::error::{not_done, unknown};
use crate::incarnation::{Guard, create_private, unwritable};
use crate::reader::Reader;
use crate::schema;
use crate::writer::{Mode, Writer};

/// Longest wait for the lock of another process, in milliseconds.
const BUSY: i32 = 5_000;

/// Interval at which changes of other processes are looked for.
const POLL: Duration = Duration::from_millis(100);

/// Largest size of the log that is left after a checkpoint, in bytes.
const LOG_MAX: i64 = 64 << 20;

/// Memory of the writing connection for pages, in kibibytes.
const CACHE: i64 = 16 << 10;

/// Number of statements that stay prepared.
const STATEMENTS: usize = 128;

/// Store in a SQLite file, which may be the application's own.
///
/// Any number of processes may have it open at once, on one machine and on a local disk. A commit is durable before the
/// response: it is synced (`synchronous=FULL`), and requests that wait share it.
///
/// A dropped store writes what it was asked to; [`SqliteStore::close`] waits for that.
pub struct SqliteStore {
    file: PathBuf,
    pub(crate) writer: Writer,
    pub(crate) reader: Reader,
    changed: Notify,
    /// Version of the file that the last [`OutboxStore::changed`] saw.
    seen: AtomicI64,
}

/// Options of a store, made by [`SqliteStore::builder`].
#[must_use = "a builder does nothing until the store is opened"]
pub struct Builder {
    file: PathBuf,
    clock: Arc<dyn StoreClock>,
    synchronous: &'static str,
}

impl SqliteStore {
    /// Opens a store in this file, or creates file and tables. A new file is readable by its owner alone.
    ///
    /// The file is put into WAL mode, and a second file, `FILE.incarnation`, is written beside it: a store without it, or
    /// older than it, is a restored backup and sends nothing until it is adopted.
    ///
    /// # Errors
    ///
    /// | kind | reason |
    /// | --- | --- |
    /// | [`StoreErrorKind::Request`] | the path is not a regular file, such as a link |
    /// | [`StoreErrorKind::Corrupt`] | the file is not a database, or damaged |
    /// | [`StoreErrorKind::Version`] | a newer major version of this crate made the tables |
    /// | [`StoreErrorKind::Busy`] | another process has held the file's lock for 5 seconds |
    /// | [`StoreErrorKind::Storage`] | an error of the disk; read-only; no space |
    /// | [`StoreErrorKind::Unavailable`] | the linked SQLite is too old; no thread |
    pub async fn open(file: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::builder(file).open().await
    }

    /// Options of a store in this file.
    pub fn builder(file: impl AsRef<Path>) -> Builder {
        Builder {
            file: file.as_ref().to_owned(),
            clock: Arc::new(SystemClock),
            synchronous: "FULL",
        }
    }

    /// Absolute path of the file.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Closes the store once everything is written.
    pub async fn close(self) {
        self.writer.close().await;
    }

    /// Runs a request that may make rows claimable.
    pub(crate) async fn write<R: Send + 'static>(
        &self,
        mode: Mode,
        request: impl FnOnce(
            &mut crate::tables::SqliteTables<'_>,
            jiff::Timestamp,
        ) -> Result<R, StoreError>
        + Send
        + 'static,
    ) -> Result<R, StoreError> {
        let result = self.writer.run(mode, request).await;
        self.notify();
        result
    }

    /// Wakes those that wait for rows.
    pub(crate) fn notify(&self) {
        self.changed.notify_waiters();
        // For a waiter that is about to come.
        self.changed.notify_one();
    }
}

impl Builder {
    /// Clock of the store. Default: the system's. For tests.
    pub fn clock(mut self, clock: Arc<dyn StoreClock>) -> Self {
        self.clock = clock;
        self
    }

    /// Syncs checkpoints alone, so that a power cut can undo a commit: proves that a test of power cuts finds that.
    #[cfg(feature = "testing")]
    #[cfg_attr(docsrs, doc(cfg(feature = "testing")))]
    pub fn without_sync(mut self) -> Self {
        self.synchronous = "NORMAL";
        self
    }

    /// Opens the store.
    ///
    /// # Errors
    ///
    /// See [`SqliteStore::open`].
    pub async fn open(self) -> Result<SqliteStore, StoreError> {
        let opened = tokio::task::spawn_blocking(move || self.open_blocking());
        opened
            .await
            .unwrap_or_else(|_| Err(StoreError::unknown(StoreErrorKind::Unavailable)))
    }

    fn open_blocking(self) -> Result<SqliteStore, StoreError> {
        schema::check_library(rusqlite::version_number())?;
        let file = std::path::absolute(&self.file).map_err(unwritable)?;
        ensure_file(&file)?;
        // Without URIs, which could name another file.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = connect(&file, flags)?;
        configure(&connection, self.synchronous).map_err(not_done)?;
        let guard = Guard::of(&file);
        prepare(&connection, &guard)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let reading = connect(&file, flags)?;
        Ok(SqliteStore {
            file,
            writer: Writer::start(connection, guard, Arc::clone(&self.clock))?,
            reader: Reader::start(reading, self.clock)?,
            changed: Notify::new(),
            seen: AtomicI64::new(0),
        })
    }
}

/// Creates the file if there is none. SQLite gives its companions the same mode.
fn ensure_file(file: &Path) -> Result<(), StoreError> {
    match create_private(file, &mut OpenOptions::new()) {
        Ok(_) => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(unwritable(error)),
    }
    if file.symlink_metadata().map_err(unwritable)?.is_file() {
        return Ok(());
    }
    Err(StoreError::not_done(StoreErrorKind::Request).caused_by("the store must be a regular file"))
}

fn connect(file: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let mut connection = Connection::open_with_flags(file, flags).map_err(not_done)?;
    connection.busy_handler(Some(wait)).map_err(not_done)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// Waits for the lock of another process, a millisecond at a time: a longer pause would miss the moments at which a busy
/// process leaves it.
fn wait(times: i32) -> bool {
    std::thread::sleep(Duration::from_millis(1));
    times < BUSY
}

fn configure(connection: &Connection, synchronous: &str) -> rusqlite::Result<()> {
    connection.pragma_update(None, "cache_size", -CACHE)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", synchronous)?;
    // Erased data is overwritten.
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.pragma_update(None, "journal_size_limit", LOG_MAX)?;
    // The pages that a savepoint may take back.
    connection.pragma_update(None, "temp_store", "MEMORY")
}

/// Makes the tables, and compares the store with the incarnation beside it.
fn prepare(connection: &Connection, guard: &Guard) -> Result<(), StoreError> {
    connection
        .execute_batch("BEGIN IMMEDIATE")
        .map_err(not_done)?;
    let prepared = match schema::migrate(connection)? {
        true => guard.create(connection),
        false => guard.check(connection),
    };
    prepared?;
    let generation = Guard::advance(connection)?;
    connection
        .execute_batch("COMMIT")
        .map_err(|error| unknown(&error))?;
    match generation {
        Some(generation) => guard.write(generation).map_err(unwritable),
        None => Ok(()),
    }
}

impl fmt::Debug for Builder {
    /// Without the path, which may name a customer.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("clock", &self.clock)
            .field("synchronous", &self.synchronous)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

#[async_trait]
impl OutboxStore for SqliteStore {
    async fn enqueue(
        &self,
        intents: &[Intent],
        capacity: Option<u64>,
    ) -> Result<Vec<Enqueued>, StoreError> {
        let intents = intents.to_vec();
        self.write(Mode::Ordinary, move |tables, now| {
            ledger::enqueue(tables, &intents, capacity, now)
        })
        .await
    }

    async fn start(
        &self,
        intents: &[RunIntent],
        capacity: Option<u64>,
    ) -> Result<Vec<Started>, StoreError> {
        let intents = intents.to_vec();
        self.write(Mode::Ordinary, move |tables, now| {
            ledger::start(tables, &intents, capacity, now)
        })
        .await
    }

    async fn claim(&self, request: &ClaimRequest) -> Result<Claim, StoreError> {
        let request = request.clone();
        self.writer
            .run(Mode::Ordinary, move |tables, now| {
                ledger::claim(tables, &request, now)
            })
            .await
    }

    async fn begin(&self, request: &BeginRequest) -> Result<Vec<Begun>, StoreError> {
        let request = request.clone();
        self.write(Mode::Ordinary, move |tables, now| {
            ledger::begin(tables, &request, now)
        })
        .await
    }

    async fn settle(&self, outcomes: &[Settle]) -> Result<Vec<Settled>, StoreError> {
        let outcomes = outcomes.to_vec();
        self.write(Mode::Ordinary, move |tables, now| {
            ledger::settle(tables, &outcomes, now)
        })
        .await
    }

    async fn release(&self, rows: &[Release]) -> Result<(), StoreError> {
        let rows = rows.to_vec();
        self.write(Mode::Ordinary, move |tables, now| {
            ledger::release(tables, &rows, now)
        })
        .await
    }

    async fn apply(&self, facts: &[Fact]) -> Result<Vec<Applied>, StoreError> {
        let facts = facts.to_vec();
        self.write(Mode::Ordinary, move |tables, now| {
            ledger::apply(tables, &facts, now)
        })
        .await
    }

    async fn advance(&self, request: &AdvanceRequest) -> Result<Advanced, StoreError> {
        let request = request.clone();
        let advanced = self
            .writer
            .run(Mode::Ordinary, move |tables, now| {
                ledger::advance(tables, &request, now)
            })
            .await;
        // Most requests find nothing due; they must not wake workers that wait for rows.
        if advanced.as_ref().is_ok_and(|advanced| advanced.moved > 0) {
            self.notify();
        }
        advanced
    }

    async fn signal(&self, run: RunId, name: &str) -> Result<bool, StoreError> {
        let name = name.to_owned();
        self.write(Mode::Ordinary, move |tables, now| {
            ledger::signal(tables, run, &name, now)
        })
        .await
    }

    async fn cancel_run(&self, run: RunId, by: &str) -> Result<bool, StoreError> {
        let by = by.to_owned();
        self.write(Mode::Ordinary, move |tables, now| {
            ledger::cancel_run(tables, run, &by, now)
        })
        .await
    }

    async fn reap(&self, request: &ReapRequest) -> Result<Reaped, StoreError> {
        let request = *request;
        self.write(Mode::Ordinary, move |tables, now| {
            ledger::reap(tables, &request, now)
        })
        .await
    }

    async fn command(&self, request: &CommandRequest) -> Result<Affected, StoreError> {
        let request = request.clone();
        self.write(Mode::Ordinary, move |tables, now| {
            ledger::command(tables, &request, now)
        })
        .await
    }

    async fn throttle(&self, account: &str, pause: Duration) -> Result<(), StoreError> {
        let account = account.to_owned();
        self.write(Mode::Ordinary, move |tables, now| {
            ledger::throttle(tables, &account, pause, now)
        })
        .await
    }

    async fn forget(&self, recipients: &[String]) -> Result<Forgotten, StoreError> {
        let recipients = recipients.to_vec();
        self.write(Mode::Erase, move |tables, now| {
            ledger::campaign::forget(tables, &recipients, now)
        })
        .await
    }

    async fn purge(&self, request: &PurgeRequest) -> Result<Affected, StoreError> {
        let request = *request;
        self.write(Mode::Erase, move |tables, now| {
            ledger::purge(tables, &request, now)
        })
        .await
    }

    async fn adopt(&self) -> Result<(), StoreError> {
        self.write(Mode::Adopt, |tables, _| ledger::adopt(tables))
            .await
    }

    async fn status(&self) -> Result<Status, StoreError> {
        self.reader
            .run(|tables, now| ledger::status(tables, now))
            .await
    }

    async fn list(&self, request: &ListRequest) -> Result<Vec<Row>, StoreError> {
        let request = request.clone();
        self.reader
            .run(move |tables, _| ledger::list(tables, &request))
            .await
    }

    async fn show(&self, id: RowId) -> Result<Option<RowDetail>, StoreError> {
        self.reader
            .run(move |tables, _| ledger::show(tables, id))
            .await
    }

    async fn list_runs(&self, request: &RunListRequest) -> Result<Vec<Run>, StoreError> {
        let request = request.clone();
        self.reader
            .run(move |tables, _| ledger::list_runs(tables, &request))
            .await
    }

    async fn show_run(&self, id: RunId) -> Result<Option<RunDetail>, StoreError> {
        self.reader
            .run(move |tables, _| ledger::show_run(tables, id))
            .await
    }

    async fn find(&self, namespace: &str, key: &str) -> Result<Option<RowId>, StoreError> {
        let (namespace, key) = (namespace.to_owned(), key.to_owned());
        self.reader
            .run(move |tables, _| ledger::find(tables, &namespace, &key))
            .await
    }

    fn campaigns(&self) -> Option<&dyn CampaignStore> {
        Some(self)
    }

    async fn changed(&self, longest: Duration) {
        let end = Instant::now() + longest;
        loop {
            let version = self.reader.run(|tables, _| tables.data_version()).await;
            // An error is for the request that comes next.
            let Ok(version) = version else {
                return tokio::time::sleep_until(end).await;
            };
            if self.seen.swap(version, Ordering::Relaxed) != version {
                return;
            }
            let left = end.saturating_duration_since(Instant::now());
            if timeout(left.min(POLL), self.changed.notified())
                .await
                .is_ok()
                || left <= POLL
            {
                return;
            }
        }
    }
}
