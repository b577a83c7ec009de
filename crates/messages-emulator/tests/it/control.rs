//! The control API and the inbox, over HTTP.

use messages_transport::http::Method;
use serde_json::json;

use crate::support::{Client, sms, stepped};

const API: &str = "/emulator/v1";

#[tokio::test]
async fn messages_are_listed_searched_and_shown_whole() {
    let (emulator, _receiver) = stepped().await;
    let client = Client::basic(&emulator);
    let uuid = client.send("/v1/messages", &sms("447700900000")).await;
    client.send("/v1/messages", &sms("447700900002")).await;
    emulator.advance(std::time::Duration::from_secs(60)).await;

    let (status, all) = client.get(&format!("{API}/messages")).await;
    assert_eq!(
        (status, all["messages"].as_array().unwrap().len()),
        (200, 2)
    );
    let (_, found) = client.get(&format!("{API}/messages?to=447700900000")).await;
    assert_eq!(found["messages"][0]["message_uuid"], uuid);
    assert_eq!(found["messages"].as_array().unwrap().len(), 1);

    let (status, detail) = client.get(&format!("{API}/messages/{uuid}")).await;
    assert_eq!(status, 200);
    assert_eq!(detail["request"]["path"], "/v1/messages");
    assert_eq!(detail["webhooks"].as_array().unwrap().len(), 2);
    assert_eq!(client.get(&format!("{API}/messages/none")).await.0, 404);
    assert_eq!(
        client
            .get(&format!("{API}/wait?to=447700900002&within=1"))
            .await
            .0,
        200
    );
    assert_eq!(
        client.get(&format!("{API}/wait?to=1&within=0.1")).await.0,
        404
    );
}

#[tokio::test]
async fn a_person_answers_and_a_status_is_triggered() {
    let (emulator, receiver) = stepped().await;
    let client = Client::basic(&emulator);
    let hello = json!({ "channel": "messenger", "message_type": "text", "from": "user", "to": "page", "text": "Hello" });
    let (status, posted) = client.post(&format!("{API}/inbound"), &hello).await;
    assert_eq!(status, 200, "{posted}");
    assert_eq!(posted["webhook"]["answer"], 200);
    assert_eq!(posted["body"]["text"], "Hello");
    assert_eq!(receiver.all().last().unwrap().json["text"], "Hello");
    assert_eq!(
        client.post(&format!("{API}/inbound"), &json!({})).await.0,
        422
    );

    let uuid = client.send("/v1/messages", &sms("447700900000")).await;
    let change = json!({ "status": "rejected", "code": 1050 });
    let path = format!("{API}/messages/{uuid}/status");
    let (status, posted) = client.post(&path, &change).await;
    assert_eq!(status, 200, "{posted}");
    assert_eq!(posted["body"]["error"]["title"], "1050");
}

#[tokio::test]
async fn conversations_count_what_was_not_seen() {
    let (emulator, _receiver) = stepped().await;
    let client = Client::basic(&emulator);
    client.send("/v1/messages", &sms("447700900000")).await;
    client.send("/v1/messages", &sms("447700900000")).await;
    let (_, page) = client.get(&format!("{API}/conversations")).await;
    assert_eq!(page["total"], 1);
    assert_eq!(page["conversations"][0]["unread"], 2);
    let id = &page["conversations"][0]["id"];
    let seen = format!("{API}/conversations/{id}/seen");
    assert_eq!(client.post(&seen, &json!({})).await.0, 204);
    let (_, page) = client.get(&format!("{API}/conversations")).await;
    assert_eq!(page["conversations"][0]["unread"], 0);
}

#[tokio::test]
async fn rules_come_and_go() {
    let (emulator, _receiver) = stepped().await;
    let client = Client::basic(&emulator);
    let rule = json!({ "when": { "to": "447700900000" }, "then": { "reject": { "code": 1050 } } });
    assert_eq!(client.post(&format!("{API}/rules"), &rule).await.0, 201);
    let (_, rules) = client.get(&format!("{API}/rules")).await;
    assert_eq!(rules["rules"][0]["then"]["reject"]["code"], 1050);
    let path = format!("{API}/rules");
    client.call(Method::DELETE, &path, "").await.unwrap();
    assert_eq!(client.get(&path).await.1["rules"], json!([]));
}

#[tokio::test]
async fn the_page_lets_nothing_in_from_elsewhere() {
    let (emulator, _receiver) = stepped().await;
    let client = Client::basic(&emulator);
    for path in ["/inbox/", "/inbox/app.js", "/inbox/style.css"] {
        let answer = client.call(Method::GET, path, "").await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{path}");
        let policy = answer.headers()["content-security-policy"]
            .to_str()
            .unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    }
    let script = include_str!("../../src/inbox/app.js");
    for markup in [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
    ] {
        assert!(!script.contains(markup), "{markup}");
    }
}
