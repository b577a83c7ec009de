//! Doubts, and the webhooks that settle them.

use std::sync::Arc;

use messages_sdk::client::ClientReferences;
use messages_sdk::doubts::{DoubtLedger, PendingDoubts, Settlement};
use messages_sdk::transport::testing::ScriptedTransport;
use messages_sdk::transport::{Delivery, TransportError, TransportErrorKind};
use messages_sdk::types::WebhookEvent;

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

/// A status of the message with this id.
fn status_of(message_uuid: &str, client_ref: &str) -> WebhookEvent {
    let json = format!(
        r#"{{"message_uuid":"{message_uuid}","channel":"sms","to":"447700900000","from":"447700900001",
            "timestamp":"2026-01-01T14:00:00Z","status":"submitted","client_ref":"{client_ref}"}}"#
    );
    WebhookEvent::from_slice(json.as_bytes()).unwrap()
}

#[test]
fn a_doubt_is_not_settled_by_another_message_with_its_reference() {
    let doubts = PendingDoubts::new();
    // Sent, in doubt, and sent again.
    doubts.open("order-17");
    doubts.open("order-17");
    doubts.settle(
        "order-17",
        Settlement::Accepted {
            message_uuid: Some("b"),
        },
    );
    for _ in 0..3 {
        doubts.apply(&status_of("b", "order-17"));
    }
    assert_eq!(
        doubts.pending(),
        ["order-17"],
        "nobody knows about the first one"
    );
    doubts.apply(&status_of("a", "order-17"));
    assert!(doubts.pending().is_empty());

    // The second one was refused: what is left open is the first one.
    doubts.open("order-18");
    doubts.open("order-18");
    doubts.settle("order-18", Settlement::NotAccepted);
    assert_eq!(doubts.pending(), ["order-18"]);
    doubts.apply(&status_of("a", "order-18"));
    assert!(doubts.pending().is_empty());
}

#[tokio::test(start_paused = true)]
async fn alternatives_and_the_steps_of_a_workflow_bear_the_reference_too() {
    use messages_sdk::types::{v0_1, v1};

    let script = Arc::new(ScriptedTransport::from_fn(|_| {
        std::future::ready(Ok(taken()))
    }));
    let client = builder(&script)
        .client_references(ClientReferences::Minted)
        .build()
        .unwrap();
    let message = v1::Message::from(sms()).failover([sms(), sms()]);
    let sent = client
        .send(&message)
        .await
        .unwrap()
        .report
        .client_ref
        .unwrap();

    let step = || v0_1::Sms::text("447700900001", "447700900000", "Hello").unwrap();
    let workflow = v0_1::Workflow::starting_with(
        v0_1::Message::from(step())
            .expecting(v0_1::Condition::Delivered, 60)
            .unwrap(),
    )
    .ending_with(step());
    let error = client.create_workflow(&workflow).await.unwrap_err();
    let started = error.report().client_ref.clone().unwrap();

    for (n, list, first, reference) in
        [(0, "failover", true, sent), (1, "workflow", false, started)]
    {
        let request = &script.requests()[n];
        let body: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
        let mut found: Vec<_> = body[list].as_array().unwrap().iter().collect();
        found.extend(first.then_some(&body));
        assert!(found.len() >= 2);
        for message in found {
            assert_eq!(message["client_ref"], *reference, "{body}");
        }
    }
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
