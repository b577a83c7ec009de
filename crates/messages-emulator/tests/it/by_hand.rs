//! Control requests behind the controls of the inbox: webhooks and requests again, removal, credentials.

use std::time::{Duration, SystemTime};

use messages_auth::SignatureSecret;
use messages_auth::webhook::Verifier;
use messages_emulator::{Action, Emulator, Rule, WebhookFault};
use messages_transport::http::header::AUTHORIZATION;
use messages_transport::http::{HeaderMap, Method};
use serde_json::{Value, json};

use crate::support::{Client, is_signed, sms, stepped};

const BASE: &str = "/emulator/v1";

async fn delete(client: &Client, path: &str) -> (u16, Value) {
    let response = client
        .call(Method::DELETE, &format!("{BASE}{path}"), "")
        .await
        .unwrap();
    (
        response.status().as_u16(),
        serde_json::from_slice(response.body()).unwrap_or_default(),
    )
}

/// The webhooks of a message, as the control API shows them.
async fn webhooks(client: &Client, uuid: &str) -> Vec<Value> {
    let (_, message) = client.get(&format!("{BASE}/messages/{uuid}")).await;
    message["webhooks"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_webhook_is_posted_again_however_it_ended() {
    let (emulator, receiver) = stepped().await;
    let client = Client::basic(&emulator);
    receiver.answer([404]);
    let uuid = client.send("/v1/messages", &sms("447700900000")).await;
    emulator.advance(Duration::from_secs(60)).await;
    let before = webhooks(&client, &uuid).await;
    assert_eq!(
        (before[0]["state"].as_str(), before.len()),
        (Some("refused"), 2)
    );
    let id = &before[0]["id"];

    receiver.answer([500, 200]);
    let path = format!("{BASE}/webhooks/{id}/resend");
    let (status, posted) = client.post(&path, &json!({})).await;
    assert_eq!((status, &posted["webhook"]["answer"]), (200, &json!(500)));
    assert_eq!(posted["webhook"]["attempt"], 2);
    assert_eq!(webhooks(&client, &uuid).await[0]["state"], "retrying");
    // Before the retry is due; it does not come a second time.
    let (_, posted) = client.post(&path, &json!({})).await;
    assert_eq!(posted["webhook"]["acknowledged"], true);
    let count = receiver.all().len();
    emulator.advance(Duration::from_secs(3_600)).await;
    assert_eq!(receiver.all().len(), count);
    // One that was accepted can be posted again, too.
    let (status, _) = client.post(&path, &json!({})).await;
    assert_eq!(status, 200);
    let all = receiver.all();
    assert_eq!(all.len(), count + 1);
    assert_eq!(all.last().unwrap().json["status"], "submitted");
    assert!(is_signed(all.last().unwrap(), emulator.credentials()));
    let (status, _) = client
        .post(&format!("{BASE}/webhooks/999/resend"), &json!({}))
        .await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_webhook_in_flight_is_not_posted_again_and_a_dropped_one_is() {
    let (emulator, receiver) = stepped().await;
    let client = Client::basic(&emulator);
    let dropped = Action::Webhooks(WebhookFault::Dropped);
    emulator.add_rule(Rule::to("447700900001", dropped));
    let late = Action::Webhooks(WebhookFault::Late { ms: 600_000 });
    emulator.add_rule(Rule::to("447700900002", late));
    for number in ["447700900001", "447700900002"] {
        let uuid = client.send("/v1/messages", &sms(number)).await;
        emulator.advance(Duration::from_secs(60)).await;
        let id = webhooks(&client, &uuid).await[0]["id"].clone();
        let path = format!("{BASE}/webhooks/{id}/resend");
        let (status, posted) = client.post(&path, &json!({})).await;
        assert_eq!((status, &posted["webhook"]["answer"]), (200, &json!(200)));
    }
    assert_eq!(receiver.statuses(), ["submitted", "submitted"]);
    emulator.advance(Duration::from_secs(900)).await;
    // The late `delivered`, but not its `submitted` again.
    assert_eq!(receiver.statuses().len(), 3);

    receiver.answer([0]);
    let uuid = client.send("/v1/messages", &sms("447700900003")).await;
    let advance = emulator.advance(Duration::from_secs(1));
    let resend = async {
        receiver.wait_for(4).await;
        let id = webhooks(&client, &uuid).await[0]["id"].clone();
        client
            .post(&format!("{BASE}/webhooks/{id}/resend"), &json!({}))
            .await
    };
    tokio::select! {
        () = advance => panic!("the receiver does not respond"),
        (status, body) = resend => assert_eq!(status, 409, "{body}"),
    }
}

#[tokio::test]
async fn all_failed_webhooks_of_a_receiver_or_conversation_are_posted_again() {
    let (emulator, receiver) = stepped().await;
    let client = Client::basic(&emulator);
    receiver.answer([400; 6]);
    for number in 0..3 {
        client
            .send("/v1/messages", &sms(&format!("44770090000{number}")))
            .await;
    }
    emulator.advance(Duration::from_secs(60)).await;
    let resend = async |wanted: Value| {
        let (status, body) = client
            .post(&format!("{BASE}/webhooks/resend"), &wanted)
            .await;
        assert_eq!(status, 200, "{body}");
        emulator.settled().await;
        body["resent"].as_u64().unwrap()
    };
    assert_eq!(resend(json!({ "url": "http://127.0.0.1:1/" })).await, 0);
    assert_eq!(resend(json!({ "conversation": 2 })).await, 2);
    assert_eq!(resend(json!({ "url": receiver.url })).await, 4);
    assert_eq!(resend(json!({})).await, 0);
    let (_, list) = client.get(&format!("{BASE}/messages")).await;
    for message in list["messages"].as_array().unwrap() {
        assert!(message.get("webhook_failed").is_none(), "{message}");
    }
}

#[tokio::test]
async fn a_webhook_is_signed_anew_for_a_request_from_elsewhere() {
    let (emulator, _receiver) = stepped().await;
    let client = Client::basic(&emulator);
    let wrongly = Action::Webhooks(WebhookFault::WronglySigned);
    emulator.add_rule(Rule::to("447700900009", wrongly));
    let unsigned = Action::Webhooks(WebhookFault::Unsigned);
    emulator.add_rule(Rule::to("447700900008", unsigned));
    for (number, is_right) in [
        ("447700900000", Some(true)),
        ("447700900009", Some(false)),
        ("447700900008", None),
    ] {
        let uuid = client.send("/v1/messages", &sms(number)).await;
        emulator.advance(Duration::from_secs(60)).await;
        let id = webhooks(&client, &uuid).await[0]["id"].clone();
        let (status, signed) = client
            .post(&format!("{BASE}/webhooks/{id}/sign"), &json!({}))
            .await;
        assert_eq!(status, 200);
        let value = signed["authorization"].as_str();
        assert_eq!(value.is_some(), is_right.is_some(), "{number}");
        let Some(value) = value else { continue };
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, value.parse().unwrap());
        let secrets = emulator.credentials().secrets();
        let verifier = Verifier::builder().secrets(secrets).build().unwrap();
        let body = signed["body"].as_str().unwrap().to_owned();
        let verified = verifier.verify(&headers, body, SystemTime::now());
        assert_eq!(Some(verified.is_ok()), is_right, "{number}");
    }
    // The event of the attempt says so as well.
    let (_, log) = client.get(&format!("{BASE}/log?kind=webhook")).await;
    let faults = log["events"].as_array().unwrap().iter();
    let faults: Vec<_> = faults.map(|event| event["fault"].as_str()).collect();
    assert_eq!(
        faults,
        [
            None,
            None,
            Some("wrongly_signed"),
            Some("wrongly_signed"),
            Some("unsigned"),
            Some("unsigned")
        ]
    );
}

#[tokio::test]
async fn a_url_is_tested_with_a_signed_sample() {
    let (emulator, receiver) = stepped().await;
    let client = Client::basic(&emulator);
    let (_, urls) = client.get(&format!("{BASE}/webhooks")).await;
    assert_eq!(
        urls,
        json!({ "status_url": receiver.url, "inbound_url": receiver.url })
    );
    receiver.answer([200, 503]);
    for (target, expected) in [("status", 200), ("inbound", 503)] {
        let (status, tested) = client
            .post(
                &format!("{BASE}/webhooks/test"),
                &json!({ "target": target }),
            )
            .await;
        assert_eq!((status, &tested["status"]), (200, &json!(expected)));
    }
    let all = receiver.all();
    assert!(all.iter().all(|one| is_signed(one, emulator.credentials())));
    for (received, kind) in all.iter().zip(["status", "inbound"]) {
        let json = &received.json;
        let fields = ["message_uuid", "timestamp", "channel", "from", "to"];
        let is_read = fields.iter().all(|field| json[field].is_string())
            && match kind {
                "status" => json["status"] == "delivered",
                _ => json["message_type"] == "text" && json["text"].is_string(),
            };
        assert!(is_read, "{kind}: {}", received.json);
    }
    let (_, list) = client.get(&format!("{BASE}/messages")).await;
    assert_eq!(list["messages"], json!([]), "nothing was added");

    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    emulator.set_status_url(Some(&format!("http://{}/", unused.local_addr().unwrap())));
    drop(unused);
    let (status, tested) = client
        .post(
            &format!("{BASE}/webhooks/test"),
            &json!({ "target": "status" }),
        )
        .await;
    assert_eq!(status, 200);
    assert!(tested["error"].is_string() && tested.get("status").is_none());
}

#[tokio::test]
async fn what_was_removed_comes_back_beside_what_has_come_since() {
    let (emulator, receiver) = stepped().await;
    let client = Client::basic(&emulator);
    emulator.add_rule(Rule::to("447700900001", Action::Deliver));
    let first = client.send("/v1/messages", &sms("447700900001")).await;
    emulator.advance(Duration::from_secs(60)).await;
    let other = client.send("/v1/messages", &sms("447700900002")).await;
    let (status, removed) = delete(&client, "/conversations/1").await;
    assert_eq!(status, 200);
    let kept = async |uuid: &str| client.get(&format!("{BASE}/messages/{uuid}")).await.0 == 200;
    assert!(!kept(&first).await && kept(&other).await);
    assert_eq!(delete(&client, "/conversations/1").await.0, 404);

    // The conversation begins again, under another number.
    let since = client.send("/v1/messages", &sms("447700900001")).await;
    emulator.advance(Duration::from_secs(60)).await;
    let count = receiver.all().len();
    let (status, _) = client.post(&format!("{BASE}/snapshot"), &removed).await;
    assert_eq!(status, 204);
    assert!(kept(&first).await && kept(&other).await && kept(&since).await);
    assert_eq!(webhooks(&client, &first).await.len(), 2);
    emulator.advance(Duration::from_secs(60)).await;
    assert_eq!(receiver.all().len(), count, "nothing is posted twice");

    let (status, all) = delete(&client, "/conversations").await;
    assert_eq!(status, 200);
    let (_, list) = client.get(&format!("{BASE}/conversations")).await;
    assert_eq!((&list["total"], &list["unread"]), (&json!(0), &json!(0)));
    let (_, rules) = client.get(&format!("{BASE}/rules")).await;
    assert_eq!(rules["rules"].as_array().unwrap().len(), 1, "rules stay");
    client.post(&format!("{BASE}/snapshot"), &all).await;
    for uuid in [&first, &other, &since] {
        assert!(kept(uuid).await);
    }
}

#[tokio::test]
async fn removed_messages_have_no_further_statuses() {
    let (emulator, receiver) = stepped().await;
    let client = Client::basic(&emulator);
    client.send("/v1/messages", &sms("447700900001")).await;
    client.send("/v1/messages", &sms("447700900002")).await;
    delete(&client, "/conversations/1").await;
    emulator.advance(Duration::from_secs(60)).await;
    let all = receiver.all();
    assert!(all.len() == 2 && all.iter().all(|one| one.json["to"] == "447700900002"));
}

#[tokio::test]
async fn secrets_that_were_given_are_not_shown() {
    let (emulator, _receiver) = stepped().await;
    let path = format!("{BASE}/credentials");
    let (_, shown) = Client::basic(&emulator).get(&path).await;
    let credentials = emulator.credentials();
    assert_eq!(shown["api_key"], "emulator");
    assert_eq!(shown["api_secret"], "emulator-secret");
    assert_eq!(
        shown["signature_secret"],
        credentials.signature_secret().expose()
    );
    let secret = SignatureSecret::new("0123456789abcdef0123456789abcdef").unwrap();
    let emulator = Emulator::builder()
        .signature_secret(secret)
        .api_secret(messages_auth::ApiSecret::new("a-real-secret").unwrap())
        .start()
        .await
        .unwrap();
    let (_, shown) = Client::basic(&emulator).get(&path).await;
    let mut names: Vec<_> = shown.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["api_key", "application_id"]);
}

#[tokio::test]
async fn a_request_is_sent_in_the_place_of_the_application() {
    let (emulator, receiver) = stepped().await;
    let client = Client::basic(&emulator);
    let path = format!("{BASE}/requests");
    let wanted = json!({ "path": "/v1/messages", "body": sms("447700900000") });
    let (status, sent) = client.post(&path, &wanted).await;
    assert_eq!((status, &sent["status"]), (200, &json!(202)));
    let response: Value = serde_json::from_str(sent["response"].as_str().unwrap()).unwrap();
    let uuid = response["message_uuid"].as_str().unwrap();
    let message = emulator.message(uuid).unwrap();
    assert_eq!(
        message.request.unwrap().body,
        sms("447700900000").to_string()
    );
    emulator.advance(Duration::from_secs(60)).await;
    assert_eq!(receiver.statuses(), ["submitted", "delivered"]);

    let (_, refused) = client
        .post(&path, &json!({ "path": "/v1/messages", "body": {} }))
        .await;
    assert_eq!(refused["status"], 422);
    let (_, lost) = client
        .post(
            &path,
            &json!({ "path": "/v1/messages", "body": sms("447700960602") }),
        )
        .await;
    assert_eq!(lost["status"], 202, "the response comes back here");
    let (status, _) = client
        .post(&path, &json!({ "path": "/emulator/v1/reset", "body": {} }))
        .await;
    assert_eq!(status, 422);
}

#[tokio::test]
async fn the_rule_or_magic_recipient_that_decided_is_named() {
    let (emulator, _receiver) = stepped().await;
    let client = Client::basic(&emulator);
    emulator.add_rule(Rule::to("447700900001", Action::Reject { code: 1050 }));
    let by_rule = client.send("/v1/messages", &sms("447700900001")).await;
    let (_, message) = client.get(&format!("{BASE}/messages/{by_rule}")).await;
    assert_eq!(
        message["applied"],
        json!([{ "by": "rule", "rule": { "when": { "to": "447700900001" }, "then": { "reject": { "code": 1050 } } } }])
    );
    let by_number = client.send("/v1/messages", &sms("447700950004")).await;
    let (_, message) = client.get(&format!("{BASE}/messages/{by_number}")).await;
    assert_eq!(
        message["applied"],
        json!([{ "by": "magic_recipient", "rule": { "when": {}, "then": { "webhooks": "wrongly_signed" } } }])
    );
    let body = json!({ "path": "/v1/messages", "body": sms("447700960602") });
    client.post(&format!("{BASE}/requests"), &body).await;
    let (_, log) = client.get(&format!("{BASE}/log?kind=request")).await;
    let last = log["events"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["fault"], &last["fault_by"]),
        (&json!("lose_answer"), &json!("magic_recipient"))
    );
    let uuid = last["message_uuid"].as_str().unwrap();
    let (_, message) = client.get(&format!("{BASE}/messages/{uuid}")).await;
    assert_eq!(message["applied"][0]["rule"]["then"], "lose_answer");
}

#[tokio::test]
async fn a_single_rule_is_removed() {
    let (emulator, _receiver) = stepped().await;
    let client = Client::basic(&emulator);
    for code in [1050, 1260] {
        emulator.add_rule(Rule::always(Action::Reject { code }));
    }
    let rules = async || {
        let (_, listed) = client.get(&format!("{BASE}/rules")).await;
        listed["rules"].as_array().unwrap().clone()
    };
    let before = rules().await;
    let path = format!("/rules/{}", before[0]["id"]);
    assert_eq!(delete(&client, &path).await.0, 204);
    assert_eq!(rules().await, before[1..]);
    assert_eq!(delete(&client, &path).await.0, 404);
    // Numbers are not used again, also after a return to a snapshot.
    let snapshot = emulator.snapshot();
    emulator.restore(&snapshot).await.unwrap();
    assert_ne!(rules().await[0]["id"], before[1]["id"]);
}

#[tokio::test]
async fn a_rule_is_edited_in_its_place() {
    let (emulator, _receiver) = stepped().await;
    let client = Client::basic(&emulator);
    emulator.add_rule(Rule::always(Action::Deliver));
    emulator.add_rule(Rule::to("447700900111", Action::Reject { code: 1050 }));
    emulator.add_rule(Rule::to("447700900222", Action::Read));
    client.send("/v1/messages", &sms("447700900111")).await;
    let rules = async || {
        let (_, listed) = client.get(&format!("{BASE}/rules")).await;
        listed["rules"].as_array().unwrap().clone()
    };
    let before = rules().await;
    assert_eq!(before[1]["met"], 1);
    let edit = async |id: &Value, rule: Value| {
        let path = format!("{BASE}/rules/{id}");
        let edited = client.call(Method::PUT, &path, rule.to_string());
        edited.await.unwrap().status().as_u16()
    };
    let id = &before[1]["id"];
    let rule = json!({ "when": { "to": "447700900333" }, "then": { "reject": { "code": 1260 } } });
    assert_eq!(edit(id, rule.clone()).await, 204);
    let edited = json!({ "id": id, "when": rule["when"], "then": rule["then"], "met": 0 });
    assert_eq!(
        rules().await,
        [before[0].clone(), edited, before[2].clone()]
    );
    // A rule that is refused leaves the one before.
    assert_eq!(
        edit(id, json!({ "then": { "reject": { "code": 1 } } })).await,
        422
    );
    assert_eq!(edit(&json!(999), rule).await, 404);
    assert_eq!(rules().await[1]["met"], 0);
    let uuid = client.send("/v1/messages", &sms("447700900333")).await;
    emulator.advance(Duration::from_secs(60)).await;
    let (_, message) = client.get(&format!("{BASE}/messages/{uuid}")).await;
    assert_eq!(message["code"], 1260);
}
