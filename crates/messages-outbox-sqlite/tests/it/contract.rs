//! The store keeps the contract of `OutboxStore`.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use messages_outbox::testing::{StoreHarness, conformance, histories};
use messages_outbox::{ManualClock, StoreError};
use messages_outbox_sqlite::SqliteStore;
use messages_outbox_sqlite::rusqlite::Connection;

use crate::support::Folder;

/// Folders and clocks of the stores that it has opened.
#[derive(Default)]
struct Harness {
    opened: Mutex<HashMap<PathBuf, (Folder, Arc<ManualClock>)>>,
}

impl Harness {
    async fn open_in(
        &self,
        folder: Folder,
        clock: Arc<ManualClock>,
    ) -> Result<SqliteStore, StoreError> {
        let builder = SqliteStore::builder(folder.file()).clock(Arc::clone(&clock) as _);
        let store = builder.open().await?;
        let mut opened = self.opened.lock().unwrap();
        opened.insert(store.file().to_owned(), (folder, clock));
        Ok(store)
    }

    fn remove(&self, store: &SqliteStore) -> (Folder, Arc<ManualClock>) {
        self.opened.lock().unwrap().remove(store.file()).unwrap()
    }
}

fn copy(from: &Path, to: &Path, suffix: &str) {
    let name = |file: &Path| file.with_file_name(format!("outbox.db{suffix}"));
    fs::copy(name(from), name(to)).unwrap();
}

#[async_trait]
impl StoreHarness for Harness {
    type Store = SqliteStore;

    async fn open(&self, clock: Arc<ManualClock>) -> Result<SqliteStore, StoreError> {
        self.open_in(Folder::new(), clock).await
    }

    /// The files as they are at this moment, without what closing the store would add.
    async fn crash(&self, store: SqliteStore) -> Result<SqliteStore, StoreError> {
        let (folder, clock) = self.remove(&store);
        let next = Folder::new();
        for suffix in ["", "-wal", ".incarnation"] {
            copy(&folder.file(), &next.file(), suffix);
        }
        self.open_in(next, clock).await
    }

    async fn restore(&self, store: SqliteStore) -> Result<SqliteStore, StoreError> {
        let (folder, clock) = self.remove(&store);
        let backup = folder.file().with_file_name("backup.db");
        let connection = Connection::open(folder.file()).unwrap();
        let vacuum = "VACUUM INTO ?1";
        connection
            .execute(vacuum, [backup.to_str().unwrap()])
            .unwrap();
        drop(connection);
        store.close().await;
        fs::copy(&backup, folder.file()).unwrap();
        self.open_in(folder, clock).await
    }
}

#[tokio::test]
async fn every_clause_holds() {
    let report = conformance::run(&Harness::default()).await;
    report.assert();
    assert_eq!(report.passed(), (1..=29).collect::<Vec<_>>());
}

#[tokio::test]
async fn every_clause_of_campaigns_holds() {
    let report = conformance::run_campaigns(&Harness::default()).await;
    report.assert();
    assert_eq!(report.passed(), (30..=35).collect::<Vec<_>>());
}

#[tokio::test]
async fn histories_are_those_of_the_model() {
    let harness = Harness::default();
    for seed in 0..6 {
        histories(&harness, seed).await.unwrap();
    }
}
