//! No number, text, key or path in `Debug` or `Display`.

use std::error::Error;

use messages_outbox::{ListRequest, OutboxStore, StoreErrorKind};
use messages_outbox_sqlite::rusqlite::Connection;
use messages_outbox_sqlite::{SqliteStore, Statement};

use crate::support::{Folder, with_text};

const CANARIES: [&str; 4] = ["447700900", "canary text", "canary-key", "outbox.db"];

fn check(shown: &str) {
    for canary in CANARIES {
        assert!(!shown.contains(canary), "{canary} in {shown}");
    }
}

#[tokio::test]
async fn nothing_personal_is_shown() {
    let folder = Folder::new();
    let store = folder.open().await;
    let intents = [with_text("canary-key", "canary text")];
    check(&format!("{:?}", Statement::new(&intents)));
    check(&format!(
        "{:?} {store:?}",
        SqliteStore::builder(folder.file())
    ));
    store.enqueue(&intents, None).await.unwrap();

    // Values that this crate did not write, in the columns whose errors could quote them.
    let connection = Connection::open(folder.file()).unwrap();
    let damages = [
        "UPDATE messages_outbox_rows SET reason = 'canary text'",
        "UPDATE messages_outbox_intents SET tags = '[\"canary-key'",
        "UPDATE messages_outbox_intents SET key_digest = CAST('447700900123' AS BLOB)",
        "UPDATE messages_outbox_rows SET due_at = 9223372036854775807",
    ];
    for damage in damages {
        connection.execute_batch("SAVEPOINT damage").unwrap();
        connection.execute_batch(damage).unwrap();
        connection.execute_batch("RELEASE damage").unwrap();
        let request = ListRequest {
            limit: 10,
            ..ListRequest::default()
        };
        let error = store.list(&request).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Corrupt, "{damage}");
        check(&format!("{error} {error:?}"));
        let mut source = error.source();
        while let Some(error) = source {
            check(&format!("{error} {error:?}"));
            source = error.source();
        }
    }
}
