//! Doubts, and the webhooks that settle them.

use std::sync::Arc;

use messages_sdk::transport::testing::ScriptedTransport;
use messages_sdk::transport::{Delivery, TransportError, TransportErrorKind};
use messages_sdk::types::WebhookEvent;
use messages_sdk::{ClientReferences, PendingDoubts};

use crate::support::{UUID, builder, sms, taken};

fn delivered(client_ref: &str) -> WebhookEvent {
    let json = format!(
        r#"{{"message_uuid":"{UUID}","channel":"sms","to":"447700900000","from":"447700900001",
            "timestamp":"2026-01-01T14:00:00Z","status":"delivered","client_ref":"{client_ref}"}}"#
    );
    WebhookEvent::from_slice(json.as_bytes()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_settled_by_a_webhook() {
    let lost = TransportError::new(
        TransportErrorKind::Interrupted,
        Delivery::Unknown,
        "planted",
    );
    let script = Arc::new(ScriptedTransport::new().then_error(lost));
    let doubts = Arc::new(PendingDoubts::new());
    let client = builder(&script)
        .client_references(ClientReferences::Minted)
        .doubts(doubts.clone())
        .build()
        .unwrap();
    let error = client.send(sms()).await.unwrap_err();
    let reference = error.report().client_ref.clone().unwrap();
    assert!(reference.len() <= 40);
    assert_eq!(doubts.pending(), std::slice::from_ref(&reference));
    doubts.apply(&delivered(&reference));
    assert!(doubts.pending().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_stays_open() {
    let script = Arc::new(ScriptedTransport::new().then_never());
    let doubts = Arc::new(PendingDoubts::new());
    let client = builder(&script)
        .client_references(ClientReferences::Minted)
        .doubts(doubts.clone())
        .build()
        .unwrap();
    let call = client.send(sms());
    let _ = tokio::time::timeout(std::time::Duration::from_secs(1), call).await;
    assert_eq!(doubts.pending().len(), 1);
}

#[tokio::test]
async fn statuses_that_come_before_the_answer_are_joined() {
    const RACES: usize = 10_000;
    let doubts = Arc::new(PendingDoubts::new());
    let early = Arc::clone(&doubts);
    // The server posts the status before it answers the request; every third answer is lost.
    let script = Arc::new(ScriptedTransport::from_fn(move |request| {
        let body: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
        let reference = body["client_ref"].as_str().unwrap();
        early.apply(&delivered(reference));
        let lost = reference.bytes().map(usize::from).sum::<usize>() % 3 == 0;
        std::future::ready(if lost {
            Err(TransportError::without_source(
                TransportErrorKind::Interrupted,
                Delivery::Unknown,
            ))
        } else {
            Ok(taken())
        })
    }));
    let client = builder(&script)
        .client_references(ClientReferences::Minted)
        .doubts(doubts.clone())
        .build()
        .unwrap();
    let mut lost = 0;
    for _ in 0..RACES {
        lost += usize::from(client.send(sms()).await.is_err());
    }
    println!(
        "races: {RACES} calls, {lost} answers lost, {} doubts left open",
        doubts.pending().len()
    );
    assert!(lost > RACES / 10);
    assert!(doubts.pending().is_empty());
}
