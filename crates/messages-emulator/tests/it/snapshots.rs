//! States that are taken and put back.

use std::time::Duration;

use messages_emulator::{Query, Status};
use messages_transport::http::Method;
use serde_json::json;

use crate::support::{Client, sms, stepped, v0_1_sms};

#[tokio::test]
async fn a_snapshot_can_be_gone_back_to_any_number_of_times() {
    let (emulator, receiver) = stepped().await;
    let client = Client::basic(&emulator);
    let uuid = client.send("/v1/messages", &sms("447700900000")).await;
    let (status, snapshot) = client.get("/emulator/v1/snapshot").await;
    assert_eq!((status, &snapshot["version"]), (200, &json!(2)));
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

    let malformed = json!({ "version": 2, "at": "2026-01-01T00:00:00.000Z", "rows": [{ "kind": "message", "id": 1, "doc": {} }] });
    assert!(
        other
            .restore(&serde_json::from_value(malformed).unwrap())
            .await
            .is_err()
    );
    for version in [1, 3] {
        let other_version =
            json!({ "version": version, "at": "2026-01-01T00:00:00.000Z", "rows": [] });
        let snapshot = serde_json::from_value(other_version).unwrap();
        let error = other.restore(&snapshot).await.unwrap_err().to_string();
        assert!(
            error.contains(&format!("has format {version}; this version reads 2")),
            "{error}"
        );
    }
    assert_eq!(
        other.messages(&Query::default(), 9).len(),
        1,
        "nothing has changed"
    );
}

#[tokio::test]
async fn numbers_that_cannot_be_counted_on_from_are_refused() {
    let (emulator, _receiver) = stepped().await;
    let client = Client::basic(&emulator);
    let mut first = v0_1_sms("447700970001");
    first["failover"] = json!({ "expiry_time": 600, "condition_status": "delivered" });
    let workflow = json!({ "template": "failover", "workflow": [first, v0_1_sms("447700900002")] });
    assert_eq!(client.post("/v0.1/dispatch", &workflow).await.0, 202);
    let (_, whole) = client.get("/emulator/v1/snapshot").await;
    let mut refused = 0;
    for (kind, member) in [
        ("numbers", "/doc/things"),
        ("numbers", "/doc/webhooks"),
        ("numbers", "/doc/conversations"),
        ("message", "/id"),
        ("message", "/doc/conversation"),
        ("message", "/doc/failover/1"),
        ("failover", "/doc/current"),
    ] {
        let mut snapshot = whole.clone();
        let rows = snapshot["rows"].as_array_mut().unwrap();
        let row = rows.iter_mut().find(|row| row["kind"] == kind).unwrap();
        *row.pointer_mut(member).expect(member) = u64::MAX.into();
        let body = snapshot.to_string();
        let answer = client.call(Method::PUT, "/emulator/v1/snapshot", body);
        assert_eq!(answer.await.unwrap().status(), 422, "{kind} {member}");
        refused += 1;
    }
    assert_eq!(refused, 7);
    let body = whole.to_string();
    let answer = client.call(Method::PUT, "/emulator/v1/snapshot", body);
    assert_eq!(answer.await.unwrap().status(), 204);
    client.send("/v1/messages", &sms("447700900000")).await;
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
    // Later changes are in the file once they are acknowledged.
    Client::basic(&emulator)
        .send("/v1/messages", &sms("447700900000"))
        .await;
    drop(emulator);
    assert!(start().await.unwrap().now() < ahead.now());
}
