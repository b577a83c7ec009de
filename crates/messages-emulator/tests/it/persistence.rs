//! A file that outlives the emulator.

use std::path::Path;
use std::time::Duration;

use messages_emulator::{
    Action, Channel, Emulator, InboundMessage, Query, Rule, Status, Turn, WebhookFault,
};
use messages_transport::http::Method;
use serde_json::json;

use crate::support::{Client, Receiver, sms, v0_1_sms};

async fn open(file: &Path, receiver: &Receiver) -> Emulator {
    Emulator::builder()
        .stepped()
        .seed(7)
        .status_url(&receiver.url)
        .inbound_url(&receiver.url)
        .data(file)
        .start()
        .await
        .unwrap()
}

#[tokio::test]
async fn everything_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data.db");
    let receiver = Receiver::start().await;

    let emulator = open(&file, &receiver).await;
    let client = Client::basic(&emulator);
    let credentials = emulator.credentials().clone();
    let uuid = client.send("/v1/messages", &sms("447700900000")).await;
    let mut first = v0_1_sms("447700970002");
    first["failover"] = json!({ "expiry_time": 600, "condition_status": "read" });
    let workflow = json!({ "template": "failover", "workflow": [first, v0_1_sms("447700900002")] });
    let (status, answer) = client.post("/v0.1/dispatch", &workflow).await;
    assert_eq!(status, 202);
    let hello = InboundMessage::text(Channel::Sms, "447700900000", "447700900001", "Hello");
    let hello = emulator.inject(hello).await.message_uuid;
    emulator.add_rule(Rule::to("447700900009", Action::Reject { code: 1050 }));
    let other = emulator
        .open_workspace(
            "other".try_into().unwrap(),
            "other-secret".try_into().unwrap(),
        )
        .unwrap();
    Client::with(emulator.base_url(), other.credentials())
        .send("/v1/messages", &sms("447700900003"))
        .await;
    let (_, page) = client.get("/emulator/v1/conversations").await;
    let id = &page["conversations"][0]["id"];
    client
        .post(&format!("/emulator/v1/conversations/{id}/seen"), &json!({}))
        .await;
    let (_, conversations) = client.get("/emulator/v1/conversations").await;
    let before = emulator.now();
    drop(emulator);

    let emulator = open(&file, &receiver).await;
    assert_eq!(
        emulator.credentials().application_id(),
        credentials.application_id()
    );
    assert!(emulator.now() >= before);
    let client = Client::with(emulator.base_url(), &credentials);
    assert_eq!(
        client.get("/emulator/v1/conversations").await.1,
        conversations
    );
    assert_eq!(emulator.message(&hello).unwrap().message.text, "Hello");
    assert_eq!(emulator.message(&uuid).unwrap().message.status, None);
    let other = emulator.workspace("other").unwrap();
    assert_eq!(other.messages(&Query::sent(), 9).len(), 1);

    // Planned events still happen, and the workflow still waits for its condition.
    emulator.advance(Duration::from_secs(60)).await;
    assert_eq!(
        emulator.message(&uuid).unwrap().message.status,
        Some(Status::Delivered)
    );
    emulator.advance(Duration::from_secs(600)).await;
    let reports = receiver.all();
    let report = reports
        .iter()
        .find(|received| received.json["template"] == "failover");
    assert_eq!(
        report.unwrap().json["dispatch_uuid"],
        answer["dispatch_uuid"]
    );
    // The rule is still there, and numbers go on.
    let refused = client.send("/v1/messages", &sms("447700900009")).await;
    emulator.advance(Duration::from_secs(10)).await;
    assert_eq!(emulator.message(&refused).unwrap().message.code, Some(1050));
    let mut uuids: Vec<_> = emulator
        .messages(&Query::default(), 100)
        .into_iter()
        .map(|message| message.message_uuid)
        .collect();
    uuids.sort();
    uuids.dedup();
    assert_eq!(uuids.len(), 5);
}

#[tokio::test]
async fn a_webhook_that_was_not_answered_is_posted_again_after_a_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data.db");
    let receiver = Receiver::start().await;
    let emulator = open(&file, &receiver).await;
    receiver.answer([503, 503]);
    emulator.add_rule(Rule::to(
        "447700900004",
        Action::Webhooks(WebhookFault::Late { ms: 60_000 }),
    ));
    emulator.add_rule(Rule::to(
        "447700900005",
        Action::Webhooks(WebhookFault::Dropped),
    ));
    let client = Client::basic(&emulator);
    let retried = client.send("/v1/messages", &sms("447700900000")).await;
    client.send("/v1/messages", &sms("447700900004")).await;
    client.send("/v1/messages", &sms("447700900005")).await;
    emulator.advance(Duration::from_secs(4)).await;
    let tried = receiver.all().len();
    emulator.flush().await.unwrap();
    drop(emulator);

    let emulator = open(&file, &receiver).await;
    emulator.advance(Duration::from_secs(120)).await;
    let detail = emulator.message(&retried).unwrap();
    assert!(
        detail
            .webhooks
            .iter()
            .all(|webhook| webhook.attempts.last().unwrap().status == Some(200))
    );
    // Two again, and two late ones; those that are dropped stay so.
    assert_eq!((tried, receiver.all().len()), (2, 6));
}

#[tokio::test]
async fn a_second_try_that_a_stop_cuts_off_does_not_hold_up_what_comes_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data.db");
    let receiver = Receiver::start().await;
    let emulator = open(&file, &receiver).await;
    let turn = |status, after_ms| Turn {
        status,
        after_ms,
        code: None,
    };
    emulator.add_rule(Rule::always(Action::Script(vec![
        turn(Status::Submitted, 100),
        turn(Status::Delivered, 60_000),
    ])));
    receiver.answer([503, 0]);
    let client = Client::basic(&emulator);
    client.send("/v1/messages", &sms("447700900000")).await;
    tokio::select! {
        () = emulator.advance(Duration::from_secs(10)) => panic!("the second try was answered"),
        _ = receiver.wait_for(2) => {}
    }
    emulator.flush().await.unwrap();
    drop(emulator);

    let emulator = open(&file, &receiver).await;
    emulator.advance(Duration::from_secs(120)).await;
    assert_eq!(
        receiver.statuses(),
        ["submitted", "submitted", "submitted", "delivered"]
    );
}

#[tokio::test]
async fn where_webhooks_go_and_how_late_it_is_are_in_the_file_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data.db");
    let (receiver, other) = (Receiver::start().await, Receiver::start().await);
    let emulator = open(&file, &receiver).await;
    let targets = json!({ "status_url": other.url }).to_string();
    let client = Client::basic(&emulator);
    let registered = client.call(Method::PUT, "/emulator/v1/webhooks", targets);
    assert_eq!(registered.await.unwrap().status(), 200);
    // Nothing happens on the way.
    emulator.advance(Duration::from_secs(3_600)).await;
    let mut before = emulator.now();
    drop(emulator);

    // A URL named at a start wins; without one, the registered receiver stays.
    for (named, told) in [(false, (2, 0)), (true, (2, 2)), (false, (4, 2))] {
        let emulator = if named {
            open(&file, &receiver).await
        } else {
            let builder = Emulator::builder().stepped().data(&file);
            builder.start().await.unwrap()
        };
        assert_eq!(emulator.now(), before);
        Client::basic(&emulator)
            .send("/v1/messages", &sms("447700900000"))
            .await;
        emulator.advance(Duration::from_secs(60)).await;
        assert_eq!((other.all().len(), receiver.all().len()), told);
        before = emulator.now();
    }
}

#[tokio::test]
async fn a_workflow_goes_on_after_a_start_though_its_message_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data.db");
    let start = async || {
        let builder = Emulator::builder().stepped().keep(1).data(&file);
        builder.start().await.unwrap()
    };
    let emulator = start().await;
    let mut first = v0_1_sms("447700970001");
    first["failover"] = json!({ "expiry_time": 600, "condition_status": "delivered" });
    let workflow = json!({ "template": "failover", "workflow": [first, v0_1_sms("447700900002")] });
    let client = Client::basic(&emulator);
    assert_eq!(client.post("/v0.1/dispatch", &workflow).await.0, 202);
    client.send("/v1/messages", &sms("447700900000")).await;
    drop(emulator);

    let emulator = start().await;
    emulator.advance(Duration::from_secs(700)).await;
    assert_eq!(
        emulator.messages(&Query::default(), 9)[0].to,
        "447700900002"
    );
}

#[tokio::test]
async fn what_is_forgotten_is_overwritten_and_a_file_that_all_could_read_is_made_private() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data.db");
    let receiver = Receiver::start().await;
    let emulator = open(&file, &receiver).await;
    let mut body = sms("447700900000");
    body["text"] = "an unmistakable text".repeat(20).into();
    Client::basic(&emulator).send("/v1/messages", &body).await;
    let has_text = || {
        let bytes = std::fs::read(&file).unwrap();
        String::from_utf8_lossy(&bytes).contains("unmistakable")
    };
    drop(emulator);
    assert!(has_text());
    #[cfg(unix)]
    let mode = {
        use std::os::unix::fs::PermissionsExt;
        let open_to_all = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(&file, open_to_all).unwrap();
        || file.metadata().unwrap().permissions().mode() & 0o777
    };
    let emulator = open(&file, &receiver).await;
    #[cfg(unix)]
    assert_eq!(mode(), 0o600);
    emulator.reset();
    drop(emulator);
    assert!(!has_text());
}

#[tokio::test]
async fn a_file_has_one_owner_and_one_meaning() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data.db");
    let receiver = Receiver::start().await;
    let emulator = open(&file, &receiver).await;
    let why = |file: &Path| {
        let builder = Emulator::builder().data(file);
        async move { builder.start().await.unwrap_err().to_string() }
    };
    assert!(why(&file).await.contains("another emulator"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        for entry in folder.path().read_dir().unwrap() {
            let entry = entry.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{entry:?}");
        }
    }
    drop(emulator);
    open(&file, &receiver).await;

    let text = folder.path().join("notes.txt");
    std::fs::write(
        &text,
        "not a database, and long enough to be looked at as one".repeat(99),
    )
    .unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&text, std::fs::Permissions::from_mode(0o644)).unwrap();
    }
    assert!(why(&text).await.contains("not a database"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&text).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o644, "it is somebody's own");
    }
    assert!(
        why(&folder.path().join("none/data.db"))
            .await
            .contains("cannot be opened")
    );
}

#[tokio::test]
async fn what_is_forgotten_is_gone_from_the_file_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data.db");
    let start = async || {
        let builder = Emulator::builder()
            .stepped()
            .keep(3)
            .keep_hours(24)
            .data(&file);
        builder.start().await.unwrap()
    };
    let emulator = start().await;
    let client = Client::basic(&emulator);
    for number in 0..5 {
        client
            .send("/v1/messages", &sms(&format!("44770090000{number}")))
            .await;
    }
    assert_eq!(emulator.messages(&Query::default(), 9).len(), 3, "by count");
    drop(emulator);

    let emulator = start().await;
    assert_eq!(emulator.messages(&Query::default(), 9).len(), 3);
    emulator.advance(Duration::from_secs(25 * 3_600)).await;
    let client = Client::basic(&emulator);
    client.send("/v1/messages", &sms("447700900009")).await;
    assert_eq!(emulator.messages(&Query::default(), 9).len(), 1, "by age");
    let (_, page) = client.get("/emulator/v1/conversations").await;
    assert_eq!(page["total"], 1);
    emulator.reset();
    drop(emulator);
    assert!(start().await.messages(&Query::default(), 9).is_empty());
}
