//! The worker against a model of the API.

use std::future::pending;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use messages_outbox::{
    Command, CommandRequest, Intent, ListRequest, MemoryStore, Outbox, OutboxBuilder, OutboxStore,
    Priority, Row, RunReport, Scope, Selection, State,
};
use messages_sdk::types::{Document, Status, Submission, v1::Sms};
use serde_json::json;

use crate::api::{Api, Behaviour, status};
use crate::support::intent;

pub(crate) fn builder(
    api: &Api,
    behave: impl Fn(usize) -> Behaviour + Send + Sync + 'static,
) -> OutboxBuilder {
    Outbox::builder()
        .client(api.client(behave))
        .poll(Duration::from_millis(20))
}

pub(crate) async fn enqueue(outbox: &Outbox, count: usize) {
    let intents: Vec<Intent> = (0..count).map(|n| intent(&format!("key-{n}"))).collect();
    outbox.enqueue_all(&intents).await.unwrap();
}

pub(crate) async fn rows(outbox: &Outbox) -> Vec<Row> {
    let request = ListRequest {
        limit: 10_000,
        ..ListRequest::default()
    };
    outbox.store().list(&request).await.unwrap()
}

async fn run(outbox: &Outbox) -> RunReport {
    let run = outbox.run_until_empty(pending());
    tokio::time::timeout(Duration::from_secs(30), run)
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn each_row_is_sent_once_with_its_own_reference() {
    let api = Api::default();
    let outbox = builder(&api, |_| Behaviour::Accept)
        .store(MemoryStore::new())
        .build()
        .unwrap();
    enqueue(&outbox, 300).await;
    let report = run(&outbox).await;
    assert_eq!((report.sent, report.failed, report.in_doubt), (300, 0, 0));
    let mut accepted = api.accepted();
    accepted.sort_unstable();
    let rows = rows(&outbox).await;
    let expected: Vec<String> = rows
        .iter()
        .map(|row| row.reference().unwrap().to_string())
        .collect();
    assert_eq!(accepted, expected);
    assert!(
        rows.iter()
            .all(|row| row.state == State::Sent && row.message_uuid.is_some())
    );
}

#[tokio::test]
async fn an_own_reference_of_the_message_is_replaced() {
    let api = Api::default();
    let outbox = builder(&api, |_| Behaviour::Accept)
        .store(MemoryStore::new())
        .build()
        .unwrap();
    let sms = Sms::text("447700900001", "447700900000", "Hello").unwrap();
    let sms = sms.client_ref("order-17").unwrap();
    outbox
        .enqueue(Intent::new("key", Submission::V1(sms.into())))
        .await
        .unwrap();
    run(&outbox).await;
    assert!(api.accepted()[0].starts_with("mo0-"));
}

#[tokio::test]
async fn each_generation_and_each_message_of_a_workflow_carries_the_reference() {
    let documents = [
        json!({"channel": "whatsapp", "message_type": "text", "from": "447700900001", "to": "447700900000",
            "text": "Hello", "failover": [{"channel": "sms", "message_type": "text", "from": "447700900001",
            "to": "447700900000", "text": "Hello"}]}),
        json!({"from": {"type": "sms", "number": "447700900001"}, "to": {"type": "sms", "number": "447700900000"},
            "message": {"content": {"type": "text", "text": "Hello"}}}),
        json!({"template": "failover", "workflow": [
            {"from": {"type": "messenger", "id": "page-1"}, "to": {"type": "messenger", "id": "user-1"},
                "message": {"content": {"type": "text", "text": "Hello"}},
                "failover": {"expiry_time": 600, "condition_status": "read"}},
            {"from": {"type": "sms", "number": "447700900001"}, "to": {"type": "sms", "number": "447700900000"},
                "message": {"content": {"type": "text", "text": "Hello"}}}]}),
    ];
    for (document, messages) in documents.into_iter().zip([2, 1, 2]) {
        let api = Api::default();
        let outbox = builder(&api, |_| Behaviour::Accept)
            .store(MemoryStore::new())
            .build()
            .unwrap();
        let submission = Submission::from_slice(document.to_string().as_bytes()).unwrap();
        outbox
            .enqueue(Intent::new("key", submission))
            .await
            .unwrap();
        assert_eq!(run(&outbox).await.sent, 1);
        let reference = rows(&outbox).await[0].reference().unwrap().to_string();
        let body = api.requests()[0].body.to_string();
        assert_eq!(body.matches(&reference).count(), messages, "{body}");
        // The status of a later message of the workflow, whose ID no response named.
        outbox
            .apply(&status("uuid-77", "delivered", Some(&reference)))
            .await
            .unwrap();
        let row = &rows(&outbox).await[0];
        assert_eq!(row.status, Some(Status::Delivered));
        assert_eq!((row.state, row.contradictions), (State::Sent, 0));
    }
}

#[tokio::test]
async fn a_row_is_durably_sending_before_it_is_posted() {
    let api = Api::default();
    let store = MemoryStore::new();
    let seen = store.clone();
    let states = Arc::new(std::sync::Mutex::new(Vec::new()));
    let noted = Arc::clone(&states);
    let behave = move |_| {
        let rows = rows_now(&seen);
        noted.lock().unwrap().push(rows[0].state);
        Behaviour::Accept
    };
    let outbox = builder(&api, behave).store(store).build().unwrap();
    enqueue(&outbox, 1).await;
    run(&outbox).await;
    assert_eq!(*states.lock().unwrap(), [State::Sending]);
}

/// The rows, read without a runtime: a store in memory is always ready.
fn rows_now(store: &MemoryStore) -> Vec<Row> {
    use std::future::Future;
    use std::task::{Context, Poll, Waker};
    let request = ListRequest {
        limit: 10,
        ..ListRequest::default()
    };
    let mut list = std::pin::pin!(store.list(&request));
    match list.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(rows) => rows.unwrap(),
        Poll::Pending => panic!("a store in memory is always ready"),
    }
}

#[tokio::test]
async fn what_was_not_sent_or_throttled_is_sent_again_under_the_same_reference() {
    for first in [Behaviour::Unreachable, Behaviour::Status(429)] {
        let api = Api::default();
        let behave = move |n| if n == 0 { first } else { Behaviour::Accept };
        let outbox = builder(&api, behave)
            .store(MemoryStore::new())
            .build()
            .unwrap();
        enqueue(&outbox, 1).await;
        let began = Instant::now();
        let report = run(&outbox).await;
        assert_eq!((report.requeued, report.sent), (1, 1), "{first:?}");
        assert!(began.elapsed() >= Duration::from_millis(500), "{first:?}");
        let requests = api.requests();
        assert_eq!(
            requests[0].body["client_ref"],
            requests[1].body["client_ref"]
        );
        assert_eq!(rows(&outbox).await[0].attempt, 2);
    }
}

#[tokio::test]
async fn an_unknown_outcome_is_in_doubt_until_its_webhook_comes() {
    for behaviour in [Behaviour::AcceptLost, Behaviour::Status(503)] {
        let api = Api::default();
        let outbox = builder(&api, move |_| behaviour)
            .store(MemoryStore::new())
            .build()
            .unwrap();
        enqueue(&outbox, 1).await;
        assert_eq!(run(&outbox).await.in_doubt, 1);
        assert_eq!(api.requests().len(), 1, "it is not sent again");
        let row = &rows(&outbox).await[0];
        assert_eq!(row.state, State::InDoubt);
        let reference = row.reference().unwrap().to_string();
        outbox
            .apply(&status("uuid-9", "delivered", Some(&reference)))
            .await
            .unwrap();
        let row = &rows(&outbox).await[0];
        assert_eq!(row.state, State::Sent);
        assert_eq!(row.message_uuid.as_deref(), Some("uuid-9"));
        assert_eq!(row.contradictions, 0);
    }
}

#[tokio::test]
async fn a_refusal_fails_the_row_and_says_why() {
    let api = Api::default();
    let outbox = builder(&api, |_| Behaviour::Status(422))
        .store(MemoryStore::new())
        .build()
        .unwrap();
    enqueue(&outbox, 1).await;
    assert_eq!(run(&outbox).await.failed, 1);
    let row = &rows(&outbox).await[0];
    let reason = row.reason.as_ref().unwrap();
    assert_eq!(
        (reason.code.as_str(), reason.http_status),
        ("rejected", Some(422))
    );
}

#[tokio::test]
async fn a_shutdown_awaits_requests_in_flight_and_releases_the_rest() {
    let api = Api::default();
    let outbox = builder(&api, |_| Behaviour::Slow(300))
        .concurrency(4)
        .store(MemoryStore::new())
        .build()
        .unwrap();
    enqueue(&outbox, 50).await;
    let report = outbox
        .run(tokio::time::sleep(Duration::from_millis(100)))
        .await
        .unwrap();
    assert_eq!((report.sent, report.in_doubt), (4, 0));
    let status = outbox.store().status().await.unwrap();
    assert_eq!(status.states[&State::Queued], 46);
    assert_eq!(status.total(), 50);
}

#[tokio::test]
async fn five_unknown_outcomes_in_a_row_leave_one_row_to_probe() {
    let api = Api::default();
    let outbox = builder(&api, |_| Behaviour::Lost)
        .concurrency(1)
        .store(MemoryStore::new())
        .build()
        .unwrap();
    enqueue(&outbox, 50).await;
    outbox
        .run(tokio::time::sleep(Duration::from_millis(1_000)))
        .await
        .unwrap();
    assert_eq!(
        api.requests().len(),
        5,
        "the account pauses before the probe"
    );
    let status = outbox.store().status().await.unwrap();
    assert_eq!(status.states[&State::InDoubt], 5);
    assert_eq!(status.states[&State::Queued], 45);
}

#[tokio::test]
async fn a_paused_campaign_is_not_sent_until_it_resumes() {
    let api = Api::default();
    let outbox = builder(&api, |_| Behaviour::Accept)
        .store(MemoryStore::new())
        .build()
        .unwrap();
    let command = |command| CommandRequest {
        selection: Selection::Scope(Scope::Campaign("spring".to_owned())),
        command,
        by: "test".to_owned(),
        limit: 100,
    };
    outbox
        .store()
        .command(&command(Command::Pause))
        .await
        .unwrap();
    outbox
        .enqueue(intent("a").campaign("spring"))
        .await
        .unwrap();
    outbox.enqueue(intent("b")).await.unwrap();
    assert_eq!(run(&outbox).await.sent, 1);
    outbox
        .store()
        .command(&command(Command::Resume))
        .await
        .unwrap();
    assert_eq!(run(&outbox).await.sent, 1);
}

#[tokio::test]
async fn rows_wait_for_their_time_and_expire_after_it() {
    let api = Api::default();
    let outbox = builder(&api, |_| Behaviour::Accept)
        .store(MemoryStore::new())
        .build()
        .unwrap();
    let now = Timestamp::now();
    let soon = now + Duration::from_millis(300);
    outbox.enqueue(intent("later").due_at(soon)).await.unwrap();
    outbox
        .enqueue(intent("past").send_before(now))
        .await
        .unwrap();
    let began = Instant::now();
    assert_eq!(run(&outbox).await.sent, 1);
    assert!(began.elapsed() >= Duration::from_millis(290));
    assert_eq!(
        outbox.store().status().await.unwrap().states[&State::Expired],
        1
    );
}

#[tokio::test]
async fn high_priority_is_sent_first() {
    let api = Api::default();
    let outbox = builder(&api, |_| Behaviour::Accept)
        .concurrency(1)
        .store(MemoryStore::new())
        .build()
        .unwrap();
    let mut ids = Vec::new();
    for (key, priority) in [
        ("low", Priority::Low),
        ("normal", Priority::Normal),
        ("high", Priority::High),
    ] {
        ids.push(
            outbox
                .enqueue(intent(key).priority(priority))
                .await
                .unwrap()
                .id(),
        );
    }
    run(&outbox).await;
    let sent = api.accepted();
    let order: Vec<bool> = ids
        .iter()
        .rev()
        .zip(&sent)
        .map(|(id, sent)| sent.ends_with(&id.to_string()))
        .collect();
    assert_eq!(order, [true; 3]);
}
