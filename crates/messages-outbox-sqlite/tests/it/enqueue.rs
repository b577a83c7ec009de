//! Adding rows: by the store, within the application's transaction, and by one statement of another driver.

use messages_outbox::window::{Window, Zone};
use messages_outbox::{Enqueued, Intent, OutboxStore, Priority, State, StoreErrorKind};
use messages_outbox_sqlite::rusqlite::{Connection, params};
use messages_outbox_sqlite::{Statement, enqueue};

use crate::support::{Folder, count, intent, send_all, with_text};

/// Runs a statement as a driver without this crate would.
fn run(connection: &Connection, intents: &[Intent]) -> Vec<Enqueued> {
    let statement = Statement::new(intents);
    let mut prepared = connection.prepare(Statement::SQL).unwrap();
    let rows = prepared
        .query_map([statement.parameter()], |row| {
            Ok([row.get(0)?, row.get(1)?, row.get(2)?])
        })
        .unwrap();
    let returned: Vec<[String; 3]> = rows.map(Result::unwrap).collect();
    assert_eq!(returned.len(), intents.len());
    statement.enqueued(returned).unwrap()
}

#[tokio::test]
async fn rows_exist_exactly_if_the_application_commits() {
    let folder = Folder::new();
    let store = folder.open().await;
    let mut connection = Connection::open(folder.file()).unwrap();
    for (key, commit, total) in [("kept", true, 1), ("dropped", false, 1)] {
        let transaction = connection.transaction().unwrap();
        let added = enqueue(&transaction, &[intent(key)], None).unwrap();
        assert!(matches!(added[0], Enqueued::New(_)));
        if commit {
            transaction.commit().unwrap();
        } else {
            transaction.rollback().unwrap();
        }
        assert_eq!(store.status().await.unwrap().total(), total);
    }
    assert_eq!(send_all(&store).await.len(), 1);
}

#[tokio::test]
async fn a_full_store_leaves_the_transaction_as_it_was() {
    let folder = Folder::new();
    let store = folder.open().await;
    let mut connection = Connection::open(folder.file()).unwrap();
    let transaction = connection.transaction().unwrap();
    enqueue(&transaction, &[intent("first")], Some(2)).unwrap();
    let more = [intent("default"), intent("third")];
    let error = enqueue(&transaction, &more, Some(2)).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Full);
    transaction.commit().unwrap();
    assert_eq!(store.status().await.unwrap().total(), 1);
}

#[tokio::test]
async fn a_file_without_tables_is_an_error() {
    let folder = Folder::new();
    let mut connection = Connection::open(folder.file()).unwrap();
    let transaction = connection.transaction().unwrap();
    assert!(enqueue(&transaction, &[intent("key")], None).is_err());
    transaction.execute_batch("CREATE TABLE own (id)").unwrap();
    transaction.commit().unwrap();
}

#[tokio::test]
async fn the_statement_does_what_the_store_does() {
    let folder = Folder::new();
    let store = folder.open().await;
    let connection = Connection::open(folder.file()).unwrap();
    let full = || {
        with_text("full", "Zażółć 🎉 \"quoted\" \\ \u{0} end")
            .namespace("n")
            .account("second")
            .priority(Priority::High)
            .campaign("spring")
            .tag("a\"b")
            .tag("c")
            .send_before("2199-01-01T00:00:00.000001Z".parse().unwrap())
            .due_at("2020-01-01T00:00:00.000001Z".parse().unwrap())
    };
    let by_statement = full();
    // Far from due: its window may be closed now.
    let windowed = intent("windowed")
        .window(Window::new("20:00", "08:00").unwrap())
        .zone(Zone::new("Europe/Warsaw").unwrap())
        .due_at("2199-01-01T00:00:00Z".parse().unwrap());
    let intents = [by_statement.clone(), windowed, intent("plain")];
    let added = run(&connection, &intents);
    assert_eq!(added[0], Enqueued::New(by_statement.id()));
    assert!(matches!(added[2], Enqueued::New(_)));

    let other = Folder::new();
    let own = other.open().await;
    own.enqueue(&intents, None).await.unwrap();
    for intent in &intents {
        let stored = store.show(intent.id()).await.unwrap().unwrap();
        assert_eq!(stored.payload.as_deref(), Some(intent.payload()));
        let mut expected = own.show(intent.id()).await.unwrap().unwrap().row;
        let row = stored.row;
        // The other store has another key and another present.
        let details = std::sync::Arc::make_mut(&mut expected.details);
        details.recipient_hash = row.details.recipient_hash;
        details.enqueued_at = row.details.enqueued_at;
        expected.since = row.since;
        if intent.id() == intents[2].id() {
            expected.due_at = row.due_at;
        }
        assert_eq!(row, expected);
    }

    // Known to the store and to the statement, in either order.
    let again = store.enqueue(&[full()], None).await.unwrap();
    assert_eq!(again, [Enqueued::Existing(by_statement.id())]);
    let again = run(&connection, &[full(), intent("new"), intent("new")]);
    assert_eq!(again[0], Enqueued::Existing(by_statement.id()));
    assert!(matches!(again[1], Enqueued::New(_)));
    // The second one has an ID of its own, and the row that of the first.
    assert_eq!(again[2], Enqueued::Existing(again[1].id()));
    let other_payload = with_text("full", "something else").namespace("n");
    let conflict = run(&connection, &[other_payload]);
    assert_eq!(conflict, [Enqueued::Conflict(by_statement.id())]);

    // The claim writes the hash of the recipient, which the statement could not know.
    let unhashed = || -> i64 {
        let sql = "SELECT count(*) FROM messages_outbox_intents WHERE recipient_hash IS NULL";
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(unhashed(), 4);
    assert_eq!(send_all(&store).await.len(), 3);
    assert_eq!(unhashed(), 1);
    let row = store.show(by_statement.id()).await.unwrap().unwrap().row;
    assert_eq!(row.state, State::Sent);
}

#[tokio::test]
async fn an_intent_of_another_driver_is_forgotten_before_its_first_claim() {
    let folder = Folder::new();
    let store = folder.open().await;
    let connection = Connection::open(folder.file()).unwrap();
    run(&connection, &[intent("key")]);
    let recipients = ["+447700900000".to_owned()];
    let forgotten = store.forget(&recipients).await.unwrap();
    assert_eq!(forgotten.erased, 1);
    assert_eq!(count(&store, State::Cancelled).await, 1);
    let sql = "SELECT count(*) FROM messages_outbox_intents \
               WHERE key IS NOT NULL OR recipient IS NOT NULL OR payload IS NOT NULL";
    let left: i64 = connection
        .query_row(sql, params![], |row| row.get(0))
        .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn rows_of_another_connection_are_noticed() {
    let folder = Folder::new();
    let store = folder.open().await;
    let minute = std::time::Duration::from_secs(60);
    // The store's own beginnings.
    store.changed(minute).await;
    let connection = Connection::open(folder.file()).unwrap();
    let (_, ()) = tokio::join!(store.changed(minute), async {
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        run(&connection, &[intent("key")]);
    });
    let started = std::time::Instant::now();
    store.changed(std::time::Duration::from_millis(250)).await;
    assert!(
        started.elapsed() >= std::time::Duration::from_millis(240),
        "nothing changed"
    );
}

#[tokio::test]
async fn the_same_input_ten_times_makes_each_row_once() {
    let folder = Folder::new();
    let intents = || {
        (0..100)
            .map(|n| intent(format!("key-{n}")))
            .collect::<Vec<_>>()
    };
    for round in 0..10 {
        // Dropped without waiting: the process may end at any time.
        let store = folder.open().await;
        let added = store.enqueue(&intents(), None).await.unwrap();
        let new = added
            .iter()
            .filter(|one| matches!(one, Enqueued::New(_)))
            .count();
        assert_eq!(new, if round == 0 { 100 } else { 0 });
    }
    assert_eq!(folder.open().await.status().await.unwrap().total(), 100);
}
