//! The thread that owns the writing connection.
//!
//! Requests that have come while a commit was being synced share the next one, each within a savepoint of its own, so that
//! one that fails takes back nothing of the others; one that is alone needs none. No response is given before the commit.

use std::fmt;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use messages_outbox::{StoreClock, StoreError, StoreErrorKind};
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::error::{not_done, unknown};
use crate::incarnation::{Guard, Incarnation};
use crate::tables::SqliteTables;

/// Largest number of requests of one commit.
const BATCH: usize = 512;

/// Shortest time between two generations.
const GENERATION: Duration = Duration::from_secs(1);

/// Pause between two commits while another process writes to the file: its attempts to lock are a millisecond apart.
const YIELD: Duration = Duration::from_micros(1_500);

/// Effort beside the commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Ordinary,
    /// Removes from the log what was overwritten.
    Erase,
    /// Begins a generation.
    Adopt,
}

/// Sends requests to the thread.
pub(crate) struct Writer {
    requests: mpsc::Sender<Box<dyn Request>>,
    closed: oneshot::Receiver<()>,
}

impl Writer {
    /// # Errors
    ///
    /// [`StoreErrorKind::Unavailable`] if the system gives no thread.
    pub(crate) fn start(
        connection: Connection,
        guard: Guard,
        clock: Arc<dyn StoreClock>,
    ) -> Result<Self, StoreError> {
        let (requests, receiver) = mpsc::channel(BATCH);
        let (closing, closed) = oneshot::channel();
        let owner = Owner {
            connection,
            guard,
            clock,
            generation_at: None,
            data_version: None,
            is_log_stale: false,
        };
        thread::Builder::new()
            .name("outbox-write".to_owned())
            .spawn(move || {
                owner.run(receiver);
                drop(closing);
            })
            .map_err(|error| StoreError::not_done(StoreErrorKind::Unavailable).caused_by(error))?;
        Ok(Self { requests, closed })
    }

    /// Runs a request in a transaction. Its result comes after the commit.
    pub(crate) async fn run<R: Send + 'static>(
        &self,
        mode: Mode,
        request: impl FnOnce(&mut SqliteTables<'_>, Timestamp) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, StoreError> {
        let (sender, response) = oneshot::channel();
        let pending = Pending {
            mode,
            request: Some(request),
            result: None,
            sender,
        };
        let sent = self.requests.send(Box::new(pending)).await;
        sent.map_err(|_| StoreError::not_done(StoreErrorKind::Unavailable))?;
        response
            .await
            .unwrap_or_else(|_| Err(StoreError::unknown(StoreErrorKind::Unavailable)))
    }

    /// Resolves when the thread has written everything and closed the file.
    pub(crate) async fn close(self) {
        drop(self.requests);
        // It sends nothing: the end of the thread drops its side.
        let _ = self.closed.await;
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

/// A request whose response is pending.
trait Request: Send {
    fn mode(&self) -> Mode;

    /// Returns `true` if it is to be committed.
    fn run(&mut self, tables: &mut SqliteTables<'_>, now: Timestamp) -> bool;

    /// Gives the response. `lost` is the error of a request that would have succeeded.
    fn respond(self: Box<Self>, lost: Option<StoreError>);
}

struct Pending<R, F> {
    mode: Mode,
    request: Option<F>,
    result: Option<Result<R, StoreError>>,
    sender: oneshot::Sender<Result<R, StoreError>>,
}

impl<R, F> Request for Pending<R, F>
where
    R: Send,
    F: FnOnce(&mut SqliteTables<'_>, Timestamp) -> Result<R, StoreError> + Send,
{
    fn mode(&self) -> Mode {
        self.mode
    }

    fn run(&mut self, tables: &mut SqliteTables<'_>, now: Timestamp) -> bool {
        let result = self.request.take().map(|request| request(tables, now));
        let is_ok = matches!(result, Some(Ok(_)));
        self.result = result;
        is_ok
    }

    fn respond(self: Box<Self>, lost: Option<StoreError>) {
        let unavailable = || StoreError::not_done(StoreErrorKind::Unavailable);
        let result = match (self.result, lost) {
            (Some(Ok(_)) | None, Some(error)) => Err(error),
            (Some(result), _) => result,
            (None, None) => Err(unavailable()),
        };
        // The caller may be gone.
        let _ = self.sender.send(result);
    }
}

/// Owner of the connection.
struct Owner {
    connection: Connection,
    guard: Guard,
    clock: Arc<dyn StoreClock>,
    generation_at: Option<Instant>,
    data_version: Option<i64>,
    /// The log still holds something that was erased.
    is_log_stale: bool,
}

/// Reason for which no request of a batch was committed.
enum Lost {
    NotDone(StoreErrorKind),
    Sqlite(rusqlite::Error),
    Commit(rusqlite::Error),
}

impl Owner {
    fn run(mut self, mut requests: mpsc::Receiver<Box<dyn Request>>) {
        let mut batch = Vec::new();
        while let Some(first) = requests.blocking_recv() {
            batch.push(first);
            while batch.len() < BATCH {
                let Ok(next) = requests.try_recv() else {
                    break;
                };
                batch.push(next);
            }
            let committed = self.commit(&mut batch);
            self.erase_log(&batch, committed.is_ok());
            for request in batch.drain(..) {
                request.respond(committed.as_ref().err().map(Lost::error));
            }
            self.yield_to_others();
        }
        // A copy of the file that was made before this is of an earlier generation.
        if let Err(error) = self.end() {
            tracing::warn!(%error, "the outbox could not begin its last generation");
        }
    }

    fn commit(&mut self, batch: &mut [Box<dyn Request>]) -> Result<(), Lost> {
        self.connection
            .execute_batch("BEGIN IMMEDIATE")
            .map_err(Lost::Sqlite)?;
        let committed = self.run_all(batch).and_then(|generation| {
            self.connection
                .execute_batch("COMMIT")
                .map_err(Lost::Commit)?;
            Ok(generation)
        });
        match committed {
            Ok(Some(generation)) => {
                self.generation_at = Some(Instant::now());
                if let Err(error) = self.guard.write(generation) {
                    tracing::warn!(kind = %error.kind(), "the incarnation beside the outbox was not written");
                }
                Ok(())
            }
            Ok(None) => Ok(()),
            Err(lost) => {
                if !self.connection.is_autocommit() {
                    // A transaction that cannot be rolled back is not committed either; the next BEGIN fails then.
                    let _ = self.connection.execute_batch("ROLLBACK");
                }
                Err(lost)
            }
        }
    }

    /// Runs the requests, and begins a generation if it is time and something was written.
    fn run_all(&mut self, batch: &mut [Box<dyn Request>]) -> Result<Option<Incarnation>, Lost> {
        let before = self.connection.total_changes();
        let mut adopts = false;
        // Each statement walks through the copies of all pages that the savepoint has, so that a large request would take
        // time that grows with the square of its size. Alone, it needs none.
        let [begin, keep, undo] = match batch.len() {
            1 => ["", "", "ROLLBACK; BEGIN IMMEDIATE"],
            _ => [
                "SAVEPOINT request",
                "RELEASE request",
                "ROLLBACK TO request; RELEASE request",
            ],
        };
        for request in batch.iter_mut() {
            self.connection.execute_batch(begin).map_err(Lost::Sqlite)?;
            let mut tables = SqliteTables::new(&self.connection);
            let is_ok = request.run(&mut tables, self.clock.now());
            // SQLite has rolled back everything, as it does when the disk is full.
            if self.connection.is_autocommit() {
                return Err(Lost::NotDone(StoreErrorKind::Storage));
            }
            let end = if is_ok { keep } else { undo };
            self.connection.execute_batch(end).map_err(Lost::Sqlite)?;
            adopts |= is_ok && request.mode() == Mode::Adopt;
        }
        let is_time = self
            .generation_at
            .is_none_or(|time| time.elapsed() >= GENERATION);
        if adopts || (is_time && self.connection.total_changes() != before) {
            return Guard::advance(&self.connection).map_err(|error| Lost::NotDone(error.kind()));
        }
        Ok(None)
    }

    /// Removes from the log what a committed request has erased. A reader can prevent it: then with the next request.
    fn erase_log(&mut self, batch: &[Box<dyn Request>], committed: bool) {
        self.is_log_stale |= committed && batch.iter().any(|request| request.mode() == Mode::Erase);
        if self.is_log_stale {
            let busy: rusqlite::Result<i64> =
                self.connection
                    .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
            match busy {
                Ok(0) => self.is_log_stale = false,
                Ok(_) => {}
                Err(error) => {
                    let error = not_done(error);
                    tracing::warn!(%error, "the log of the outbox was not truncated");
                }
            }
        }
    }

    /// Leaves the lock to other processes that write: who has it gets it again otherwise.
    fn yield_to_others(&mut self) {
        let Ok(version) = SqliteTables::new(&self.connection).data_version() else {
            return;
        };
        if self
            .data_version
            .replace(version)
            .is_some_and(|last| last != version)
        {
            thread::sleep(YIELD);
        }
    }

    fn end(&mut self) -> Result<(), StoreError> {
        if self.generation_at.is_none() {
            return Ok(());
        }
        self.connection
            .execute_batch("BEGIN IMMEDIATE")
            .map_err(not_done)?;
        let generation = Guard::advance(&self.connection)?;
        self.connection
            .execute_batch("COMMIT")
            .map_err(|error| unknown(&error))?;
        if let Some(generation) = generation {
            self.guard
                .write(generation)
                .map_err(crate::incarnation::unwritable)?;
        }
        Ok(())
    }
}

impl Lost {
    fn error(&self) -> StoreError {
        match self {
            Self::NotDone(kind) => StoreError::not_done(*kind),
            Self::Sqlite(error) => crate::error::not_done_by(error),
            // The commit may have reached the disk, and the next process finds it in the log.
            Self::Commit(error) => unknown(error),
        }
    }
}
