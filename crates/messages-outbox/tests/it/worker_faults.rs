//! The worker over a store that fails.

use std::future::pending;
use std::time::{Duration, Instant};

use messages_outbox::{MemoryStore, Outbox, RunError, State, StoreErrorKind};

use crate::api::{Api, Behaviour};
use crate::broken::{Broken, Fault};
use crate::support::intent;

async fn outbox(api: &Api, store: &MemoryStore, fault: Fault) -> Outbox {
    let outbox = Outbox::builder()
        .client(api.client(|_| Behaviour::Accept))
        .store(Broken::new(store.clone(), fault))
        .poll(Duration::from_millis(20))
        .begin_grace(Duration::from_millis(100))
        .build()
        .unwrap();
    outbox.enqueue(intent("key")).await.unwrap();
    outbox
}

async fn state_and_reason(outbox: &Outbox) -> (State, Option<String>) {
    let id = outbox
        .store()
        .find("default", "key")
        .await
        .unwrap()
        .unwrap();
    let row = outbox.store().show(id).await.unwrap().unwrap().row;
    (row.state, row.reason.map(|reason| reason.code))
}

#[tokio::test]
async fn a_row_that_began_too_long_ago_is_not_posted() {
    let api = Api::default();
    let outbox = outbox(&api, &MemoryStore::new(), Fault::SlowBegin).await;
    outbox
        .run(tokio::time::sleep(Duration::from_millis(700)))
        .await
        .unwrap();
    assert_eq!(api.requests().len(), 0);
    let late = (State::Queued, Some("begin_late".to_owned()));
    assert_eq!(state_and_reason(&outbox).await, late);
}

#[tokio::test]
async fn a_row_whose_begin_is_unknown_is_not_posted_but_sent_later() {
    let api = Api::default();
    let outbox = outbox(&api, &MemoryStore::new(), Fault::UnknownBegin).await;
    let report = outbox.run_until_empty(pending()).await.unwrap();
    assert_eq!((report.requeued, report.sent, report.in_doubt), (1, 1, 0));
    assert_eq!(api.requests().len(), 1);
}

#[tokio::test]
async fn an_outcome_that_could_not_be_stored_is_stored_later() {
    let api = Api::default();
    let outbox = outbox(&api, &MemoryStore::new(), Fault::FailingSettle).await;
    let report = outbox.run_until_empty(pending()).await.unwrap();
    assert_eq!((report.sent, report.stale), (1, 0));
    assert_eq!(api.requests().len(), 1);
}

#[tokio::test]
async fn a_full_disk_ends_the_run_and_nothing_is_posted() {
    let api = Api::default();
    let outbox = outbox(&api, &MemoryStore::new(), Fault::FullDisk).await;
    match outbox.run(pending()).await {
        Err(RunError::Store(error)) => assert_eq!(error.kind(), StoreErrorKind::Storage),
        other => panic!("{other:?}"),
    }
    assert_eq!(api.requests().len(), 0);
}

#[tokio::test]
async fn a_busy_store_is_waited_for() {
    let api = Api::default();
    let outbox = outbox(&api, &MemoryStore::new(), Fault::BusyClaim).await;
    let began = Instant::now();
    let report = outbox.run_until_empty(pending()).await.unwrap();
    assert_eq!(report.sent, 1);
    assert!(began.elapsed() >= Duration::from_millis(300), "it spins");
}
