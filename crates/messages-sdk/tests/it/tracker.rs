//! Statuses in any order, and the status of a send as a whole.

use std::time::Duration;

use std::sync::Arc;

use messages_sdk::doubts::{DoubtLedger as _, PendingDoubts};
use messages_sdk::transport::testing::ScriptedTransport;
use messages_sdk::types::v0_1::{self, Condition, Workflow};
use messages_sdk::types::v1::Message;
use messages_sdk::types::{Status, WebhookEvent};
use messages_sdk::webhook::{SendId, StatusTracker};
use serde_json::json;

use crate::support::{client, sms};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn status(message_uuid: &str, status: &str) -> WebhookEvent {
    let json = format!(
        r#"{{"message_uuid":"{message_uuid}","channel":"sms","to":"447700900000","from":"447700900001",
            "timestamp":"2026-01-01T14:00:00Z","status":"{status}"}}"#
    );
    WebhookEvent::from_slice(json.as_bytes()).unwrap()
}

#[test]
fn a_status_with_odd_fields_is_tracked_and_resolves_a_doubt() {
    let nested = json!({"type": "sms", "number": "447700900000"});
    for mut status in [
        json!({"message_uuid": "m", "channel": "sms", "to": "447700900000", "from": "447700900001",
            "timestamp": "2026-01-01T14:00:00Z", "status": "delivered", "client_ref": "r-1"}),
        json!({"message_uuid": "m", "to": nested, "from": nested, "timestamp": "2026-01-01T14:00:00Z",
            "status": "delivered", "client_ref": "r-1"}),
    ] {
        for field in ["channel", "from", "timestamp"] {
            status[field] = json!({});
            let tracker = StatusTracker::new();
            let event = WebhookEvent::from(status.clone());
            assert!(tracker.apply(&event).is_some(), "{status}");
            assert_eq!(tracker.status("m"), Some(Status::Delivered));
            let doubts = PendingDoubts::new();
            doubts.open("r-1");
            doubts.apply(&event);
            assert!(doubts.pending().is_empty(), "{status}");
        }
    }
}

#[test]
fn the_order_of_statuses_does_not_matter() {
    let mut orders = vec![vec!["submitted", "delivered", "read"]];
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
        let mut order = orders[0].clone();
        order.swap(a, b);
        orders.push(order);
    }
    for order in orders {
        let tracker = StatusTracker::new();
        for name in order.iter().chain(&order) {
            tracker.apply(&status("m", name));
        }
        assert_eq!(tracker.status("m"), Some(Status::Read), "{order:?}");
    }
}

#[test]
fn a_status_is_news_once() {
    let tracker = StatusTracker::new();
    assert!(tracker.apply(&status("m", "submitted")).is_some());
    assert!(tracker.apply(&status("m", "submitted")).is_none());
    assert!(tracker.apply(&status("n", "submitted")).is_some());
}

#[test]
fn the_oldest_message_is_forgotten() {
    let tracker = StatusTracker::with_capacity(2);
    for message in ["a", "b", "c"] {
        tracker.apply(&status(message, "submitted"));
    }
    assert_eq!(tracker.status("a"), None);
    assert_eq!(tracker.status("c"), Some(Status::Submitted));
}

#[tokio::test(start_paused = true)]
async fn waiting_ends_when_the_status_comes() {
    let tracker = StatusTracker::new();
    let waiting = tokio::spawn({
        let tracker = tracker.clone();
        async move { tracker.wait_for("m", Status::Delivered, DAY).await }
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!waiting.is_finished());
    tracker.apply(&status("m", "submitted"));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!waiting.is_finished());
    tracker.apply(&status("m", "read"));
    assert_eq!(waiting.await.unwrap(), Some(Status::Read));
}

#[tokio::test(start_paused = true)]
async fn waiting_ends_when_the_status_cannot_come_any_more() {
    let tracker = StatusTracker::new();
    tracker.apply(&status("m", "rejected"));
    assert_eq!(
        tracker.wait_for("m", Status::Read, DAY).await,
        Some(Status::Rejected)
    );
}

/// A status of one message of a failover run of three.
fn step(message_uuid: &str, position: u32, status: &str) -> WebhookEvent {
    WebhookEvent::from(json!({
        "message_uuid": message_uuid, "channel": "sms", "to": "447700900000", "from": "447700900001",
        "timestamp": "2026-01-01T14:00:00Z", "status": status,
        "workflow": {"workflow_id": "w", "items_number": position.to_string(), "items_total": "3"},
    }))
}

#[tokio::test(start_paused = true)]
async fn a_failover_message_that_arrives_delivers_the_send() {
    let response = r#"{"message_uuid":"a","workflow_id":"w"}"#;
    let client = client(&Arc::new(
        ScriptedTransport::new().then_status(202, response),
    ));
    let message = Message::from(sms()).failover([sms(), sms()]);
    let accepted = client.send(message).await.unwrap();

    let tracker = StatusTracker::new();
    let waiting = {
        let (tracker, send) = (tracker.clone(), SendId::from(&accepted));
        tokio::spawn(async move { tracker.wait_for(send, Status::Delivered, DAY).await })
    };
    for event in [
        step("b", 2, "rejected"),
        step("a", 1, "rejected"),
        step("c", 3, "submitted"),
    ] {
        let tracked = tracker.apply(&event).unwrap();
        assert_eq!(
            (tracked.current, tracked.is_final),
            (Status::Submitted, false)
        );
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(!waiting.is_finished(), "{event:?}");
    }
    let tracked = tracker.apply(&step("c", 3, "delivered")).unwrap();
    assert_eq!(
        (tracked.current, tracked.is_final),
        (Status::Delivered, true)
    );
    assert_eq!(tracked.send.workflow_id.as_deref(), Some("w"));
    assert_eq!(waiting.await.unwrap(), Some(Status::Delivered));
    for send in [
        SendId::from("a"),
        SendId::from("b"),
        SendId::workflow("w"),
        SendId::from(&accepted),
    ] {
        assert_eq!(tracker.status(send), Some(Status::Delivered));
    }
}

#[tokio::test(start_paused = true)]
async fn a_send_is_rejected_only_if_every_message_of_it_is() {
    let tracker = StatusTracker::new();
    let waiting = {
        let tracker = tracker.clone();
        tokio::spawn(async move {
            tracker
                .wait_for(SendId::workflow("w"), Status::Read, DAY)
                .await
        })
    };
    for (message, position) in [("a", 1), ("b", 2)] {
        tracker.apply(&step(message, position, "rejected"));
        assert_eq!(tracker.status("a"), Some(Status::Submitted));
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!waiting.is_finished());
    let tracked = tracker.apply(&step("c", 3, "rejected")).unwrap();
    assert!(tracked.is_final);
    assert_eq!(waiting.await.unwrap(), Some(Status::Rejected));

    // Only `rejected` triggers the next message.
    let tracker = StatusTracker::new();
    let tracked = tracker.apply(&step("a", 1, "undeliverable")).unwrap();
    assert_eq!(
        (tracked.current, tracked.is_final),
        (Status::Undeliverable, true)
    );
}

/// A status of one step of a v0.1 workflow.
fn dispatched(message_uuid: &str, status: &str) -> WebhookEvent {
    WebhookEvent::from(json!({
        "message_uuid": message_uuid, "timestamp": "2026-01-01T14:00:00.000Z", "status": status,
        "to": {"type": "sms", "number": "447700900000"}, "from": {"type": "sms", "number": "447700900001"},
        "_links": {"workflow": {"dispatch_uuid": "d", "href": "/workflows/d"}},
    }))
}

fn report(status: &str, messages: &[(&str, &str)]) -> WebhookEvent {
    let messages = messages.iter().map(|(message_uuid, status)| {
        json!({"message_uuid": message_uuid, "channel": "sms", "status": status})
    });
    WebhookEvent::from(json!({
        "dispatch_uuid": "d", "template": "failover", "status": status, "timestamp": "2026-01-01T15:00:00.000Z",
        "_links": {"messages": messages.collect::<Vec<_>>()},
    }))
}

async fn workflow() -> SendId {
    let script = ScriptedTransport::new().then_status(202, r#"{"dispatch_uuid":"d"}"#);
    let client = client(&Arc::new(script));
    let sms = || v0_1::Sms::text("447700900001", "447700900000", "Hello").unwrap();
    let first = sms().expecting(Condition::Delivered, 60).unwrap();
    let workflow = Workflow::starting_with(first).ending_with(sms());
    (&client.create_workflow(&workflow).await.unwrap()).into()
}

#[tokio::test(start_paused = true)]
async fn a_workflow_ends_with_its_report() {
    let send = workflow().await;
    let tracker = StatusTracker::new();
    let waiting = {
        let (tracker, send) = (tracker.clone(), send.clone());
        tokio::spawn(async move { tracker.wait_for(&send, Status::Delivered, DAY).await })
    };
    tokio::time::sleep(Duration::from_secs(1)).await;
    tracker.apply(&dispatched("a", "rejected"));
    tracker.apply(&dispatched("b", "undeliverable"));
    assert_eq!(tracker.status(&send), Some(Status::Submitted));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!waiting.is_finished(), "the report is still to come");
    let failed = report("error", &[("a", "rejected"), ("b", "undeliverable")]);
    let tracked = tracker.apply(&failed).unwrap();
    assert_eq!((tracked.status, tracked.is_final), (None, true));
    assert_eq!(waiting.await.unwrap(), Some(Status::Undeliverable));
    assert!(tracker.apply(&failed).is_none(), "a duplicate");
    assert_eq!(tracker.status("b"), Some(Status::Undeliverable));
}

#[tokio::test(start_paused = true)]
async fn a_report_alone_suffices() {
    for (event, expected) in [
        (report("completed", &[]), Status::Delivered),
        (
            report("completed", &[("a", "rejected"), ("b", "read")]),
            Status::Read,
        ),
        (report("error", &[]), Status::Rejected),
    ] {
        let (send, tracker) = (workflow().await, StatusTracker::new());
        let tracked = tracker.apply(&event).unwrap();
        assert_eq!(
            (tracked.current, tracked.is_final),
            (expected.clone(), true)
        );
        let waited = tracker.wait_for(&send, Status::Delivered, DAY).await;
        assert_eq!(waited, Some(expected));
    }
}

#[tokio::test(start_paused = true)]
async fn a_send_of_unknown_outcome_is_found_by_its_reference() {
    let tracker = StatusTracker::new();
    let send = SendId::client_ref("order-17");
    let waiting = {
        let (tracker, send) = (tracker.clone(), send.clone());
        tokio::spawn(async move { tracker.wait_for(send, Status::Delivered, DAY).await })
    };
    tokio::time::sleep(Duration::from_secs(1)).await;
    let event = |message_uuid: &str, status: &str| {
        WebhookEvent::from(json!({
            "message_uuid": message_uuid, "channel": "sms", "to": "447700900000", "from": "447700900001",
            "timestamp": "2026-01-01T14:00:00Z", "status": status, "client_ref": "order-17",
        }))
    };
    tracker.apply(&event("a", "submitted"));
    tracker.apply(&event("a", "delivered"));
    assert_eq!(waiting.await.unwrap(), Some(Status::Delivered));
    // Sent again under its reference: one of the two arrived.
    tracker.apply(&event("b", "rejected"));
    assert_eq!(tracker.status(&send), Some(Status::Delivered));
    assert_eq!(tracker.status("b"), Some(Status::Rejected));
}

#[tokio::test(start_paused = true)]
async fn waiting_ends_after_the_limit() {
    let tracker = StatusTracker::new();
    tracker.apply(&status("m", "submitted"));
    let waited = tracker
        .wait_for("m", Status::Delivered, Duration::from_secs(5))
        .await;
    assert_eq!(waited, None);
}

#[test]
fn memory_is_bounded_by_messages_and_workflows() {
    let tracker = StatusTracker::with_capacity(4);
    for n in 0..1_000 {
        tracker.apply(&step(&format!("m-{n}"), 1, "submitted"));
        tracker.apply(&status(&format!("s-{n}"), "submitted"));
    }
    assert_eq!(tracker.status("m-0"), None);
    let shown = format!("{tracker:?}");
    assert!(
        ["(3 messages)", "(4 messages)"]
            .iter()
            .any(|end| shown.ends_with(end)),
        "{shown}"
    );
}
