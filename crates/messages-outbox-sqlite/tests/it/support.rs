//! Stores and intents for the tests.

use std::path::PathBuf;
use std::time::Duration;

use messages_outbox::{
    BeginRequest, ClaimRequest, Intent, OutboxStore, Outcome, Policy, RowId, Settle, State,
};
use messages_outbox_sqlite::SqliteStore;
use messages_sdk::types::{Submission, v1::Sms};
use tempfile::TempDir;

pub(crate) const LEASE: Duration = Duration::from_secs(30);

/// A folder for one file.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.path().join("outbox.db")
    }

    pub(crate) fn incarnation(&self) -> PathBuf {
        self.0.path().join("outbox.db.incarnation")
    }

    pub(crate) async fn open(&self) -> SqliteStore {
        SqliteStore::open(self.file()).await.unwrap()
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
