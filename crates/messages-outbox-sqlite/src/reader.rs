//! The thread that owns the reading connection, so that reads do not wait for commits.

use std::fmt;
use std::sync::Arc;
use std::thread;

use jiff::Timestamp;
use messages_outbox::{StoreClock, StoreError, StoreErrorKind};
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::error::not_done;
use crate::tables::SqliteTables;

/// Largest number of pending reads.
const PENDING: usize = 64;

type Read = Box<dyn FnOnce(&Connection, Timestamp) + Send>;

/// Sends reads to the thread.
pub(crate) struct Reader {
    reads: mpsc::Sender<Read>,
}

impl Reader {
    /// # Errors
    ///
    /// [`StoreErrorKind::Unavailable`] if the system gives no thread.
    pub(crate) fn start(
        connection: Connection,
        clock: Arc<dyn StoreClock>,
    ) -> Result<Self, StoreError> {
        let (reads, mut receiver) = mpsc::channel::<Read>(PENDING);
        thread::Builder::new()
            .name("outbox-read".to_owned())
            .spawn(move || {
                while let Some(read) = receiver.blocking_recv() {
                    read(&connection, clock.now());
                }
            })
            .map_err(|error| StoreError::not_done(StoreErrorKind::Unavailable).caused_by(error))?;
        Ok(Self { reads })
    }

    /// Runs a read in a transaction: everything it sees is of one instant.
    pub(crate) async fn run<R: Send + 'static>(
        &self,
        read: impl FnOnce(&mut SqliteTables<'_>, Timestamp) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, StoreError> {
        let (sender, response) = oneshot::channel();
        let read: Read = Box::new(move |connection, now| {
            // The caller may be gone.
            let _ = sender.send(in_transaction(connection, |tables| read(tables, now)));
        });
        let unavailable = || StoreError::not_done(StoreErrorKind::Unavailable);
        self.reads.send(read).await.map_err(|_| unavailable())?;
        response.await.unwrap_or_else(|_| Err(unavailable()))
    }
}

fn in_transaction<R>(
    connection: &Connection,
    read: impl FnOnce(&mut SqliteTables<'_>) -> Result<R, StoreError>,
) -> Result<R, StoreError> {
    connection.execute_batch("BEGIN").map_err(not_done)?;
    let result = read(&mut SqliteTables::new(connection));
    // Nothing was written.
    let _ = connection.execute_batch("ROLLBACK");
    result
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").finish_non_exhaustive()
    }
}
