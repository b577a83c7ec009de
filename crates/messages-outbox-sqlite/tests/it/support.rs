//! Stores and intents for the tests.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use messages_outbox::{
    BeginRequest, ClaimRequest, Intent, Outbox, OutboxStore, Outcome, Policy, RowId, Settle, State,
    StoreClock, StoreError, SystemClock,
};
use messages_outbox_sqlite::SqliteStore;
use messages_outbox_sqlite::rusqlite::Connection;
use messages_sdk::Client;
use messages_sdk::auth::{Basic, Credentials};
use messages_sdk::policy::RetryPolicy;
use messages_sdk::transport::Transport;
use messages_sdk::types::{Submission, v1::Sms};
use tempfile::TempDir;

/// Store of the tests that are shared with other crates.
pub(crate) type Store = SqliteStore;

pub(crate) const LEASE: Duration = Duration::from_secs(30);

pub(crate) const API_KEY: &str = "a1b2c3d4";
pub(crate) const API_SECRET: &str = "canary-secret-16";

/// Requests in flight of one outbox.
pub(crate) const CONCURRENCY: u32 = 4;

/// A folder for one file.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// In memory, where the system has that.
    pub(crate) fn in_memory() -> Self {
        let memory = std::path::Path::new("/dev/shm");
        match memory.is_dir() {
            true => Self(tempfile::tempdir_in(memory).unwrap()),
            false => Self::new(),
        }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.path().join("outbox.db")
    }

    pub(crate) fn incarnation(&self) -> PathBuf {
        self.0.path().join("outbox.db.incarnation")
    }

    pub(crate) async fn open(&self) -> SqliteStore {
        self.open_or_fail().await.unwrap()
    }

    pub(crate) async fn open_or_fail(&self) -> Result<SqliteStore, StoreError> {
        SqliteStore::open(self.file()).await
    }
}

pub(crate) fn intent(key: impl Into<String>) -> Intent {
    with_text(key, "Your table is free")
}

pub(crate) fn with_text(key: impl Into<String>, text: &str) -> Intent {
    let sms = Sms::text("447700900001", "447700900000", text).unwrap();
    Intent::new(key, Submission::V1(sms.into()))
}

pub(crate) fn claim_request(limit: u32) -> ClaimRequest {
    ClaimRequest {
        accounts: vec!["default".to_owned(), "second".to_owned()],
        limit,
        lease: LEASE,
        policy: Policy::default(),
    }
}

/// Claims, begins and settles all rows that are due.
pub(crate) async fn send_all(store: &SqliteStore) -> Vec<RowId> {
    let claim = store.claim(&claim_request(1_000)).await.unwrap();
    let rows: Vec<_> = claim
        .rows
        .iter()
        .map(|claimed| (claimed.row.id, claimed.row.epoch))
        .collect();
    let begin = BeginRequest {
        rows: rows.clone(),
        lease: LEASE,
    };
    let begun = store.begin(&begin).await.unwrap();
    assert!(begun.iter().all(|begun| begun.result.is_ok()), "{begun:?}");
    let outcomes: Vec<_> = rows
        .iter()
        .map(|(id, epoch)| Settle {
            id: *id,
            epoch: *epoch,
            outcome: Outcome::Accepted {
                message_uuid: Some(format!("uuid-{id}")),
                workflow_id: None,
            },
        })
        .collect();
    store.settle(&outcomes).await.unwrap();
    rows.into_iter().map(|(id, _)| id).collect()
}

pub(crate) async fn count(store: &SqliteStore, state: State) -> u64 {
    store.status().await.unwrap().states[&state]
}

/// An outbox with short leases.
pub(crate) fn outbox(url: &str, store: Arc<dyn OutboxStore>, transport: impl Transport) -> Outbox {
    let credentials = Basic::new(API_KEY, API_SECRET).unwrap();
    let client = client(url, credentials, transport);
    outbox_of(client, store, Duration::from_secs(1))
}

/// An outbox that looks at its store often.
pub(crate) fn outbox_of(client: Client, store: Arc<dyn OutboxStore>, lease: Duration) -> Outbox {
    Outbox::builder()
        .client(client)
        .shared_store(store)
        .concurrency(CONCURRENCY)
        .lease(lease)
        .poll(Duration::from_millis(20))
        .build()
        .unwrap()
}

pub(crate) fn client(
    url: &str,
    credentials: impl Into<Credentials>,
    transport: impl Transport,
) -> Client {
    Client::builder()
        .endpoint(url.parse().unwrap())
        .credentials(credentials)
        .retry(RetryPolicy::default().max_attempts(1))
        .transport(transport)
        .build()
        .unwrap()
}

/// The system's clock, so far ahead.
#[derive(Debug)]
pub(crate) struct Ahead(pub(crate) SignedDuration);

impl StoreClock for Ahead {
    fn now(&self) -> Timestamp {
        SystemClock.now() + self.0
    }
}

/// Queues rows again that have been sending for this long, as a job queue does with jobs of workers that are gone.
pub(crate) async fn requeue_sending(store: &Store, age: Duration) {
    let connection = Connection::open(store.file()).unwrap();
    let sql = "UPDATE messages_outbox_rows SET state = 'queued', lease_until = NULL \
               WHERE state = 'sending' AND since < ?1";
    let since = SystemClock.now() - age;
    connection.execute(sql, [since.as_microsecond()]).unwrap();
}
