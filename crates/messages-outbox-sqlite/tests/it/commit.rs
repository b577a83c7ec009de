//! Requests that share a commit.

use std::sync::Arc;

use messages_outbox::{
    Command, CommandRequest, Enqueued, OutboxStore, Scope, Selection, StoreErrorKind,
};
use messages_outbox_sqlite::rusqlite::Connection;

use crate::support::{Folder, intent};

/// Number of commits so far, which SQLite counts in the index of its log.
fn commits(folder: &Folder) -> u32 {
    let index = std::fs::read(folder.file().with_extension("db-shm")).unwrap();
    u32::from_ne_bytes(index[8..12].try_into().unwrap())
}

#[tokio::test]
async fn requests_that_wait_share_a_commit_and_one_that_fails_undoes_none() {
    let folder = Folder::new();
    let store = Arc::new(folder.open().await);
    store.enqueue(&[intent("first")], None).await.unwrap();
    let other = Connection::open(folder.file()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let before = commits(&folder);
    let mut requests = tokio::task::JoinSet::new();
    for number in 0..60 {
        let store = Arc::clone(&store);
        requests.spawn(async move {
            let rows = [intent(format!("a-{number}")), intent(format!("b-{number}"))];
            // Every third one fails after its first row.
            let capacity = (number % 3 == 0).then_some(2);
            let full = store.enqueue(&rows, capacity).await;
            let invalid = CommandRequest {
                selection: Selection::Scope(Scope::All),
                command: Command::Cancel,
                by: "test".to_owned(),
                limit: 0,
            };
            let invalid = store.command(&invalid).await.unwrap_err();
            assert_eq!(invalid.kind(), StoreErrorKind::Request);
            (number, full)
        });
    }
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    other.execute_batch("COMMIT").unwrap();
    while let Some(result) = requests.join_next().await {
        let (number, added) = result.unwrap();
        match added {
            Ok(added) => assert!(added.iter().all(|one| matches!(one, Enqueued::New(_)))),
            Err(error) => {
                assert_eq!(number % 3, 0);
                assert_eq!(error.kind(), StoreErrorKind::Full);
            }
        }
    }
    let total = store.status().await.unwrap().total();
    // The first of those with a capacity may have come before there were more rows.
    assert!((81..=83).contains(&total) && total % 2 == 1, "{total}");
    let commits = commits(&folder) - before;
    assert!(commits <= 4, "{commits} commits for 60 requests");
}
