//! Forgotten data is not in the raw file, nor in its log.

use std::fs;
use std::time::Duration;

use messages_outbox::{Intent, OutboxStore, PurgeRequest};
use messages_sdk::types::{Submission, v1::Sms};

use crate::support::{Folder, send_all};

const TEXT: &str = "canary text";
const ROWS: usize = 200;

fn recipient(number: usize) -> String {
    format!("447700900{number:03}")
}

/// Messages of different lengths, some over several pages of the file.
fn canary(number: usize) -> Intent {
    let text = format!("{TEXT} {number} ").repeat(1 + number * 7 % 61);
    let sms = Sms::text("441134960000", recipient(number), text).unwrap();
    Intent::new(format!("canary-key-{number}"), Submission::V1(sms.into()))
}

/// Number of places in the store's files where the text is.
fn found(folder: &Folder, text: &str) -> usize {
    let mut count = 0;
    for path in fs::read_dir(folder.file().parent().unwrap()).unwrap() {
        let bytes = fs::read(path.unwrap().path()).unwrap();
        let windows = bytes.windows(text.len());
        count += windows.filter(|window| *window == text.as_bytes()).count();
    }
    count
}

#[tokio::test]
async fn a_forgotten_recipient_is_not_in_the_file() {
    let folder = Folder::new();
    let store = folder.open().await;
    let intents: Vec<_> = (0..ROWS).map(canary).collect();
    for chunk in intents.chunks(37) {
        store.enqueue(chunk, None).await.unwrap();
    }
    send_all(&store).await;
    assert!(found(&folder, TEXT) > ROWS, "the test finds what is there");
    // In an order that leaves holes everywhere, some while others are there.
    let order = |step: usize| (0..ROWS).map(move |n| n * step % ROWS);
    for number in order(7).take(ROWS - 10) {
        let forgotten = store.forget(&[recipient(number)]).await.unwrap();
        assert_eq!(forgotten.erased, 1);
        if number % 50 == 3 {
            for text in [
                recipient(number),
                format!("{TEXT} {number} "),
                format!("canary-key-{number}\""),
            ] {
                assert_eq!(found(&folder, &text), 0, "{text}");
            }
        }
    }
    for number in order(7).skip(ROWS - 10) {
        store.forget(&[recipient(number)]).await.unwrap();
    }
    for text in [TEXT, "canary-key", "447700900"] {
        assert_eq!(found(&folder, text), 0, "{text}");
    }
}

#[tokio::test]
async fn a_purged_row_is_not_in_the_file() {
    let folder = Folder::new();
    let store = folder.open().await;
    let intents: Vec<_> = (0..ROWS).map(canary).collect();
    store.enqueue(&intents, None).await.unwrap();
    send_all(&store).await;
    tokio::time::sleep(Duration::from_millis(5)).await;
    let mut rest = ROWS as u64;
    while rest > 0 {
        let request = PurgeRequest {
            older_than: Duration::from_millis(1),
            limit: 37,
        };
        let purged = store.purge(&request).await.unwrap();
        assert_eq!(purged.count, rest.min(37));
        assert_eq!(purged.more, rest > 37);
        rest -= purged.count;
    }
    assert_eq!(found(&folder, TEXT), 0);
    assert_eq!(found(&folder, "canary-key"), 0);
    // The remaining digests make a repetition harmless.
    let again = store.enqueue(&intents[..1], None).await.unwrap();
    assert!(
        matches!(again[0], messages_outbox::Enqueued::Existing(_)),
        "{again:?}"
    );
}
