//! The thread that owns the connection and writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, Transaction, params};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::schema::{WORKSPACE, digest, table};
use crate::config::credentials::EmulatorCredentials;
use crate::config::error::StartError;
use crate::state::WorkspaceId;
use crate::store::Store;
use crate::store::rows::{Kind, RowChange};

/// Most commands that share a transaction: a sender's wait stays short.
const AT_ONCE: usize = 4_096;
/// Longest wait of `close` for pending writes.
const CLOSING: Duration = Duration::from_secs(10);

enum Order {
    Account(WorkspaceId, Account),
    RemoveWorkspace(WorkspaceId),
    Changes(Vec<(WorkspaceId, Vec<RowChange>)>),
    Barrier(oneshot::Sender<()>),
    Close(Sender<()>),
}

/// Fields given at the start are empty: they are not stored.
struct Account {
    api_key: String,
    api_secret: Zeroizing<String>,
    signature_secret: Zeroizing<String>,
    application_id: String,
    private_key: Zeroizing<String>,
}

/// Hands orders to the thread.
pub(super) struct Writer {
    orders: Sender<Order>,
    /// Bytes that wait to be written.
    backlog: Arc<AtomicUsize>,
}

impl Writer {
    /// # Errors
    /// If the system gives no thread.
    pub(super) fn start(connection: Connection) -> Result<Self, StartError> {
        let (orders, receiver) = channel();
        let backlog = Arc::new(AtomicUsize::new(0));
        let left = Arc::clone(&backlog);
        thread::Builder::new()
            .name("emulator-data".to_owned())
            .spawn(move || write(connection, &receiver, &left))
            .map_err(|error| StartError::Data {
                reason: "there is no thread to write it",
                source: Some(Box::new(error)),
            })?;
        Ok(Self { orders, backlog })
    }

    /// An order that comes after the end, or after a failure, comes to nothing; barriers tell.
    fn order(&self, order: Order) {
        let _ = self.orders.send(order);
    }
}

impl Store for Writer {
    fn account(&self, workspace: WorkspaceId, credentials: &EmulatorCredentials) {
        let given = credentials.given;
        let secret =
            |text: &str, is_given| Zeroizing::new(if is_given { "" } else { text }.to_owned());
        let private_key = match given.private_key {
            true => Ok(Zeroizing::default()),
            false => credentials.private_key.to_pem(),
        };
        // A key that signs can be written down.
        let Ok(private_key) = private_key else {
            return;
        };
        let account = Account {
            api_key: credentials.api_key.as_str().to_owned(),
            api_secret: secret(credentials.api_secret.expose(), given.api_secret),
            signature_secret: secret(
                credentials.signature_secret.expose(),
                given.signature_secret,
            ),
            application_id: credentials.application_id.to_string(),
            private_key,
        };
        self.order(Order::Account(workspace, account));
    }

    fn remove_workspace(&self, workspace: WorkspaceId) {
        self.order(Order::RemoveWorkspace(workspace));
    }

    fn keep(&self, changes: Vec<(WorkspaceId, Vec<RowChange>)>) {
        self.backlog.fetch_add(bytes(&changes), Ordering::Relaxed);
        self.order(Order::Changes(changes));
    }

    fn backlog(&self) -> usize {
        self.backlog.load(Ordering::Relaxed)
    }

    fn barrier(&self) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        self.order(Order::Barrier(sender));
        receiver
    }

    fn close(&self) {
        let (sender, receiver) = channel();
        self.order(Order::Close(sender));
        // Fails when the thread is gone already, which is what is waited for.
        let _ = receiver.recv_timeout(CLOSING);
    }
}

/// Writes until it is told to close, or until writing fails: then every barrier that waits, and every later one, is
/// broken.
fn write(mut connection: Connection, orders: &Receiver<Order>, backlog: &AtomicUsize) {
    let mut waiting = Vec::new();
    while let Ok(first) = orders.recv() {
        match write_together(&mut connection, first, orders, backlog, &mut waiting) {
            Ok(closing) => {
                for sender in waiting.drain(..) {
                    // The requester may be gone.
                    let _ = sender.send(());
                }
                if let Some(closed) = closing {
                    drop(connection);
                    let _ = closed.send(());
                    return;
                }
            }
            Err(error) => {
                tracing::error!(%error, "the data file cannot be written; nothing is acknowledged any more");
                return;
            }
        }
    }
}

/// Writes an order and all that have come meanwhile in one transaction. Returns whom to tell if that was the last one.
fn write_together(
    connection: &mut Connection,
    first: Order,
    orders: &Receiver<Order>,
    backlog: &AtomicUsize,
    waiting: &mut Vec<oneshot::Sender<()>>,
) -> rusqlite::Result<Option<Sender<()>>> {
    let transaction = connection.transaction()?;
    let mut closing = None;
    let mut order = first;
    for number in 1.. {
        match order {
            Order::Account(workspace, account) => put(&transaction, workspace, &account)?,
            Order::RemoveWorkspace(workspace) => remove(&transaction, workspace)?,
            Order::Changes(changes) => {
                backlog.fetch_sub(bytes(&changes), Ordering::Relaxed);
                for (workspace, change) in changes
                    .iter()
                    .flat_map(|(workspace, changes)| changes.iter().map(|one| (*workspace, one)))
                {
                    apply(&transaction, workspace, change)?;
                }
            }
            Order::Barrier(sender) => waiting.push(sender),
            Order::Close(closed) => {
                closing = Some(closed);
                break;
            }
        }
        if number == AT_ONCE {
            break;
        }
        match orders.try_recv() {
            Ok(next) => order = next,
            Err(_) => break,
        }
    }
    transaction.commit()?;
    Ok(closing)
}

/// Estimated memory of changes.
fn bytes(changes: &[(WorkspaceId, Vec<RowChange>)]) -> usize {
    let changes = changes.iter().flat_map(|(_, changes)| changes);
    let bytes = changes.map(|change| match change {
        RowChange::Put(row) => size_of::<RowChange>() + row.doc.get().len(),
        RowChange::Remove(..) | RowChange::Clear(_) => size_of::<RowChange>(),
    });
    bytes.sum()
}

fn apply(
    transaction: &Transaction<'_>,
    workspace: WorkspaceId,
    change: &RowChange,
) -> rusqlite::Result<()> {
    let workspace = number(workspace);
    match change {
        RowChange::Put(row) => {
            let table = table(row.kind);
            let put = format!(
                "INSERT OR REPLACE INTO {table} (workspace, id, doc, digest) VALUES (?1, ?2, ?3, ?4)"
            );
            let (id, doc) = (number(row.id), row.doc.get());
            let digest = digest(table, workspace, id, &[doc]);
            transaction
                .prepare_cached(&put)?
                .execute(params![workspace, id, doc, digest])?;
        }
        RowChange::Remove(kind, id) => {
            let table = table(*kind);
            let remove = format!("DELETE FROM {table} WHERE workspace = ?1 AND id = ?2");
            transaction
                .prepare_cached(&remove)?
                .execute(params![workspace, number(*id)])?;
        }
        RowChange::Clear(kind) => {
            let table = table(*kind);
            let clear = format!("DELETE FROM {table} WHERE workspace = ?1");
            transaction.prepare_cached(&clear)?.execute([workspace])?;
        }
    }
    Ok(())
}

fn remove(transaction: &Transaction<'_>, workspace: WorkspaceId) -> rusqlite::Result<()> {
    for kind in Kind::ALL {
        apply(transaction, workspace, &RowChange::Clear(kind))?;
    }
    transaction.execute("DELETE FROM workspace WHERE id = ?1", [number(workspace)])?;
    Ok(())
}

fn put(
    transaction: &Transaction<'_>,
    workspace: WorkspaceId,
    account: &Account,
) -> rusqlite::Result<()> {
    let mut put = transaction.prepare_cached(
        "INSERT OR REPLACE INTO workspace
            (id, api_key, api_secret, signature_secret, application_id, private_key, digest)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let id = number(workspace);
    let texts = [
        account.api_key.as_str(),
        account.api_secret.as_str(),
        account.signature_secret.as_str(),
        account.application_id.as_str(),
        account.private_key.as_str(),
    ];
    let [
        api_key,
        api_secret,
        signature_secret,
        application_id,
        private_key,
    ] = texts;
    put.execute(params![
        id,
        api_key,
        api_secret,
        signature_secret,
        application_id,
        private_key,
        digest(WORKSPACE, id, id, &texts),
    ])?;
    Ok(())
}

/// SQLite's numbers have a sign; counting up to where it matters takes longer than there is time.
fn number(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}
