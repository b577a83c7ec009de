//! Rows that are added within the application's transaction, and by other drivers and languages.

use std::time::Duration;

use messages_outbox::{
    Consent, Enqueued, Fact, Intent, OutboxStore, RunIntent, State, StoreError, StoreErrorKind,
};
use messages_outbox_postgres::tokio_postgres::Client;
use messages_outbox_postgres::{Statement, enqueue};
use messages_sdk::types::v0_1;
use serde_json::json;

use crate::server::shared;
use crate::support::{RECIPIENT, claim_request, count, intent, send, with_text};

#[tokio::test]
async fn rows_exist_exactly_if_the_transaction_commits() {
    let Some(server) = shared() else { return };
    let database = server.database().await;
    let store = database.open().await;
    let mut client = database.client().await;

    let transaction = client.transaction().await.unwrap();
    let added = enqueue(&transaction, &[intent("a"), intent("b")], None).await;
    assert!(matches!(
        added.unwrap()[..],
        [Enqueued::New(_), Enqueued::New(_)]
    ));
    assert_eq!(store.status().await.unwrap().total(), 0);
    transaction.rollback().await.unwrap();
    assert_eq!(store.status().await.unwrap().total(), 0);

    let transaction = client.transaction().await.unwrap();
    enqueue(&transaction, &[intent("a")], None).await.unwrap();
    // A worker is waiting, and is told by the commit.
    let waiting = tokio::spawn({
        let store = database.open().await;
        async move {
            loop {
                let claim = store.claim(&claim_request(5)).await.unwrap();
                if !claim.rows.is_empty() {
                    return send(&store, &claim).await;
                }
                store.changed(Duration::from_secs(60)).await;
            }
        }
    });
    transaction.commit().await.unwrap();
    let sent = tokio::time::timeout(Duration::from_secs(30), waiting).await;
    assert_eq!(sent.unwrap().unwrap().len(), 1);
    assert_eq!(count(&store, State::Sent).await, 1);
}

/// Runs the SQL function as a program in another language does.
async fn add(client: &Client, items: serde_json::Value) -> Result<Vec<String>, StoreErrorKind> {
    let rows = client
        .query(Statement::SQL, &[&items.to_string()])
        .await
        .map_err(|_| StoreErrorKind::Request)?;
    Ok(rows.iter().map(|row| row.get("outcome")).collect())
}

#[tokio::test]
async fn other_languages_add_the_same_rows() {
    let Some(server) = shared() else { return };
    let database = server.database().await;
    let store = database.open().await;
    let client = database.client().await;
    let text = "“Café” \u{7} \\ \"quoted\"\n\u{1F600}";
    let known = with_text("known", text);
    store.enqueue(&[known], None).await.unwrap();

    let message = |text: &str| {
        json!({"text": text, "to": RECIPIENT, "message_type": "text",
               "from": "447700900001", "channel": "sms"})
    };
    let items = json!([
        {"key": "known", "message": message(text)},
        {"key": "known", "message": message("other")},
        {"key": "new", "message": message("Hello"), "campaign": "spring", "priority": "high",
         "tags": ["table"], "due_at": "2020-12-24T08:00:00+01:00"},
        {"key": "new", "message": message("Hello")},
    ]);
    let outcomes = add(&client, items).await.unwrap();
    assert_eq!(outcomes, ["existing", "conflict", "new", "existing"]);

    let claim = store.claim(&claim_request(1)).await.unwrap();
    let row = &claim.rows[0].row;
    assert_eq!(row.details.key.as_deref(), Some("new"));
    assert_eq!(row.details.campaign.as_deref(), Some("spring"));
    assert_eq!(row.details.tags, ["table"]);
    assert_eq!(row.details.recipient.as_deref(), Some(RECIPIENT));
    assert_eq!(row.due_at, "2020-12-24T07:00:00Z".parse().unwrap());
    let payload: serde_json::Value = serde_json::from_slice(&claim.rows[0].payload).unwrap();
    assert_eq!(payload, message("Hello"));

    for wrong in ["key", "message", "priority"] {
        let mut item = json!({"key": "wrong", "message": message("Hello"), "priority": "low"});
        item[wrong] = json!(null);
        if wrong == "priority" {
            item[wrong] = json!("urgent");
        }
        let items = json!([{"key": "fine", "message": message("Hello")}, item]);
        add(&client, items).await.expect_err(wrong);
    }
    assert_eq!(store.find("default", "fine").await.unwrap(), None);
}

#[tokio::test]
async fn the_key_of_a_run_is_not_added_as_a_row() {
    let Some(server) = shared() else { return };
    let database = server.database().await;
    let store = database.open().await;
    let client = database.client().await;
    let message = v0_1::Sms::text("447700900001", RECIPIENT, "Hello").unwrap();
    let run = RunIntent::new("run", v0_1::Workflow::only(message)).unwrap();
    store.start(&[run], None).await.unwrap();
    let before = store.status().await.unwrap().total();

    let row = intent("run");
    let other = intent("other");
    let by_rust = store
        .enqueue(&[row.clone(), other.clone()], None)
        .await
        .unwrap();
    assert!(matches!(
        by_rust[..],
        [Enqueued::Conflict(_), Enqueued::New(_)]
    ));
    let by_sql = enqueue(&client, &[row, other], None).await.unwrap();
    assert_eq!(by_sql, [by_rust[0], Enqueued::Existing(by_rust[1].id())]);
    assert_eq!(store.status().await.unwrap().total(), before + 1);
}

#[tokio::test]
async fn rows_without_a_hash_are_suppressed_and_forgotten() {
    let Some(server) = shared() else { return };
    let database = server.database().await;
    let store = database.open().await;
    let client = database.client().await;
    let statement = Statement::new(&[intent("a"), intent("b")]);
    let add = async || {
        let rows = client
            .query(Statement::SQL, &[&statement.parameter()])
            .await;
        let rows = rows.unwrap();
        let returned = rows.iter().map(|row| {
            let id: uuid::Uuid = row.get("id");
            (id.to_string(), row.get("outcome"))
        });
        statement.enqueued(returned).unwrap()
    };
    assert!(matches!(
        add().await[..],
        [Enqueued::New(_), Enqueued::New(_)]
    ));
    assert!(matches!(
        add().await[..],
        [Enqueued::Existing(_), Enqueued::Existing(_)]
    ));

    let consent = Consent {
        group: Consent::EVERY_GROUP.to_owned(),
        recipient: RECIPIENT.to_owned(),
        opted_out: true,
        at: None,
    };
    store.apply(&[Fact::Consent(consent)]).await.unwrap();
    let claim = store.claim(&claim_request(1)).await.unwrap();
    assert!(claim.rows.is_empty());
    assert_eq!(count(&store, State::Suppressed).await, 2);
    let forgotten = store.forget(&[format!("+{RECIPIENT}")]).await.unwrap();
    assert_eq!(forgotten.erased, 2);
    let left = "SELECT (SELECT count(*) FROM messages_outbox.payloads), \
                (SELECT count(*) FROM messages_outbox.intents \
                 WHERE key IS NOT NULL OR recipient IS NOT NULL)";
    let row = client.query_one(left, &[]).await.unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (0, 0));
}

#[tokio::test]
async fn the_capacity_holds_over_transactions() {
    let Some(server) = shared() else { return };
    let database = server.database().await;
    let store = database.open().await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..6 {
        let store = database.open().await;
        tasks.spawn(async move {
            let rows: Vec<Intent> = (0..2).map(|n| intent(format!("{number}-{n}"))).collect();
            store.enqueue(&rows, Some(6)).await.map(|_| ())
        });
    }
    let results: Vec<Result<(), StoreError>> = tasks.join_all().await;
    let full = results.iter().filter_map(|result| result.as_ref().err());
    assert!(
        full.clone()
            .all(|error| error.kind() == StoreErrorKind::Full)
    );
    assert_eq!(full.count(), 3);
    assert_eq!(store.status().await.unwrap().open(), 6);

    let mut client = database.client().await;
    let transaction = client.transaction().await.unwrap();
    let result = enqueue(&transaction, &[intent("more")], Some(6)).await;
    assert_eq!(result.unwrap_err().kind(), StoreErrorKind::Full);
    // The transaction goes on without the row.
    enqueue(&transaction, &[intent("0-0"), intent("more")], Some(7))
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(store.status().await.unwrap().open(), 7);
}
