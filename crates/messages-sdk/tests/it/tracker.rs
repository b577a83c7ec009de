//! Statuses in any order.

use std::time::Duration;

use messages_sdk::types::{Status, WebhookEvent};
use messages_sdk::webhook::StatusTracker;

fn status(message_uuid: &str, status: &str) -> WebhookEvent {
    let json = format!(
        r#"{{"message_uuid":"{message_uuid}","channel":"sms","to":"447700900000","from":"447700900001",
            "timestamp":"2026-01-01T14:00:00Z","status":"{status}"}}"#
    );
    WebhookEvent::from_slice(json.as_bytes()).unwrap()
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
        async move { tracker.wait_for("m", Status::Delivered).await }
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
        tracker.wait_for("m", Status::Read).await,
        Some(Status::Rejected)
    );
}
