//! The file: who may read it, what is refused, and a backup that is copied back.

use std::error::Error;
use std::fs;

use messages_outbox::{OutboxStore, RunIntent, Started, State, StoreErrorKind};
use messages_outbox_sqlite::SqliteStore;
use messages_outbox_sqlite::rusqlite::{self, Connection};
use messages_sdk::types::v0_1::{Sms, Workflow};

use crate::support::{Folder, claim_request, count, intent, send_all};

#[cfg(unix)]
#[tokio::test]
async fn a_new_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::new();
    let store = folder.open().await;
    store.enqueue(&[intent("key")], None).await.unwrap();
    let mut seen = Vec::new();
    for path in fs::read_dir(folder.file().parent().unwrap()).unwrap() {
        let path = path.unwrap();
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{path:?}");
        seen.push(path.file_name().into_string().unwrap());
    }
    seen.sort();
    let expected = [
        "outbox.db",
        "outbox.db-shm",
        "outbox.db-wal",
        "outbox.db.incarnation",
    ];
    assert_eq!(seen, expected);
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_is_refused() {
    let folder = Folder::new();
    let target = folder.file().with_file_name("target.db");
    std::os::unix::fs::symlink(&target, folder.file()).unwrap();
    for _ in 0..2 {
        let error = SqliteStore::open(folder.file()).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Request);
        // The link pointed to nothing at first, and to a file afterwards.
        fs::write(&target, b"").unwrap();
    }
    assert_eq!(fs::read(&target).unwrap(), b"");
}

#[tokio::test]
async fn a_file_that_is_not_a_database_is_refused() {
    let folder = Folder::new();
    fs::write(folder.file(), "a text that is long enough to be no header").unwrap();
    let error = SqliteStore::open(folder.file()).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Corrupt);
    assert!(
        error
            .source()
            .unwrap()
            .to_string()
            .contains("SQLite error 26"),
        "{error:?}"
    );
}

#[tokio::test]
async fn the_applications_own_tables_are_left_alone() {
    let folder = Folder::new();
    let connection = Connection::open(folder.file()).unwrap();
    connection
        .execute_batch("CREATE TABLE own (id INTEGER); INSERT INTO own VALUES (1)")
        .unwrap();
    let store = folder.open().await;
    store.enqueue(&[intent("key")], None).await.unwrap();
    let sql = "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE '%messages\\_outbox\\_%' ESCAPE '\\'";
    let others: i64 = connection.query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(others, 1);
    let sync: i64 = connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap();
    assert_eq!(sync, 0);
}

#[tokio::test]
async fn a_file_of_the_first_schema_gets_runs_and_keeps_its_rows() {
    let folder = Folder::new();
    let connection = Connection::open(folder.file()).unwrap();
    connection
        .execute_batch(messages_outbox_sqlite::migrations()[0])
        .unwrap();
    connection
        .execute_batch(
            "CREATE TABLE messages_outbox_migrations (number INTEGER PRIMARY KEY,
                 major INTEGER NOT NULL, applied_at TEXT NOT NULL DEFAULT (datetime())) STRICT;
             INSERT INTO messages_outbox_migrations (number, major) VALUES (1, 1);
             INSERT INTO messages_outbox_counts (kind, name, number)
                 VALUES ('state', 'queued', 0), ('state', 'claimed', 0), ('state', 'sending', 0),
                     ('state', 'sent', 0);
             INSERT INTO messages_outbox_meta (id, hash_key, incarnation, generation, restored)
                 VALUES (1, randomblob(32), randomblob(16), 0, 0);",
        )
        .unwrap();
    // As a program of that schema writes it.
    let intent = intent("old");
    let old = intent.row(None, jiff::Timestamp::now());
    let insert = "INSERT INTO messages_outbox_intents (id, namespace, key, key_digest, digest, account, \
                  sender, channel, priority, recipient, due_at, enqueued_at, payload) \
                  VALUES (?1, 'default', 'old', ?2, ?3, 'default', '447700900001', 'sms', 1, \
                  '447700900000', ?4, ?4, ?5)";
    let details = &old.details;
    let values = rusqlite::params![
        old.id.to_bytes(),
        details.key_digest.to_bytes(),
        details.digest.to_bytes(),
        old.due_at.as_microsecond(),
        intent.payload(),
    ];
    connection.execute(insert, values).unwrap();
    drop(connection);

    let store = folder.open().await;
    // Without an incarnation beside it the file counts as a restored backup.
    store.adopt().await.unwrap();
    let sms = Sms::text("447700900001", "447700900000", "Hello").unwrap();
    let run = RunIntent::new("new", Workflow::only(sms)).unwrap();
    let id = run.id();
    let started = store.start(&[run], None).await.unwrap();
    assert_eq!(started, [Started::New(id)]);
    assert_eq!(send_all(&store).await.len(), 2);
    let run = store.show_run(id).await.unwrap().unwrap();
    assert_eq!(run.run.progress.messages[0].state, State::Sent);
    let status = store.status().await.unwrap();
    assert_eq!((status.total(), status.running()), (2, 1));
}

#[tokio::test]
async fn a_newer_major_version_is_refused_and_a_newer_minor_one_is_used() {
    let folder = Folder::new();
    folder.open().await.close().await;
    let connection = Connection::open(folder.file()).unwrap();
    let add = "INSERT INTO messages_outbox_migrations (number, major) VALUES (?1, ?2)";
    connection.execute(add, [900, 1]).unwrap();
    folder.open().await.close().await;
    connection.execute(add, [901, 2]).unwrap();
    let error = SqliteStore::open(folder.file()).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Version);
}

#[tokio::test]
async fn a_backup_that_is_copied_back_sends_nothing_until_adopted() {
    let folder = Folder::new();
    let store = folder.open().await;
    store.enqueue(&[intent("before")], None).await.unwrap();
    let backup = folder.file().with_file_name("backup.db");
    let connection = Connection::open(folder.file()).unwrap();
    connection
        .execute("VACUUM INTO ?1", [backup.to_str().unwrap()])
        .unwrap();
    drop(connection);
    assert_eq!(send_all(&store).await.len(), 1);
    store.close().await;

    fs::copy(&backup, folder.file()).unwrap();
    // Marked in the file itself: opening it twice changes nothing.
    for _ in 0..2 {
        let store = folder.open().await;
        let error = store.claim(&claim_request(10)).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Restored);
        assert!(store.status().await.unwrap().restored);
        assert_eq!(count(&store, State::Queued).await, 1);
        store.close().await;
    }
    let store = folder.open().await;
    store.adopt().await.unwrap();
    assert_eq!(send_all(&store).await.len(), 1);
    store.close().await;
    assert!(!folder.open().await.status().await.unwrap().restored);
}

#[tokio::test]
async fn a_store_without_its_incarnation_is_a_restored_one() {
    let folder = Folder::new();
    folder.open().await.close().await;
    let copy = fs::read(folder.incarnation()).unwrap();
    for damage in [
        None,
        Some(&b""[..]),
        Some(&b"\xff\xff"[..]),
        Some(&copy[1..]),
    ] {
        match damage {
            Some(bytes) => fs::write(folder.incarnation(), bytes).unwrap(),
            None => fs::remove_file(folder.incarnation()).unwrap(),
        }
        let store = folder.open().await;
        assert!(store.status().await.unwrap().restored, "{damage:?}");
        store.adopt().await.unwrap();
        store.close().await;
        let store = folder.open().await;
        assert!(!store.status().await.unwrap().restored, "{damage:?}");
        store.close().await;
    }
}

#[tokio::test]
async fn a_store_that_died_is_no_restored_one() {
    let folder = Folder::new();
    for _ in 0..5 {
        // As after a crash, nothing is written at the end: the thread is busy when the next store opens.
        let store = folder.open().await;
        store.enqueue(&[intent("key")], None).await.unwrap();
        let other = folder.open().await;
        assert!(!other.status().await.unwrap().restored);
    }
}

#[tokio::test]
async fn a_damaged_file_is_an_error_and_nothing_is_sent_twice_from_it() {
    let folder = Folder::new();
    let store = folder.open().await;
    let intents: Vec<_> = (0..200).map(|n| intent(format!("key-{n}"))).collect();
    store.enqueue(&intents, None).await.unwrap();
    store.close().await;
    let whole = fs::read(folder.file()).unwrap();
    let mut rng = fastrand::Rng::with_seed(6);
    let mut errors = 0;
    for round in 0..60 {
        let mut bytes = whole.clone();
        if round % 3 == 0 {
            bytes.truncate(rng.usize(1..bytes.len()));
        } else {
            for _ in 0..40 {
                let at = rng.usize(0..bytes.len() - 64);
                rng.fill(&mut bytes[at..at + 64]);
            }
        }
        let other = Folder::new();
        fs::write(other.file(), bytes).unwrap();
        fs::copy(folder.incarnation(), other.incarnation()).unwrap();
        let claimed = async {
            let store = other.open_or_fail().await?;
            store.status().await?;
            store.claim(&claim_request(1_000)).await
        };
        match claimed.await {
            Ok(claim) => {
                let mut ids: Vec<_> = claim.rows.iter().map(|claimed| claimed.row.id).collect();
                let count = ids.len();
                ids.sort_unstable();
                ids.dedup();
                assert_eq!(ids.len(), count);
            }
            Err(error) => {
                errors += 1;
                let kind = error.kind();
                let known = [
                    StoreErrorKind::Corrupt,
                    StoreErrorKind::Storage,
                    StoreErrorKind::Restored,
                ];
                assert!(known.contains(&kind), "{error:?}");
            }
        }
    }
    assert!(errors > 30, "{errors} of 60 were noticed");
}
