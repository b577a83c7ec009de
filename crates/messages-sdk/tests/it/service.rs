//! The example `service`, against the emulator.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use messages_emulator::{Action, Channel, Emulator, InboundMessage, Query, Rule};
use messages_sdk::Client;
use messages_sdk::auth::webhook::Verifier;
use messages_sdk::webhook::{Receiver, ServerLimits, serve};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower_service::Service as _;

#[path = "../../examples/service.rs"]
#[allow(dead_code, reason = "`main` reads the environment")]
mod example;

#[tokio::test]
async fn the_service_sends_fails_over_receives_and_replies() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let own = format!("http://{}", listener.local_addr().unwrap());
    let emulator = Emulator::builder()
        .speed(100.0)
        .status_url(format!("{own}/webhooks"))
        .inbound_url(format!("{own}/webhooks"))
        .start()
        .await
        .unwrap();
    // The recipient has no Viber: the SMS is sent instead.
    emulator.add_rule(
        Rule::to("447700900000", Action::Reject { code: 1050 })
            .and(|when| when.channel = Some(Channel::ViberService)),
    );
    let client = Client::builder()
        .endpoint(emulator.base_url().parse().unwrap())
        .credentials(emulator.credentials().basic().unwrap())
        .reqwest()
        .unwrap()
        .build()
        .unwrap();
    let secrets = emulator.credentials().secrets();
    let verifier = Verifier::builder().secrets(secrets).build().unwrap();
    let app = example::app(client, Receiver::new(verifier));
    tokio::spawn(serve(listener, app.clone(), ServerLimits::default()));

    let send = async |method: &str, path: &str, body: Value| {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        let response = app.clone().call(request).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, serde_json::from_slice::<Value>(&body).unwrap())
    };
    let notification = json!({"to": "447700900000", "text": "Your table is free"});
    let (status, created) = send("POST", "/notifications", notification).await;
    assert_eq!(status, 202, "{created}");
    let path = format!("/notifications/{}", created["id"].as_str().unwrap());
    let mut found = Value::Null;
    for _ in 0..200 {
        found = send("GET", &path, Value::Null).await.1;
        if found["status"] == "delivered" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(found["status"], "delivered");

    let invalid = json!({"to": "0", "text": ""});
    let (status, found) = send("POST", "/notifications", invalid).await;
    assert_eq!(status, 422);
    assert!(found["problems"].to_string().contains("/to"), "{found}");

    let hello = InboundMessage::text(Channel::Sms, "447700900000", "447700900001", "Call me");
    emulator.inject(hello).await;
    let reply = Query::sent().containing("Thank you").to("447700900000");
    let reply = emulator.expect(reply).within(Duration::from_secs(5)).await;
    assert!(reply.is_ok(), "{reply:?}");
}
