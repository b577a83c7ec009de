use std::time::{Duration, SystemTime};

use messages_auth::jwt::{Claims, JwtOptions, mint};
use messages_auth::{PrivateKey, RsaSigner};
use messages_emulator::{Channel, Emulator, InboundMessage, Query, RateLimit};
use messages_transport::http::Method;
use serde_json::json;

use crate::support::{Client, sms, stepped, v0_1_sms};

#[tokio::test]
async fn every_path_takes_its_message_with_either_credentials() {
    let (emulator, _receiver) = stepped().await;
    let workflow = json!({ "template": "failover", "workflow": [v0_1_sms("447700900000")] });
    for client in [Client::basic(&emulator), Client::jwt(&emulator)] {
        for (path, body, member) in [
            ("/v1/messages", sms("447700900000"), "message_uuid"),
            ("/v0.1/messages", v0_1_sms("447700900000"), "message_uuid"),
            ("/beta/messages", v0_1_sms("447700900000"), "message_uuid"),
            ("/v0.1/dispatch", workflow.clone(), "dispatch_uuid"),
            ("/beta/workflows", workflow.clone(), "workflow_uuid"),
        ] {
            let (status, answer) = client.post(path, &body).await;
            assert_eq!(status, 202, "{path}: {answer}");
            let members: Vec<_> = answer.as_object().unwrap().keys().collect();
            assert_eq!(members, [member], "{path}");
            assert_eq!(answer[member].as_str().unwrap().len(), 36, "{path}");
        }
    }
    assert_eq!(emulator.messages(&Query::sent(), 100).len(), 10);
}

#[tokio::test]
async fn a_failover_answers_with_its_workflow_id() {
    let (emulator, _receiver) = stepped().await;
    let mut body = sms("447700900000");
    body["failover"] = json!([sms("447700900002")]);
    let (status, answer) = Client::basic(&emulator).post("/v1/messages", &body).await;
    assert_eq!(status, 202);
    assert_eq!(answer["workflow_id"].as_str().unwrap().len(), 55);
}

#[tokio::test]
async fn wrong_credentials_get_401_and_nothing_is_taken() {
    let (emulator, _receiver) = stepped().await;
    let credentials = emulator.credentials();
    let now = SystemTime::now();
    let options = JwtOptions::default();
    let signer = RsaSigner::new(credentials.private_key().clone());
    let other = RsaSigner::new(PrivateKey::generate().unwrap());
    let fresh = Claims::new(credentials.application_id(), &options, now).unwrap();
    let past = now - Duration::from_secs(24 * 60 * 60);
    let old = Claims::new(credentials.application_id(), &options, past).unwrap();
    let stranger = Claims::new(messages_auth::ApplicationId::random(), &options, now).unwrap();
    let bearer = |token: messages_auth::jwt::Token| {
        token.header_value().unwrap().to_str().unwrap().to_owned()
    };
    for (what, authorization) in [
        ("no scheme", "x".to_owned()),
        ("a wrong secret", "Basic ZW11bGF0b3I6d3Jvbmc=".to_owned()),
        (
            "an unknown key",
            "Basic bm9ib2R5OmVtdWxhdG9yLXNlY3JldA==".to_owned(),
        ),
        ("another key", bearer(mint(&fresh, &other).unwrap())),
        ("an expired token", bearer(mint(&old, &signer).unwrap())),
        (
            "an unknown application",
            bearer(mint(&stranger, &signer).unwrap()),
        ),
        ("no token", "Bearer x".to_owned()),
    ] {
        let client = Client::authorized(emulator.base_url(), &authorization);
        for path in ["/v1/messages", "/v0.1/messages", "/v0.1/dispatch"] {
            let (status, answer) = client.post(path, &sms("447700900000")).await;
            assert_eq!(status, 401, "{what}");
            assert_eq!(
                answer["title"], "You did not provide correct credentials.",
                "{what}"
            );
            assert_eq!(answer["instance"].as_str().unwrap().len(), 32, "{what}");
        }
    }
    assert!(emulator.messages(&Query::default(), 1).is_empty());
}

#[tokio::test]
async fn an_invalid_body_gets_the_error_of_its_generation_naming_the_member() {
    let (emulator, _receiver) = stepped().await;
    let client = Client::basic(&emulator);
    let mut no_to = sms("447700900000");
    no_to.as_object_mut().unwrap().remove("to");
    let mut long = sms("447700900000");
    long["text"] = "x".repeat(4_000).into();
    let mut channel = sms("447700900000");
    channel["channel"] = "pigeon".into();
    let messenger = json!({
        "channel": "messenger", "message_type": "text", "from": "1", "to": "2", "text": "x",
        "messenger": { "category": "nonsense" }
    });
    let mut nested = sms("447700900000");
    nested["failover"] = json!([sms("+44")]);
    for (body, fragment, name) in [
        (no_to, "messages#1150", "to"),
        (sms("+447700900000"), "messages#110", "to"),
        (long, "messages#1150", "text"),
        (channel, "messages#1100", "channel"),
        (messenger, "messages#1110", "messenger.category"),
        (nested, "messages#110", "failover[0].to"),
    ] {
        let (status, answer) = client.post("/v1/messages", &body).await;
        assert_eq!(status, 422, "{answer}");
        assert!(
            answer["type"].as_str().unwrap().ends_with(fragment),
            "{answer}"
        );
        assert_eq!(answer["invalid_parameters"][0]["name"], name, "{answer}");
        assert!(answer["detail"].is_string() && answer["title"].is_string());
    }

    let mut no_to = v0_1_sms("447700900000");
    no_to.as_object_mut().unwrap().remove("to");
    for path in ["/v0.1/messages", "/beta/messages"] {
        let (status, answer) = client.post(path, &no_to).await;
        assert_eq!(status, 400);
        assert_eq!(
            answer["type"],
            "https://www.nexmo.com/messages/Errors#InvalidParams"
        );
        assert_eq!(answer["invalid_parameters"][0]["name"], "to", "{answer}");
    }
    let workflow = json!({ "template": "failover", "workflow": [no_to] });
    let (status, answer) = client.post("/v0.1/dispatch", &workflow).await;
    assert_eq!(
        (status, &answer["invalid_parameters"]["name"]),
        (400, &json!("workflow[0].to"))
    );

    let broken = client
        .call(Method::POST, "/v1/messages", "{")
        .await
        .unwrap();
    assert_eq!(broken.status(), 422);
    assert!(String::from_utf8_lossy(broken.body()).contains("invalid-json"));
    assert!(emulator.messages(&Query::default(), 1).is_empty());
}

#[tokio::test]
async fn unknown_paths_and_verbs_have_their_errors() {
    let (emulator, _receiver) = stepped().await;
    let client = Client::basic(&emulator);
    for (method, path, status) in [
        (Method::GET, "/v1/messages", 405),
        (Method::PUT, "/v0.1/dispatch", 405),
        (Method::POST, "/v1/nonsense", 404),
        (Method::POST, "/v0.1/messages/1/2", 404),
    ] {
        let response = client.call(method, path, "{}").await.unwrap();
        assert_eq!(response.status(), status, "{path}");
        let json: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
        assert!(json["type"].is_string(), "{path}");
    }
}

#[tokio::test]
async fn an_update_needs_a_token_and_a_message_that_can_be_updated() {
    let (emulator, _receiver) = stepped().await;
    let (basic, jwt) = (Client::basic(&emulator), Client::jwt(&emulator));
    let whatsapp = Channel::Whatsapp;
    let inbound = InboundMessage::text(whatsapp, "447700900000", "447700900001", "Hi");
    let inbound = emulator.inject(inbound).await.message_uuid;
    let sms = basic.send("/v1/messages", &sms("447700900000")).await;
    let read = json!({ "status": "read", "replying_indicator": { "show": true, "type": "text" } });
    let patch = async |client: &Client, uuid: &str, body: &serde_json::Value| {
        let path = format!("/v1/messages/{uuid}");
        let response = client.call(Method::PATCH, &path, body.to_string()).await;
        response.unwrap().status().as_u16()
    };
    assert_eq!(patch(&basic, &inbound, &read).await, 401);
    assert_eq!(patch(&jwt, &inbound, &read).await, 202);
    assert!(emulator.message(&inbound).unwrap().message.typing);
    assert_eq!(patch(&jwt, &sms, &read).await, 422);
    assert_eq!(
        patch(&jwt, &inbound, &json!({ "status": "revoked" })).await,
        422
    );
    assert_eq!(
        patch(&jwt, &inbound, &json!({ "status": "nonsense" })).await,
        422
    );
    let unknown = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab";
    assert_eq!(patch(&jwt, unknown, &read).await, 404);
}

#[tokio::test]
async fn the_rate_limit_is_a_bucket_of_its_own_for_each_key() {
    let limit = RateLimit::per_second(5.0);
    let emulator = Emulator::builder()
        .stepped()
        .rate_limit(limit)
        .start()
        .await
        .unwrap();
    let other = emulator
        .open_workspace(
            "other".try_into().unwrap(),
            "other-secret".try_into().unwrap(),
        )
        .unwrap();
    let client = Client::basic(&emulator);
    for _ in 0..5 {
        client.send("/v1/messages", &sms("447700900000")).await;
    }
    let body = sms("447700900000").to_string();
    let refused = client
        .call(Method::POST, "/v1/messages", body)
        .await
        .unwrap();
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_eq!(refused.headers()["x-ratelimit-limit"], "5");
    assert_eq!(refused.headers()["x-ratelimit-remaining"], "0");
    assert!(refused.headers().contains_key("x-request-id"));
    Client::with(emulator.base_url(), other.credentials())
        .send("/v1/messages", &sms("447700900000"))
        .await;
    emulator.advance(Duration::from_millis(200)).await;
    client.send("/v1/messages", &sms("447700900000")).await;
    assert_eq!(emulator.messages(&Query::default(), 10).len(), 6);
    assert_eq!(other.messages(&Query::default(), 10).len(), 1);
}

#[tokio::test]
async fn what_the_application_does_to_a_message_is_an_event_and_writing_ends_by_itself() {
    let (emulator, _receiver) = stepped().await;
    let jwt = Client::jwt(&emulator);
    let hello = InboundMessage::text(Channel::Whatsapp, "447700900000", "447700900001", "Hello");
    let uuid = emulator.inject(hello).await.message_uuid;
    let updates = async || {
        let log = format!("/emulator/v1/log?kind=message&message_uuid={uuid}");
        let (_, log) = jwt.get(&log).await;
        let events = log["events"].as_array().unwrap().clone();
        events.iter().filter(|one| one["updated"] == true).count()
    };
    let patch = async |show: bool| {
        let body =
            json!({ "status": "read", "replying_indicator": { "show": show, "type": "text" } });
        let path = format!("/v1/messages/{uuid}");
        let answer = jwt.call(Method::PATCH, &path, body.to_string()).await;
        assert_eq!(answer.unwrap().status(), 202);
        emulator.message(&uuid).unwrap().message.typing
    };
    assert_eq!(updates().await, 0);
    assert!(patch(true).await);
    assert_eq!(updates().await, 1);
    assert!(!patch(false).await, "switched off");
    assert!(patch(true).await);
    emulator.advance(Duration::from_secs(20)).await;
    assert!(patch(true).await);
    emulator.advance(Duration::from_secs(24)).await;
    assert!(
        emulator.message(&uuid).unwrap().message.typing,
        "begun anew"
    );
    assert_eq!(updates().await, 4);
    emulator.advance(Duration::from_secs(1)).await;
    assert!(
        !emulator.message(&uuid).unwrap().message.typing,
        "25 s are over"
    );
    assert_eq!(updates().await, 5, "which is told too");
}

#[tokio::test]
async fn an_encoding_that_is_asked_for_decides_on_the_segments() {
    let (emulator, _receiver) = stepped().await;
    let client = Client::basic(&emulator);
    for (encoding, text, segments) in [
        ("auto", "a".repeat(100), 1),
        ("text", "a".repeat(100), 1),
        ("unicode", "a".repeat(70), 1),
        ("unicode", "a".repeat(100), 2),
    ] {
        let mut body = sms("447700900000");
        body["text"] = text.into();
        body["sms"] = json!({ "encoding_type": encoding });
        let uuid = client.send("/v1/messages", &body).await;
        let message = emulator.message(&uuid).unwrap().message;
        assert_eq!(message.sms_segments, Some(segments), "{encoding}");
    }
}

#[tokio::test]
async fn a_code_is_that_of_the_state_a_message_is_in() {
    use messages_emulator::Status;

    let (emulator, _receiver) = stepped().await;
    let uuid = Client::basic(&emulator)
        .send("/v1/messages", &sms("447700900000"))
        .await;
    let code = async |status, code| {
        emulator.trigger(&uuid, status, code).await.unwrap();
        let message = emulator.message(&uuid).unwrap().message;
        (message.status, message.code)
    };
    let failed = (Some(Status::Undeliverable), Some(1260));
    assert_eq!(code(Status::Undeliverable, Some(1260)).await, failed);
    let arrived = (Some(Status::Delivered), None);
    assert_eq!(code(Status::Delivered, None).await, arrived);
    // A late state changes nothing.
    assert_eq!(code(Status::Submitted, None).await, arrived);
}
