//! The store in memory keeps the contract.

use messages_outbox::testing::{MemoryHarness, conformance, histories};

#[tokio::test]
async fn the_store_in_memory_keeps_every_clause() {
    let report = conformance::run(&MemoryHarness).await;
    report.assert();
    assert_eq!(report.passed(), (1..=29).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_store_in_memory_keeps_every_clause_of_campaigns() {
    let report = conformance::run_campaigns(&MemoryHarness).await;
    report.assert();
    assert_eq!(report.passed(), (30..=35).collect::<Vec<_>>());
}

#[tokio::test]
async fn two_stores_in_memory_have_the_same_histories() {
    for seed in 0..50 {
        histories(&MemoryHarness, seed).await.unwrap();
    }
}
