use std::time::{Duration, Instant};

use messages_emulator::{Emulator, Query, Status};
use messages_types::{Document, v0_1};
use serde_json::{Value, json};

use crate::support::{Client, LIMIT, Receiver, sms, stepped, v0_1_sms};

fn step(mut message: Value, condition: &str, seconds: u64) -> Value {
    message["failover"] = json!({ "expiry_time": seconds, "condition_status": condition });
    message
}

fn messenger(to: &str) -> Value {
    json!({
        "from": { "type": "messenger", "id": "page-1" },
        "to": { "type": "messenger", "id": to },
        "message": { "content": { "type": "text", "text": "Your table is free" } }
    })
}

fn viber(to: &str) -> Value {
    json!({
        "from": { "type": "viber_service_msg", "id": "service-1" },
        "to": { "type": "viber_service_msg", "number": to },
        "message": { "content": { "type": "text", "text": "Your table is free" } }
    })
}

fn workflow(steps: &[Value]) -> Value {
    json!({ "template": "failover", "workflow": steps })
}

/// Channel and status of every status webhook, then the report's.
fn course(receiver: &Receiver) -> Vec<String> {
    let webhooks = receiver.all();
    let told = webhooks.iter().map(|received| {
        let channel = received.json["to"]["type"].as_str().unwrap_or("report");
        format!("{channel} {}", received.json["status"].as_str().unwrap())
    });
    told.collect()
}

#[tokio::test]
async fn a_workflow_goes_on_when_its_condition_is_not_reached_in_time() {
    let (emulator, receiver) = stepped().await;
    let client = Client::basic(&emulator);
    // Delivered and never read; then stuck at the provider; then the SMS.
    let body = workflow(&[
        step(messenger("user-970002"), "read", 600),
        step(viber("447700970001"), "delivered", 60),
        v0_1_sms("447700900000"),
    ]);
    let (status, answer) = client.post("/v0.1/dispatch", &body).await;
    assert_eq!(status, 202);
    emulator.advance(Duration::from_secs(599)).await;
    assert_eq!(emulator.messages(&Query::sent(), 9).len(), 1);
    emulator.advance(Duration::from_secs(1)).await;
    assert_eq!(emulator.messages(&Query::sent(), 9).len(), 2);
    emulator.advance(Duration::from_secs(120)).await;
    assert_eq!(
        course(&receiver),
        [
            "messenger submitted",
            "messenger delivered",
            "viber_service_msg submitted",
            "sms submitted",
            "sms delivered",
            "report completed",
        ]
    );
    let webhooks = receiver.all();
    let uuid = answer["dispatch_uuid"].as_str().unwrap();
    for received in &webhooks[..5] {
        assert_eq!(received.json["_links"]["workflow"]["dispatch_uuid"], uuid);
    }
    let report = v0_1::WorkflowReport::from_slice(&webhooks[5].raw).unwrap();
    assert_eq!(report.uuid(), uuid);
    let listed = webhooks[5].json["_links"]["messages"].as_array().unwrap();
    let statuses: Vec<_> = listed
        .iter()
        .map(|message| message["status"].as_str().unwrap())
        .collect();
    assert_eq!(statuses, ["delivered", "submitted", "delivered"]);
}

#[tokio::test]
async fn a_workflow_goes_on_when_its_first_message_is_forgotten() {
    let receiver = Receiver::start().await;
    let builder = Emulator::builder()
        .stepped()
        .keep(2)
        .status_url(&receiver.url);
    let emulator = builder.start().await.unwrap();
    let client = Client::basic(&emulator);
    let body = workflow(&[
        step(messenger("user-970002"), "read", 600),
        v0_1_sms("447700900000"),
    ]);
    client.post("/v0.1/dispatch", &body).await;
    for _ in 0..5 {
        client.send("/v1/messages", &sms("447700970003")).await;
    }
    emulator.advance(Duration::from_secs(700)).await;
    assert_eq!(
        course(&receiver).last().map(String::as_str),
        Some("report completed")
    );
}

#[tokio::test]
async fn a_workflow_goes_on_at_once_when_a_message_fails() {
    let (emulator, receiver) = stepped().await;
    let body = workflow(&[
        step(viber("447700991300"), "delivered", 600),
        v0_1_sms("447700900000"),
    ]);
    let (status, answer) = Client::jwt(&emulator).post("/beta/workflows", &body).await;
    assert_eq!((status, answer["workflow_uuid"].is_string()), (202, true));
    emulator.advance(Duration::from_secs(10)).await;
    assert_eq!(
        course(&receiver),
        [
            "viber_service_msg rejected",
            "sms submitted",
            "sms delivered",
            "report completed"
        ]
    );
    let error = &receiver.all()[0].json["error"];
    assert_eq!(error["code"], 1300);
    assert!(
        error["reason"]
            .as_str()
            .unwrap()
            .contains("provider network")
    );
}

#[tokio::test]
async fn a_workflow_whose_last_message_fails_ends_in_error() {
    let (emulator, receiver) = stepped().await;
    let body = workflow(&[
        step(messenger("user-991300"), "read", 60),
        v0_1_sms("447700981260"),
    ]);
    Client::basic(&emulator).post("/v0.1/dispatch", &body).await;
    emulator.advance(Duration::from_secs(30)).await;
    assert_eq!(
        course(&receiver),
        [
            "messenger rejected",
            "sms submitted",
            "sms undeliverable",
            "report error"
        ]
    );
}

#[tokio::test]
async fn a_condition_reached_in_time_ends_the_workflow() {
    let (emulator, receiver) = stepped().await;
    let body = workflow(&[
        step(messenger("user-1"), "read", 60),
        v0_1_sms("447700900000"),
    ]);
    Client::basic(&emulator).post("/v0.1/dispatch", &body).await;
    emulator.advance(Duration::from_secs(600)).await;
    assert_eq!(
        course(&receiver),
        [
            "messenger submitted",
            "messenger delivered",
            "messenger read",
            "report completed"
        ]
    );
}

#[tokio::test]
async fn a_v1_failover_goes_on_when_rejected_and_only_then() {
    let (emulator, receiver) = stepped().await;
    let client = Client::basic(&emulator);
    let mut body = sms("447700991050");
    body["failover"] = json!([
        sms("447700991060"),
        sms("447700900000"),
        sms("447700900009")
    ]);
    let (_, answer) = client.post("/v1/messages", &body).await;
    emulator.advance(Duration::from_secs(60)).await;
    let webhooks = receiver.all();
    let told: Vec<_> = webhooks
        .iter()
        .map(|received| {
            assert_eq!(
                received.json["workflow"]["workflow_id"],
                answer["workflow_id"]
            );
            assert_eq!(received.json["workflow"]["items_total"], "4");
            let number = received.json["workflow"]["items_number"].as_str().unwrap();
            format!("{number} {}", received.json["status"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        told,
        ["1 rejected", "2 rejected", "3 submitted", "3 delivered"]
    );

    let mut body = sms("447700981050");
    body["failover"] = json!([sms("447700900000")]);
    client.post("/v1/messages", &body).await;
    emulator.advance(Duration::from_secs(60)).await;
    let last = receiver.statuses().pop();
    assert_eq!(last.as_deref(), Some("undeliverable"));
}

#[tokio::test]
async fn a_ttl_that_ends_rejects_and_fails_over() {
    let (emulator, _receiver) = stepped().await;
    let mut body = sms("447700970001");
    body["ttl"] = 90.into();
    body["failover"] = json!([sms("447700900000")]);
    let uuid = Client::basic(&emulator).send("/v1/messages", &body).await;
    emulator.advance(Duration::from_secs(89)).await;
    assert_eq!(
        emulator.message(&uuid).unwrap().message.status,
        Some(Status::Submitted)
    );
    emulator.advance(Duration::from_secs(5)).await;
    let message = emulator.message(&uuid).unwrap();
    assert_eq!(
        (message.message.status, message.message.code),
        (Some(Status::Rejected), Some(1360))
    );
    assert_eq!(message.steps[1].status, Some(Status::Delivered));
}

/// Every body, without the times.
fn without_times(receiver: &Receiver) -> Vec<String> {
    let mut bodies = Vec::new();
    for received in receiver.all() {
        let raw = String::from_utf8(received.raw.to_vec()).unwrap();
        let time = received.json["timestamp"].as_str().unwrap();
        bodies.push(raw.replace(time, "TIME"));
    }
    bodies
}

#[tokio::test]
async fn a_workflow_of_minutes_takes_seconds_and_its_seed_repeats_it() {
    let run = async || {
        let receiver = Receiver::start().await;
        let emulator = Emulator::builder()
            .speed(2_000.0)
            .seed(42)
            .status_url(&receiver.url)
            .start()
            .await
            .unwrap();
        let body = workflow(&[
            step(messenger("user-970002"), "read", 600),
            step(viber("447700970002"), "read", 600),
            v0_1_sms("447700900000"),
        ]);
        let begun = Instant::now();
        let (_, answer) = Client::basic(&emulator).post("/v0.1/dispatch", &body).await;
        receiver.wait_for(7).await;
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(5), "{took:?}");
        (answer, without_times(&receiver), took)
    };
    let (first, second) = (run().await, run().await);
    assert_eq!(first.0, second.0);
    assert_eq!(first.1, second.1);
    println!(
        "20 minutes of workflow in {:?}, {} webhooks, twice the same",
        first.2,
        first.1.len()
    );
}

#[tokio::test]
async fn an_expectation_is_met_or_tells_what_came_instead() {
    let emulator = Emulator::builder().speed(100.0).start().await.unwrap();
    let client = Client::basic(&emulator);
    client.send("/v1/messages", &sms("447700900000")).await;
    let query = || Query::sent().to("447700900000").containing("CODE");
    let message = emulator
        .expect(query().status(Status::Delivered))
        .within(LIMIT)
        .await
        .unwrap();
    assert_eq!(message.text, "Your code is 4711");
    let unmet = emulator
        .expect(query().status(Status::Rejected))
        .within(Duration::from_millis(50))
        .await
        .unwrap_err();
    let told = unmet.to_string();
    assert!(
        told.contains("rejected") && told.contains("Your code is 4711"),
        "{told}"
    );
}

#[tokio::test]
async fn a_report_bills_what_was_delivered_or_could_not_be_and_nothing_else() {
    let (emulator, receiver) = stepped().await;
    let mut first = v0_1_sms("447700970001");
    first["failover"] = json!({ "expiry_time": 15, "condition_status": "delivered" });
    let workflow = json!({ "template": "failover", "workflow": [first, v0_1_sms("447700900002")] });
    let client = Client::basic(&emulator);
    assert_eq!(client.post("/v0.1/dispatch", &workflow).await.0, 202);
    emulator.advance(Duration::from_secs(60)).await;
    let all = receiver.all();
    let report = all.iter().find(|one| one.json["template"] == "failover");
    let messages = &report.unwrap().json["_links"]["messages"];
    let billed = |at: usize| {
        (
            messages[at]["status"].clone(),
            messages[at].get("usage").is_some(),
        )
    };
    assert_eq!(billed(0), (json!("submitted"), false));
    assert_eq!(billed(1), (json!("delivered"), true));
}
