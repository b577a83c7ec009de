//! The control API beyond messages: codes, time, workspaces, the log, metrics.

use std::time::Duration;

use messages_emulator::{Emulator, Query, RateLimit};
use messages_transport::Transport;
use messages_transport::backend::hyper::HyperTransport;
use messages_transport::bytes::Bytes;
use messages_transport::http::{Method, Request};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Client, LIMIT, sms, stepped};

const API: &str = "/emulator/v1";

#[tokio::test]
async fn a_code_and_a_link_are_waited_for_and_read() {
    let (emulator, _receiver) = stepped().await;
    let client = Client::basic(&emulator);
    let waiting = {
        let client = Client::basic(&emulator);
        tokio::spawn(async move {
            client
                .get(&format!("{API}/code?to=447700900000&within=10s"))
                .await
        })
    };
    let mut other = sms("447700900002");
    other["text"] = "Your code is 1111".into();
    client.send("/v1/messages", &other).await;
    let mut plain = sms("447700900000");
    plain["text"] = "See https://example.com/welcome.".into();
    client.send("/v1/messages", &plain).await;
    let uuid = client.send("/v1/messages", &sms("447700900000")).await;
    let (status, found) = waiting.await.unwrap();
    assert_eq!(
        (status, found),
        (200, json!({ "message_uuid": uuid, "code": "4711" }))
    );
    let (_, found) = client.get(&format!("{API}/link?to=447700900000")).await;
    assert_eq!(found["link"], "https://example.com/welcome");

    let (status, missing) = client.get(&format!("{API}/wait?to=1&within=50ms")).await;
    let told = missing["error"].as_str().unwrap();
    assert!(
        status == 404 && told.contains("Your code is 4711"),
        "{told}"
    );
    let (status, _) = client.get(&format!("{API}/wait?within=soon")).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn time_can_be_moved_and_changed_from_outside() {
    let (emulator, receiver) = stepped().await;
    let client = Client::basic(&emulator);
    client.send("/v1/messages", &sms("447700900000")).await;
    let path = format!("{API}/clock");
    let (_, before) = client.get(&path).await;
    assert_eq!(before["stepped"], true);
    let (status, after) = client.post(&path, &json!({ "advance": "1m" })).await;
    assert_eq!((status, after["stepped"].as_bool()), (200, Some(true)));
    assert_ne!(before["now"], after["now"]);
    assert_eq!(
        receiver.statuses(),
        ["submitted", "delivered"],
        "before the answer"
    );
    let (_, fast) = client.post(&path, &json!({ "speed": 1000 })).await;
    assert_eq!(
        (&fast["speed"], &fast["stepped"]),
        (&json!(1000.0), &json!(false))
    );
    client.send("/v1/messages", &sms("447700900000")).await;
    receiver.wait_for(4).await;
    for wrong in [
        json!({ "speed": 0 }),
        json!({ "speed": 60, "stepped": true }),
        json!({ "faster": 1 }),
    ] {
        assert_eq!(client.post(&path, &wrong).await.0, 422, "{wrong}");
    }
}

#[tokio::test]
async fn workspaces_are_opened_from_outside_and_do_not_see_each_other() {
    let (emulator, _receiver) = stepped().await;
    let first = Client::basic(&emulator);
    let wanted = json!({ "api_key": "test-2", "api_secret": "secret-2" });
    let (status, opened) = first.post(&format!("{API}/workspaces"), &wanted).await;
    assert_eq!((status, &opened["api_key"]), (201, &json!("test-2")));
    assert!(opened["signature_secret"].as_str().unwrap().len() >= 32);
    assert_eq!(
        first.post(&format!("{API}/workspaces"), &wanted).await.0,
        409
    );

    // Basic dGVzdC0yOnNlY3JldC0y is test-2:secret-2.
    let second = Client::authorized(emulator.base_url(), "Basic dGVzdC0yOnNlY3JldC0y");
    second.send("/v1/messages", &sms("447700900000")).await;
    let count = async |query: &str| {
        let (status, page) = first.get(&format!("{API}/messages{query}")).await;
        (status, page["messages"].as_array().map(Vec::len))
    };
    assert_eq!(count("").await, (200, Some(0)));
    assert_eq!(count("?workspace=test-2").await, (200, Some(1)));
    assert_eq!(count("?workspace=none").await.0, 404);
    let (_, log) = first.get(&format!("{API}/log?kind=message")).await;
    assert_eq!(log["events"], json!([]));
    assert_eq!(
        emulator
            .workspace("test-2")
            .unwrap()
            .messages(&Query::sent(), 9)
            .len(),
        1
    );
}

/// Reads server-sent events until the text has `wanted`.
pub(crate) async fn stream(emulator: &Emulator, last: Option<u64>, wanted: &str) -> String {
    let authority = emulator.base_url().trim_start_matches("http://");
    let mut stream = TcpStream::connect(authority).await.unwrap();
    let resume = last
        .map(|last| format!("last-event-id: {last}\r\n"))
        .unwrap_or_default();
    let request = format!("GET {API}/events HTTP/1.1\r\nhost: {authority}\r\n{resume}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    let read = async {
        while !text.contains(wanted) {
            let mut part = vec![0; 4_096];
            let read = stream.read(&mut part).await.unwrap();
            assert!(read > 0, "{text}");
            text.push_str(&String::from_utf8_lossy(&part[..read]));
        }
    };
    tokio::time::timeout(LIMIT, read).await.unwrap();
    text
}

#[tokio::test]
async fn a_reader_that_comes_back_misses_nothing() {
    let (emulator, _receiver) = stepped().await;
    let client = Client::basic(&emulator);
    let first = client.send("/v1/messages", &sms("447700900000")).await;
    let second = client.send("/v1/messages", &sms("447700900002")).await;
    let (_, log) = client.get(&format!("{API}/log")).await;
    let events = log["events"].as_array().unwrap();
    let kinds: Vec<_> = events
        .iter()
        .map(|event| event["event"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["message", "request", "message", "request"]);
    let number = events[1]["number"].as_u64().unwrap();

    let told = stream(&emulator, Some(number), &second).await;
    assert!(
        told.starts_with("HTTP/1.1 200") && told.contains("text/event-stream"),
        "{told}"
    );
    assert!(told.contains(&second) && !told.contains(&first), "{told}");
    let (_, one) = client
        .get(&format!("{API}/log?kind=request&message_uuid={second}"))
        .await;
    assert_eq!(one["events"].as_array().unwrap().len(), 1);
    let (_, rest) = client
        .get(&format!("{API}/log?after={number}&limit=1"))
        .await;
    assert_eq!(rest["events"][0]["message_uuid"], Value::from(second));
}

#[tokio::test]
async fn prometheus_and_supervisors_get_what_they_want() {
    let emulator = Emulator::builder()
        .stepped()
        .rate_limit(RateLimit {
            per_second: 1.0,
            burst: Some(2),
        })
        .start()
        .await
        .unwrap();
    let client = Client::basic(&emulator);
    for _ in 0..3 {
        client.post("/v1/messages", &sms("447700900000")).await;
    }
    emulator.advance(Duration::from_secs(60)).await;
    let metrics = client.call(Method::GET, "/metrics", "").await.unwrap();
    let text = String::from_utf8(metrics.body().to_vec()).unwrap();
    for line in [
        "messages_emulator_requests_total{path=\"/v1/messages\",status=\"202\"} 2",
        "messages_emulator_requests_total{path=\"/v1/messages\",status=\"429\"} 1",
        "messages_emulator_messages_total{channel=\"sms\",direction=\"outbound\"} 2",
        "messages_emulator_statuses_total{channel=\"sms\",status=\"delivered\"} 2",
        "messages_emulator_messages 2",
        "messages_emulator_planned 0",
    ] {
        assert!(
            text.lines().any(|one| one == line),
            "{line} is not in\n{text}"
        );
    }
    assert!(
        text.lines()
            .all(|line| line.starts_with('#') || line.starts_with("messages_emulator_"))
    );
    let health = client.call(Method::GET, "/healthz", "").await.unwrap();
    assert_eq!(health.status(), 200);
}

#[test]
fn every_path_of_the_control_api_is_described() {
    let code = include_str!("../../src/http/control/mod.rs");
    let description = include_str!("../../src/http/control/openapi.json");
    let routes = code
        .split(".route(")
        .skip(1)
        .filter_map(|rest| rest.split('"').nth(1));
    let mut count = 0;
    for route in routes {
        let path = format!("\"/emulator/v1{route}\"");
        let is_beside = ["/metrics", "/healthz"].contains(&route);
        assert!(is_beside || description.contains(&path), "{route}");
        count += 1;
    }
    assert!(count >= 18, "{count}");
}

#[tokio::test]
async fn dropping_it_stops_it() {
    let (emulator, _receiver) = stepped().await;
    let authority = emulator.base_url().trim_start_matches("http://").to_owned();
    assert!(TcpStream::connect(&authority).await.is_ok());
    drop(emulator);
    let gone = async {
        while TcpStream::connect(&authority).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(LIMIT, gone)
        .await
        .expect("nothing listens any more");
}

#[tokio::test]
async fn the_log_is_the_last_of_what_has_happened_and_is_paged_from_where_one_was() {
    let (emulator, _receiver) = stepped().await;
    let client = Client::basic(&emulator);
    let mut last = String::new();
    for _ in 0..60 {
        last = client.send("/v1/messages", &sms("447700900000")).await;
    }
    let numbers = async |query: &str| {
        let (_, log) = client.get(&format!("{API}/log{query}")).await;
        let events = log["events"].as_array().unwrap().clone();
        let numbers = events.iter().map(|event| event["number"].as_u64().unwrap());
        (numbers.collect::<Vec<_>>(), events)
    };
    let (shown, events) = numbers("").await;
    assert_eq!(shown, (21..=120).collect::<Vec<_>>());
    assert_eq!(events[99]["message_uuid"], last);
    assert_eq!(numbers("?limit=2").await.0, [119, 120]);
    assert_eq!(numbers("?after=0&limit=2").await.0, [1, 2]);
    assert_eq!(numbers("?after=2&limit=2").await.0, [3, 4]);
}

#[tokio::test]
async fn every_error_of_the_control_api_is_json_and_repeats_nothing() {
    let (emulator, _receiver) = stepped().await;
    let client = Client::basic(&emulator);
    for (method, path, body, status) in [
        (Method::POST, "/rules", "nonsense", 400),
        (Method::POST, "/rules", r#"{"then":"447700900000"}"#, 422),
        (
            Method::POST,
            "/rules",
            r#"{"then":"read","when":{"to":447700900000}}"#,
            422,
        ),
        (Method::GET, "/messages?limit=447700900000x", "", 400),
        (Method::GET, "/conversations/447700900000x", "", 400),
        (Method::GET, "/nothing", "", 404),
        (Method::DELETE, "/clock", "", 405),
    ] {
        let answer = client.call(method, &format!("{API}{path}"), body).await;
        let answer = answer.unwrap();
        assert_eq!(answer.status(), status, "{path}");
        let json: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        let told = json["error"].as_str().unwrap_or_default();
        assert!(!told.is_empty(), "{path}");
        assert!(!told.contains("4477"), "{path}: {told}");
    }
    let plain = Request::post(format!("{}{API}/reset", emulator.base_url()))
        .header("origin", "https://evil.example")
        .body(Bytes::new())
        .unwrap();
    let transport = HyperTransport::builder().build().unwrap();
    let answer = transport.send(plain).await.unwrap();
    let json: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    assert_eq!(
        (answer.status().as_u16(), json["error"].is_string()),
        (403, true)
    );
}

#[tokio::test]
async fn a_path_or_method_that_is_none_is_a_request_like_any_other() {
    let (emulator, _receiver) = stepped().await;
    let client = Client::basic(&emulator);
    for (method, path, status) in [
        (Method::POST, "/v1/nothing", 404),
        (Method::GET, "/v1/messages", 405),
        (Method::POST, "/v1/messages/some-uuid", 405),
    ] {
        let answer = client.call(method, path, "").await.unwrap();
        assert_eq!(answer.status(), status);
        let id = answer
            .headers()
            .get("x-request-id")
            .unwrap()
            .to_str()
            .unwrap();
        let problem: Value = serde_json::from_slice(answer.body()).unwrap();
        assert_eq!(problem["instance"], id);
        let (_, log) = client.get(&format!("{API}/log?kind=request&limit=1")).await;
        let last = &log["events"][0];
        assert_eq!(
            (&last["path"], &last["status"]),
            (&json!(path), &json!(status))
        );
    }
}

#[tokio::test]
async fn the_log_has_bodies_if_they_are_asked_for_and_says_that_there_was_a_reset() {
    let (emulator, _receiver) = stepped().await;
    let client = Client::basic(&emulator);
    let sent = json!({ "channel": "sms" });
    let (status, refused) = client.post("/v1/messages", &sent).await;
    assert_eq!(status, 422);
    let (_, log) = client.get(&format!("{API}/log?kind=request")).await;
    assert_eq!(log["events"][0].get("body"), None);
    let (_, log) = client
        .get(&format!("{API}/log?kind=request&bodies=true"))
        .await;
    for (name, expected) in [("body", sent), ("response_body", refused)] {
        let body = log["events"][0][name].as_str().unwrap();
        assert_eq!(serde_json::from_str::<Value>(body).unwrap(), expected);
    }
    emulator.reset();
    let snapshot = emulator.snapshot();
    emulator.restore(&snapshot).await.unwrap();
    let (_, log) = client.get(&format!("{API}/log?kind=reset")).await;
    assert_eq!(log["events"].as_array().map(Vec::len), Some(2));
}
