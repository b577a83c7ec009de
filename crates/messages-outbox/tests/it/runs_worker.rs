//! The worker advances runs, sends their messages and does their tasks.

use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use messages_outbox::run::{Run, RunId};
use messages_outbox::{
    Advanced, Definition, MemoryStore, Outbox, OutboxObserver, RunIntent, RunState, State,
};
use messages_sdk::transport::bytes::Bytes;
use messages_sdk::transport::http::{Request, Response};
use messages_sdk::transport::testing::ScriptedTransport;
use messages_sdk::types::{Document, v0_1};
use serde_json::{Value, json};

use crate::api::{Api, Behaviour, status};
use crate::worker::builder;

async fn run_until_empty(outbox: &Outbox) {
    let run = outbox.run_until_empty(pending());
    tokio::time::timeout(Duration::from_secs(60), run)
        .await
        .unwrap()
        .unwrap();
}

async fn run_of(outbox: &Outbox, id: RunId) -> Run {
    let detail = outbox.store().show_run(id).await.unwrap();
    detail.unwrap().run
}

fn intent(document: &Value) -> RunIntent {
    let definition = Definition::from_slice(document.to_string().as_bytes()).unwrap();
    RunIntent::new("key", definition).unwrap()
}

fn sms() -> Value {
    json!({"send": {"message": {"channel": "sms", "message_type": "text", "from": "447700900001",
        "to": "447700900000", "text": "Hi"}}})
}

fn workflow() -> Value {
    let step = |kind: &str| {
        json!({"from": {"type": kind, "number": "447700900001"}, "to": {"type": kind, "number": "447700900000"},
            "message": {"content": {"type": "text", "text": "Hi"}}})
    };
    let mut first = step("whatsapp");
    first["failover"] = json!({"expiry_time": 600, "condition_status": "read"});
    json!({"template": "failover", "workflow": [first, step("sms")]})
}

#[tokio::test]
async fn a_run_waits_and_ends() {
    let api = Api::default();
    let outbox = builder(&api, |_| Behaviour::Accept)
        .store(MemoryStore::new())
        .build()
        .unwrap();
    let wait = json!({"wait": {"for": 1}});
    let intent = intent(&json!({"template": "journey/1", "steps": [sms(), wait, sms()]}));
    let id = intent.id();
    outbox.start(intent).await.unwrap();
    run_until_empty(&outbox).await;
    assert_eq!(run_of(&outbox, id).await.state, RunState::Completed);
    let requests = api.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests[1].at - requests[0].at >= Duration::from_secs(1));
    let references: Vec<_> = api.accepted();
    assert!(
        references
            .iter()
            .all(|reference| reference.starts_with("mr0-"))
    );
    assert_eq!(references[0][..38], references[1][..38]);
    assert_ne!(references[0], references[1]);
}

#[tokio::test]
async fn a_failure_moves_on_at_once_and_the_report_is_posted_until_it_is_accepted() {
    let api = Api::default();
    let posted = Arc::new(Mutex::new(Vec::new()));
    let reports = Arc::clone(&posted);
    let transport = ScriptedTransport::from_fn(move |request: Request<Bytes>| {
        let status = {
            let mut posted = reports.lock().unwrap();
            posted.push(request);
            if posted.len() == 1 { 503 } else { 204 }
        };
        let response = Response::builder().status(status).body(Bytes::new());
        std::future::ready(Ok(response.unwrap()))
    });
    let outbox = builder(&api, |_| Behaviour::Status(422))
        .store(MemoryStore::new())
        .reports(transport)
        .build()
        .unwrap();
    let intent = intent(&workflow()).report_url("https://example.org/report");
    let id = intent.id();
    outbox.start(intent).await.unwrap();
    run_until_empty(&outbox).await;
    assert_eq!(run_of(&outbox, id).await.state, RunState::Failed);
    assert_eq!(api.requests().len(), 2);
    let posted = posted.lock().unwrap();
    assert_eq!(posted.len(), 2);
    assert_eq!(posted[1].uri(), "https://example.org/report");
    let report = v0_1::WorkflowReport::from_slice(posted[1].body()).unwrap();
    assert_eq!(report.uuid(), id.to_string());
    assert_eq!(report.status, v0_1::report::WorkflowStatus::Error);
    assert!(report.messages().is_empty(), "nothing was accepted");
}

/// 1120 is an invalid sender in the response of a POST, and an illegal sender in a status.
#[tokio::test]
async fn the_code_of_a_refused_request_is_not_an_error_of_a_delivery() {
    const KIND: &str = "https://developer.vonage.com/api-errors/messages#1120";
    for (on_error, requests) in [(Some(1120), 1), (None, 2)] {
        let api = Api::default();
        let outbox = builder(&api, |_| Behaviour::Refused(KIND))
            .store(MemoryStore::new())
            .build()
            .unwrap();
        let mut first = sms();
        if let Some(code) = on_error {
            first["on_error"] = json!([code]);
        }
        let intent = intent(&json!({"template": "journey/1", "steps": [first, sms()]}));
        let id = intent.id();
        outbox.start(intent).await.unwrap();
        run_until_empty(&outbox).await;
        assert_eq!(run_of(&outbox, id).await.state, RunState::Failed);
        assert_eq!(api.requests().len(), requests, "{on_error:?}");
    }
}

/// Counts the tasks that runs give.
#[derive(Debug, Clone, Default)]
struct Tasks(Arc<AtomicUsize>);

impl OutboxObserver for Tasks {
    fn on_advanced(&self, advanced: &Advanced) {
        self.0.fetch_add(advanced.tasks.len(), Ordering::SeqCst);
    }
}

#[tokio::test]
async fn a_revocation_that_cannot_succeed_is_not_repeated() {
    let api = Api::default();
    let tasks = Tasks::default();
    // Its client has no application, and only one can revoke.
    let outbox = builder(&api, |_| Behaviour::Accept)
        .store(MemoryStore::new())
        .observer(tasks.clone())
        .build()
        .unwrap();
    let mut rcs = sms();
    rcs["send"]["message"]["channel"] = json!("rcs");
    rcs["until"] = json!({"status": "read", "within": 1});
    rcs["before_next"] = json!({"grace": 0});
    let intent = intent(&json!({"template": "journey/1", "steps": [rcs, sms()]}));
    let id = intent.id();
    outbox.start(intent).await.unwrap();
    // The first webhook starts the deadlines.
    let webhook = async {
        while api.accepted().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let reference = api.accepted().remove(0);
        outbox
            .apply(&status("uuid-late", "delivered", Some(&reference)))
            .await
            .unwrap();
    };
    tokio::join!(run_until_empty(&outbox), webhook);
    let run = run_of(&outbox, id).await;
    assert_eq!(run.state, RunState::Completed);
    let history = &run.progress.history;
    assert!(history.iter().any(|entry| entry.event == "not_revoked"));
    assert_eq!(
        (tasks.0.load(Ordering::SeqCst), api.accepted().len()),
        (1, 2)
    );
}

#[tokio::test]
async fn statuses_and_replies_reach_their_run() {
    let api = Api::default();
    let outbox = builder(&api, |_| Behaviour::Accept)
        .store(MemoryStore::new())
        .build()
        .unwrap();
    let intent = intent(&workflow());
    let id = intent.id();
    outbox.start(intent).await.unwrap();
    let worker = tokio::spawn({
        let outbox = outbox.clone();
        async move {
            outbox
                .run(tokio::time::sleep(Duration::from_millis(1_500)))
                .await
        }
    });
    let mut accepted = Vec::new();
    for _ in 0..200 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        accepted = api.accepted();
        let run = run_of(&outbox, id).await;
        if run.progress.messages[0].state == State::Sent {
            break;
        }
    }
    outbox
        .apply(&status("uuid-late", "read", Some(&accepted[0])))
        .await
        .unwrap();
    let run = run_of(&outbox, id).await;
    assert_eq!(run.state, RunState::Completed);
    assert!(run.progress.report.unwrap().contains("\"completed\""));
    worker.await.unwrap().unwrap();
    assert_eq!(api.requests().len(), 1);
}
