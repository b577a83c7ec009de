//! States that are taken and put back.

use std::time::Duration;

use messages_emulator::{Query, Status};
use messages_transport::http::Method;
use serde_json::json;

use crate::support::{Client, sms, stepped};

#[tokio::test]
async fn a_snapshot_can_be_gone_back_to_any_number_of_times() {
    let (emulator, receiver) = stepped().await;
    let client = Client::basic(&emulator);
    let uuid = client.send("/v1/messages", &sms("447700900000")).await;
    let (status, snapshot) = client.get("/emulator/v1/snapshot").await;
    assert_eq!((status, &snapshot["version"]), (200, &json!(1)));
    for round in 1..=3 {
        emulator.advance(Duration::from_secs(60)).await;
        client.send("/v1/messages", &sms("447700900002")).await;
        assert_eq!(
            emulator.message(&uuid).unwrap().message.status,
            Some(Status::Delivered)
        );
        assert_eq!(receiver.statuses().len(), 2 * round, "once each");
        let body = snapshot.to_string();
        let restored = client
            .call(Method::PUT, "/emulator/v1/snapshot", body)
            .await;
        assert_eq!(restored.unwrap().status(), 204);
        let found = emulator.messages(&Query::default(), 9);
        assert_eq!((found.len(), found[0].status), (1, None));
    }
    // Into another workspace, from Rust.
    let other = emulator
        .open_workspace(
            "other".try_into().unwrap(),
            "other-secret".try_into().unwrap(),
        )
        .unwrap();
    other.restore(&emulator.snapshot()).await.unwrap();
    assert_eq!(other.messages(&Query::default(), 9).len(), 1);

    let spoilt = json!({ "version": 1, "at": "2026-01-01T00:00:00.000Z", "rows": [{ "kind": "message", "id": 1, "doc": {} }] });
    assert!(
        other
            .restore(&serde_json::from_value(spoilt).unwrap())
            .await
            .is_err()
    );
    let newer = json!({ "version": 2, "at": "2026-01-01T00:00:00.000Z", "rows": [] });
    assert!(
        other
            .restore(&serde_json::from_value(newer).unwrap())
            .await
            .is_err()
    );
    assert_eq!(
        other.messages(&Query::default(), 9).len(),
        1,
        "nothing has changed"
    );
}

#[cfg(feature = "persistence")]
#[tokio::test]
async fn a_snapshot_brings_no_time_along() {
    use messages_emulator::Emulator;

    let ahead = Emulator::builder().stepped().start().await.unwrap();
    ahead.advance(Duration::from_secs(60 * 86_400)).await;
    let snapshot = ahead.snapshot();

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data.db");
    let start = || Emulator::builder().stepped().data(&file).start();
    let emulator = start().await.unwrap();
    emulator.restore(&snapshot).await.unwrap();
    // What follows is in the file once it is answered.
    Client::basic(&emulator)
        .send("/v1/messages", &sms("447700900000"))
        .await;
    drop(emulator);
    assert!(start().await.unwrap().now() < ahead.now());
}
