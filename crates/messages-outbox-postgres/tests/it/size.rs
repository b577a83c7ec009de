//! Costs of a table with many settled rows.

use std::time::Instant;

use messages_outbox::{Intent, OutboxStore};
use messages_outbox_postgres::PostgresStore;

use crate::server::Server;
use crate::support::{claim_request, intent, send};

/// Settled rows, with their intents and history. Their payloads were purged.
const SETTLED: &str = "\
    INSERT INTO messages_outbox.intents (id, namespace, key_digest, digest, enqueued_at) \
    SELECT gen_random_uuid(), 'default', sha256(n::text::bytea), sha256(n::text::bytea), 0 \
    FROM generate_series(1, 1000000) AS n; \
    INSERT INTO messages_outbox.rows (id, lane, priority, state, since, epoch, attempt, due_at, message_uuid, purged) \
    SELECT id, 1, 1, 'sent', 0, 1, 1, 0, id::text, true FROM messages_outbox.intents WHERE enqueued_at = 0; \
    INSERT INTO messages_outbox.history (id, at, event, from_state, to_state, attempt) \
    SELECT id, 0, 'accepted', 'sending', 'sent', 1 FROM messages_outbox.intents WHERE enqueued_at = 0; \
    INSERT INTO messages_outbox.counts VALUES ('state', 'sent', 1000000); \
    ANALYZE; CHECKPOINT";

/// Rows that are added, claimed, begun and settled in a second.
async fn rate(store: &PostgresStore, name: &str) -> f64 {
    let rows = 10_000;
    let intents: Vec<Intent> = (0..rows)
        .map(|number| intent(format!("{name}-{number}")))
        .collect();
    for intents in intents.chunks(1_000) {
        store.enqueue(intents, None).await.unwrap();
    }
    let began = Instant::now();
    let mut sent = 0;
    while sent < rows {
        let claim = store.claim(&claim_request(50)).await.unwrap();
        sent += send(store, &claim).await.len();
    }
    rows as f64 / began.elapsed().as_secs_f64()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures time: cargo xtask long-runs"]
async fn a_claim_costs_the_same_with_1_000_000_settled_rows() {
    let server = Server::start().expect("Postgres is installed");
    let database = server.database().await;
    let store = database.open().await;
    rate(&store, "warm").await;
    let before = rate(&store, "before").await;
    database
        .client()
        .await
        .batch_execute(SETTLED)
        .await
        .unwrap();
    rate(&store, "warm-again").await;
    let after = rate(&store, "after").await;
    let ratio = after / before;
    println!(
        "claim, begin and settle: {before:.0} rows/s without settled rows, {after:.0} with 1,000,000, ratio {ratio:.2}"
    );
    assert!(ratio >= 0.9, "{ratio}");
}
