//! Intents and requests for the tests.

use std::sync::OnceLock;
use std::time::Duration;

use messages_outbox::{
    BeginRequest, Claim, ClaimRequest, Intent, OutboxStore, Outcome, Policy, RowId, Settle, State,
};
use messages_outbox_postgres::PostgresStore;
use messages_outbox_postgres::tokio_postgres::Client;
use messages_sdk::types::{Submission, v1::Sms};

pub(crate) const LEASE: Duration = Duration::from_secs(30);

pub(crate) const RECIPIENT: &str = "447700900000";

pub(crate) fn intent(key: impl Into<String>) -> Intent {
    with_text(key, "Your table is free")
}

pub(crate) fn with_text(key: impl Into<String>, text: &str) -> Intent {
    let sms = Sms::text("447700900001", RECIPIENT, text).unwrap();
    Intent::new(key, Submission::V1(sms.into()))
}

pub(crate) fn claim_request(limit: u32) -> ClaimRequest {
    ClaimRequest {
        accounts: vec!["default".to_owned()],
        limit,
        lease: LEASE,
        policy: Policy::default(),
    }
}

/// Begins and settles claimed rows.
pub(crate) async fn send(store: &PostgresStore, claim: &Claim) -> Vec<RowId> {
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

pub(crate) async fn count(store: &PostgresStore, state: State) -> u64 {
    store.status().await.unwrap().states[&state]
}

/// Store of the tests that are shared with other crates.
pub(crate) type Store = PostgresStore;

/// Connection of [`requeue_sending`].
pub(crate) static REQUEUE: OnceLock<Client> = OnceLock::new();

/// Queues rows again that have been sending for this long, as a job queue does with jobs of workers that are gone.
pub(crate) async fn requeue_sending(_store: &Store, age: Duration) {
    let client = REQUEUE.get().expect("it is connected");
    let sql = "WITH moved AS ( \
          UPDATE messages_outbox.rows SET state = 'queued', lease_until = NULL \
          WHERE state = 'sending' AND since < messages_outbox.clock() - $1 RETURNING 1 \
        ), number AS (SELECT count(*) AS moved FROM moved) \
        INSERT INTO messages_outbox.counts (kind, name, number) \
        SELECT 'state', 'queued', moved FROM number \
        UNION ALL SELECT 'state', 'sending', -moved FROM number";
    client
        .execute(sql, &[&(age.as_micros() as i64)])
        .await
        .unwrap();
}
