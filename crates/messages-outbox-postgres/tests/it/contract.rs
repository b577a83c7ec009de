//! The store keeps the contract of `OutboxStore`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use messages_outbox::testing::{StoreHarness, conformance, histories};
use messages_outbox::{ManualClock, StoreError};
use messages_outbox_postgres::PostgresStore;

use crate::server::{Database, Server, shared};

/// Databases and clocks of the stores that it has opened.
struct Harness {
    server: &'static Server,
    opened: Mutex<HashMap<String, (Database, Arc<ManualClock>)>>,
}

impl Harness {
    fn new(server: &'static Server) -> Self {
        Self {
            server,
            opened: Mutex::default(),
        }
    }

    async fn open_in(
        &self,
        database: Database,
        clock: Arc<ManualClock>,
    ) -> Result<PostgresStore, StoreError> {
        let builder = PostgresStore::builder(database.config()).clock(Arc::clone(&clock) as _);
        let store = builder.open().await?;
        let mut opened = self.opened.lock().unwrap();
        opened.insert(store.database().to_owned(), (database, clock));
        Ok(store)
    }

    fn remove(&self, store: &PostgresStore) -> (Database, Arc<ManualClock>) {
        self.opened
            .lock()
            .unwrap()
            .remove(store.database())
            .unwrap()
    }
}

#[async_trait]
impl StoreHarness for Harness {
    type Store = PostgresStore;

    async fn open(&self, clock: Arc<ManualClock>) -> Result<PostgresStore, StoreError> {
        self.open_in(self.server.database().await, clock).await
    }

    /// The server has all that was committed; the connections of the process end with it.
    async fn crash(&self, store: PostgresStore) -> Result<PostgresStore, StoreError> {
        let (database, clock) = self.remove(&store);
        drop(store);
        self.open_in(database, clock).await
    }

    async fn restore(&self, store: PostgresStore) -> Result<PostgresStore, StoreError> {
        let (database, clock) = self.remove(&store);
        drop(store);
        let copy = self.server.copy(&database).await;
        self.open_in(copy, clock).await
    }
}

#[tokio::test]
async fn every_clause_holds() {
    let Some(server) = shared() else { return };
    let report = conformance::run(&Harness::new(server)).await;
    report.assert();
    assert_eq!(report.passed(), (1..=29).collect::<Vec<_>>());
}

#[tokio::test]
async fn every_clause_of_campaigns_holds() {
    let Some(server) = shared() else { return };
    let report = conformance::run_campaigns(&Harness::new(server)).await;
    report.assert();
    assert_eq!(report.passed(), (30..=35).collect::<Vec<_>>());
}

#[tokio::test]
async fn histories_are_those_of_the_model() {
    let Some(server) = shared() else { return };
    let harness = Harness::new(server);
    for seed in 0..3 {
        histories(&harness, seed).await.unwrap();
    }
}
