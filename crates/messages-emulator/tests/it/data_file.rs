//! Requirements on a data file, and the data it must not hold.

use std::collections::BTreeMap;
use std::path::Path;

use messages_emulator::{DeliveryState, Emulator, Query, Workspace};
use rusqlite::Connection;

use crate::support::{Client, Receiver, sms};

/// Every file of a folder with its bytes.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = folder.read_dir().unwrap().map(|entry| {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        (name, std::fs::read(entry.path()).unwrap())
    });
    files.collect()
}

async fn refusal(file: &Path) -> Option<String> {
    let started = Emulator::builder().stepped().data(file).start().await;
    started.err().map(|error| error.to_string())
}

/// A folder with a data file of some messages.
async fn written(messages: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data.db");
    let emulator = Emulator::builder().stepped().data(&file).start().await;
    let emulator = emulator.unwrap();
    let client = Client::basic(&emulator);
    for _ in 0..messages {
        let mut message = sms("447700900000");
        message["text"] = "unmistakable ".repeat(20).into();
        client.send("/v1/messages", &message).await;
    }
    folder
}

fn texts(workspace: &Workspace) -> Vec<(String, String)> {
    let messages = workspace.messages(&Query::default(), 1_000);
    let texts = messages.into_iter().map(|one| (one.message_uuid, one.text));
    texts.collect()
}

#[tokio::test]
async fn the_database_of_something_else_is_refused_and_not_touched() {
    for (journal, setup) in [
        ("DELETE", "CREATE TABLE notes (text TEXT)"),
        ("DELETE", "PRAGMA application_id = 4711"),
        ("DELETE", "PRAGMA user_version = 1"),
        ("WAL", "CREATE TABLE notes (text TEXT)"),
        ("WAL", "CREATE TABLE workspace (id INTEGER)"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("theirs.db");
        let theirs = Connection::open(&file).unwrap();
        theirs.pragma_update(None, "journal_mode", journal).unwrap();
        theirs.execute_batch(setup).unwrap();
        let before = contents(folder.path());
        for _ in 0..2 {
            let told = refusal(&file).await.unwrap();
            assert!(told.contains("something else"), "{journal} {setup}: {told}");
            assert!(contents(folder.path()) == before, "{journal} {setup}");
        }
        drop(theirs);
        let before = contents(folder.path());
        assert!(refusal(&file).await.is_some());
        assert!(
            contents(folder.path()) == before,
            "{journal} {setup}: closed"
        );
        // It is still the same to its owner.
        let theirs = Connection::open(&file).unwrap();
        let mode: String = theirs
            .pragma_query_value(None, "journal_mode", |row| row.get(0))
            .unwrap();
        assert!(mode.eq_ignore_ascii_case(journal), "{mode}");
    }
    let folder = tempfile::tempdir().unwrap();
    let told = refusal(folder.path()).await.unwrap();
    assert!(told.contains("regular file"), "{told}");
}

#[tokio::test]
async fn damage_is_found_at_the_start() {
    let folder = written(30).await;
    let file = folder.path().join("data.db");
    let emulator = Emulator::builder().stepped().data(&file).start().await;
    let whole = texts(&emulator.unwrap());
    assert_eq!(whole.len(), 30);
    let bytes = std::fs::read(&file).unwrap();

    let within_a_text = bytes
        .windows(12)
        .position(|part| part == b"unmistakable")
        .unwrap();
    let (mut refused, mut harmless) = (0, 0);
    let spread = (0..40).map(|number| number * bytes.len() / 40 + number);
    for at in spread.chain([within_a_text]) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        std::fs::write(&file, &damaged).unwrap();
        let _ = std::fs::remove_file(folder.path().join("data.db-wal"));
        match Emulator::builder().stepped().data(&file).start().await {
            Err(error) => {
                let told = error.to_string();
                assert!(at < 100 || told.contains("damaged"), "{at}: {told}");
                refused += 1;
            }
            // Nothing is stored here.
            Ok(emulator) => {
                assert!(texts(&emulator) == whole, "{at}");
                harmless += 1;
            }
        }
        if at == within_a_text {
            assert!(refused > 0 && refused + harmless == 41);
        }
    }
    println!("{refused} of 41 changed bytes were found, {harmless} were where nothing is stored");
    assert!(refused >= 10, "{refused}");
    for length in [bytes.len() / 2, 4_096, 50] {
        std::fs::write(&file, &bytes[..length]).unwrap();
        let told = refusal(&file).await.unwrap();
        assert!(!told.contains("unmistakable"), "{told}");
    }
}

#[tokio::test]
async fn rows_that_were_lost_or_exchanged_are_damage_too() {
    for change in [
        "UPDATE message SET doc = (SELECT doc FROM message WHERE id = 2) WHERE id = 4",
        "UPDATE message SET workspace = 7 WHERE id = (SELECT max(id) FROM message)",
        "UPDATE message SET id = 1000 WHERE id = (SELECT max(id) FROM message)",
        "UPDATE workspace SET api_secret = 'another'",
        "UPDATE numbers SET doc = replace(doc, '1', '2')",
    ] {
        let folder = written(5).await;
        let file = folder.path().join("data.db");
        let connection = Connection::open(&file).unwrap();
        assert_ne!(connection.execute(change, []).unwrap(), 0);
        drop(connection);
        let told = refusal(&file).await.expect(change);
        assert!(told.contains("damaged"), "{told}");
    }
}

#[tokio::test]
async fn a_file_of_an_earlier_build_gets_its_digests() {
    let folder = written(3).await;
    let file = folder.path().join("data.db");
    let connection = Connection::open(&file).unwrap();
    for table in ["workspace", "message", "webhook", "numbers"] {
        let drop = format!("ALTER TABLE {table} DROP COLUMN digest");
        connection.execute_batch(&drop).unwrap();
    }
    drop(connection);
    for count in [4, 5] {
        let emulator = Emulator::builder().stepped().data(&file).start().await;
        let emulator = emulator.unwrap();
        let client = Client::basic(&emulator);
        client.send("/v1/messages", &sms("447700900000")).await;
        assert_eq!(texts(&emulator).len(), count);
    }
}

#[tokio::test]
async fn credentials_that_were_given_are_not_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data.db");
    let made = Emulator::builder().start().await.unwrap();
    let pem = made.credentials().private_key().to_pem().unwrap();
    let given = || {
        Emulator::builder()
            .stepped()
            .data(&file)
            .api_key("a1b2c3d4".try_into().unwrap())
            .api_secret("a-given-secret".try_into().unwrap())
            .signature_secret("a given signature secret of 32 bytes".try_into().unwrap())
            .private_key(made.credentials().private_key().clone())
    };
    let emulator = given().start().await.unwrap();
    let beside = emulator
        .open_workspace(
            "beside".try_into().unwrap(),
            "own-secret".try_into().unwrap(),
        )
        .unwrap();
    Client::with(emulator.base_url(), beside.credentials())
        .send("/v1/messages", &sms("447700900000"))
        .await;
    Client::basic(&emulator)
        .send("/v1/messages", &sms("447700900000"))
        .await;
    let secrets = || {
        let all: Vec<u8> = contents(folder.path()).into_values().flatten().collect();
        let text = String::from_utf8_lossy(&all).into_owned();
        let lines = pem.lines().filter(|line| !line.starts_with('-'));
        lines
            .chain(["a-given-secret", "a given signature secret"])
            .filter(|secret| text.contains(secret))
            .count()
    };
    assert_eq!(secrets(), 0, "while it runs");
    drop(emulator);
    assert_eq!(secrets(), 0, "afterwards");

    // With them it goes on; without them, others are made.
    let emulator = given().start().await.unwrap();
    assert_eq!(texts(&emulator).len(), 1);
    let beside = emulator.workspace("beside").unwrap();
    assert_eq!(beside.credentials().api_secret().expose(), "own-secret");
    Client::with(emulator.base_url(), beside.credentials())
        .send("/v1/messages", &sms("447700900000"))
        .await;
    drop(emulator);
    let emulator = Emulator::builder().data(&file).start().await.unwrap();
    assert_eq!(emulator.credentials().api_key().as_str(), "a1b2c3d4");
    assert_eq!(
        emulator.credentials().api_secret().expose(),
        "emulator-secret"
    );
    assert_eq!(texts(&emulator).len(), 1);
}

#[tokio::test]
async fn webhooks_that_wait_for_a_place_go_out_after_a_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data.db");
    let receiver = Receiver::start().await;
    let start = || {
        let builder = Emulator::builder().speed(100_000.0).data(&file);
        builder.status_url(&receiver.url).start()
    };
    let emulator = start().await.unwrap();
    receiver.answer([0; 64]);
    let client = Client::basic(&emulator);
    for _ in 0..100 {
        client.send("/v1/messages", &sms("447700900000")).await;
    }
    receiver.wait_for(64).await;
    emulator.flush().await.unwrap();
    drop(emulator);

    let emulator = start().await.unwrap();
    // Each state once, and those of the first 64 again whose answer is not known.
    receiver.wait_for(264).await;
    emulator.settled().await;
    for message in emulator.messages(&Query::default(), 1_000) {
        let detail = emulator.message(&message.message_uuid).unwrap();
        let states = detail.webhooks.iter().map(|webhook| webhook.state);
        assert_eq!(states.collect::<Vec<_>>(), [DeliveryState::Acknowledged; 2]);
    }
    assert_eq!(receiver.all().len(), 264);
}
