//! The control API and the inbox, over HTTP.

use std::time::Duration;

use messages_emulator::{Emulator, Query};
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
    emulator.advance(Duration::from_secs(60)).await;

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
    assert_eq!(page["unread"], 2);
    let id = &page["conversations"][0]["id"];
    let seen = format!("{API}/conversations/{id}/seen");
    assert_eq!(client.post(&seen, &json!({})).await.0, 204);
    let (_, page) = client.get(&format!("{API}/conversations")).await;
    assert_eq!(page["conversations"][0]["unread"], 0);
    assert_eq!(page["unread"], 0);
}

#[tokio::test]
async fn conversations_are_paged_and_filtered_by_their_messages() {
    let (emulator, _receiver) = stepped().await;
    let client = Client::basic(&emulator);
    for number in 0..5 {
        let to = format!("44770090000{number}");
        client.send("/v1/messages", &sms(&to)).await;
    }
    let hello = json!({ "channel": "messenger", "message_type": "text", "from": "user", "to": "page", "text": "Hello" });
    client.post(&format!("{API}/inbound"), &hello).await;
    let list = async |query: &str| {
        let (_, page) = client
            .get(&format!("{API}/conversations?limit=2&{query}"))
            .await;
        let shown = page["conversations"].as_array().unwrap().iter();
        let persons: Vec<String> = shown
            .map(|one| one["person"].as_str().unwrap().to_owned())
            .collect();
        (page["total"].as_u64().unwrap(), persons.join(" "))
    };
    let expect = |total, persons: &str| (total, persons.to_owned());
    assert_eq!(list("offset=0").await, expect(6, "user 447700900004"));
    assert_eq!(
        list("offset=3").await,
        expect(6, "447700900002 447700900001")
    );
    assert_eq!(list("offset=9").await, expect(6, ""));
    assert_eq!(
        list("channel=sms&offset=1").await,
        expect(5, "447700900003 447700900002")
    );
    assert_eq!(list("q=hell").await, expect(1, "user"));
    let (_, page) = client
        .get(&format!("{API}/conversations?q=447700900003"))
        .await;
    let found = &page["conversations"][0];
    let before = found["last"]["id"].as_u64().unwrap();
    assert_eq!(
        list(&format!("before={before}")).await,
        expect(3, "447700900002 447700900001")
    );
    let one = format!("{API}/conversations/{}", found["id"]);
    assert_eq!(client.get(&one).await.1["person"], "447700900003");
    assert_eq!(client.get(&format!("{API}/conversations/77")).await.0, 404);
    let conversation = &found["id"];
    let messages = format!("{API}/messages?conversation={conversation}");
    let (_, all) = client.get(&messages).await;
    assert_eq!(all["messages"].as_array().unwrap().len(), 1);
    let (_, none) = client.get(&format!("{messages}&older_than={before}")).await;
    assert_eq!(none["messages"], json!([]));
    emulator.advance(Duration::from_secs(60)).await;
    let (_, page) = client
        .get(&format!("{API}/conversations?status=read"))
        .await;
    assert_eq!(page["total"], 0);
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
    let page = client.call(Method::GET, "/inbox/", "").await.unwrap();
    let header = |name: &str| page.headers()[name].to_str().unwrap();
    let policy = header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    for part in [
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(!page.headers().contains_key("access-control-allow-origin"));
    let nonce = policy
        .split("script-src 'nonce-")
        .nth(1)
        .and_then(|rest| rest.split('\'').next())
        .unwrap();
    let again = client.call(Method::GET, "/inbox/", "").await.unwrap();
    let policy = again.headers()["content-security-policy"].to_str().unwrap();
    assert!(!policy.contains(nonce), "a nonce is for one answer only");

    // Everything that the page names is there, and all of it carries the nonce.
    let html = std::str::from_utf8(page.body()).unwrap();
    let mut count = 0;
    for line in html.lines().filter(|line| line.contains("\"/inbox/")) {
        let path = line
            .split('"')
            .find(|part| part.starts_with("/inbox/"))
            .unwrap();
        assert!(line.contains(&format!("nonce=\"{nonce}\"")), "{line}");
        let asset = client.call(Method::GET, path, "").await.unwrap();
        assert_eq!(asset.status().as_u16(), 200, "{path}");
        assert_eq!(asset.headers()["x-content-type-options"], "nosniff");
        count += 1;
    }
    assert!(count > 20, "{count}");
    let unknown = client.call(Method::GET, "/inbox/script/none.js", "").await;
    assert_eq!(unknown.unwrap().status().as_u16(), 404);
}

#[tokio::test]
async fn a_triggered_status_waits_for_no_webhook_that_does_not_go_out_now() {
    use messages_emulator::{Action, Rule, WebhookFault};

    for fault in [
        WebhookFault::Dropped,
        WebhookFault::Late { ms: 60_000 },
        WebhookFault::Reordered,
    ] {
        let (emulator, receiver) = stepped().await;
        emulator.add_rule(Rule::always(Action::Webhooks(fault)));
        let client = Client::basic(&emulator);
        let uuid = client.send("/v1/messages", &sms("447700900000")).await;
        let path = format!("{API}/messages/{uuid}/status");
        let body = json!({ "status": "delivered" });
        let answered = client.post(&path, &body);
        let answered = tokio::time::timeout(crate::support::LIMIT, answered).await;
        let (status, posted) = answered.unwrap_or_else(|_| panic!("no answer: {fault:?}"));
        assert_eq!((status, posted.get("webhook")), (200, None), "{fault:?}");
        assert_eq!(receiver.all().len(), 0);
    }
}

#[tokio::test]
async fn a_triggered_status_is_answered_with_its_own_webhook() {
    let (emulator, _receiver) = stepped().await;
    let client = Client::basic(&emulator);
    let workflow =
        json!({ "template": "failover", "workflow": [crate::support::v0_1_sms("447700900000")] });
    assert_eq!(client.post("/v0.1/dispatch", &workflow).await.0, 202);
    let message = &emulator.messages(&Query::sent(), 1)[0];
    let path = format!("{API}/messages/{}/status", message.message_uuid);
    let (_, posted) = client.post(&path, &json!({ "status": "delivered" })).await;
    assert_eq!(posted["webhook"]["status"], "delivered", "not the report");
}

#[tokio::test]
async fn every_request_of_the_description_exists() {
    let emulator = Emulator::builder().stepped().start().await.unwrap();
    let client = Client::basic(&emulator);
    let (status, description) = client.get("/emulator/v1/openapi.json").await;
    assert_eq!((status, &description["openapi"]), (200, &json!("3.1.0")));
    let paths = description["paths"].as_object().unwrap();
    assert!(paths.len() >= 20, "{}", paths.len());
    for (template, operations) in paths {
        let path = template
            .replace("{uuid}", "a")
            .replace("{id}", "1")
            .replace("{api_key}", "b");
        for (name, operation) in operations.as_object().unwrap() {
            if operation["operationId"] == "streamEvents" {
                // It does not end.
                continue;
            }
            let method: Method = name.to_uppercase().parse().unwrap();
            let url = format!("{path}?within=0s");
            let answer = client.call(method, &url, "").await.unwrap();
            let text = String::from_utf8_lossy(answer.body()).into_owned();
            assert!(!text.contains("no such path"), "{name} {path}: {text}");
            let status = answer.status().as_u16().to_string();
            let is_described = operation["responses"].get(&status).is_some();
            assert!(is_described, "{name} {path}: {status} {text}");
        }
    }
}

#[tokio::test]
async fn a_workspace_can_be_closed_but_not_the_first_one() {
    let (emulator, receiver) = stepped().await;
    let client = Client::basic(&emulator);
    let open = json!({ "api_key": "second", "api_secret": "the-second-secret" });
    assert_eq!(client.post("/emulator/v1/workspaces", &open).await.0, 201);
    let second = emulator.workspace("second").unwrap();
    let theirs = Client::with(emulator.base_url(), second.credentials());
    theirs.send("/v1/messages", &sms("447700900000")).await;

    let delete = async |path: &str| {
        let path = format!("/emulator/v1/workspaces/{path}");
        let answer = client.call(Method::DELETE, &path, "").await.unwrap();
        answer.status().as_u16()
    };
    assert_eq!(delete("emulator").await, 409);
    assert_eq!(delete("third").await, 404);
    assert_eq!(delete("second").await, 204);
    assert_eq!(delete("second").await, 404);

    // Nothing of it happens any more, and its credentials and its handle are void.
    emulator.advance(Duration::from_secs(60)).await;
    assert!(receiver.all().is_empty());
    assert_eq!(
        theirs.post("/v1/messages", &sms("447700900000")).await.0,
        401
    );
    assert_eq!(
        client.get("/emulator/v1/messages?workspace=second").await.0,
        404
    );
    assert!(emulator.workspace("second").is_none());
    assert!(second.messages(&Query::default(), 9).is_empty());

    // One that is opened with the same key begins anew.
    assert_eq!(client.post("/emulator/v1/workspaces", &open).await.0, 201);
    let again = emulator.workspace("second").unwrap();
    assert!(again.messages(&Query::default(), 9).is_empty());
    assert!(emulator.close_workspace("second") && !emulator.close_workspace("emulator"));
}

#[cfg(feature = "persistence")]
#[tokio::test]
async fn a_closed_workspace_is_gone_from_the_file_and_the_others_stay_theirs() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("data.db");
    let start = async || {
        Emulator::builder()
            .stepped()
            .data(&file)
            .start()
            .await
            .unwrap()
    };
    let emulator = start().await;
    for key in ["one", "two", "three"] {
        let body = json!({ "api_key": key, "api_secret": "a-secret" });
        Client::basic(&emulator)
            .post("/emulator/v1/workspaces", &body)
            .await;
        let workspace = emulator.workspace(key).unwrap();
        let client = Client::with(emulator.base_url(), workspace.credentials());
        client
            .send("/v1/messages", &sms(&format!("44770090000{}", key.len())))
            .await;
    }
    assert!(emulator.close_workspace("one"));
    drop(emulator);

    let emulator = start().await;
    assert!(emulator.workspace("one").is_none());
    for key in ["two", "three"] {
        let messages = emulator
            .workspace(key)
            .unwrap()
            .messages(&Query::default(), 9);
        assert_eq!(messages.len(), 1, "{key}");
        assert!(messages[0].to.ends_with(&key.len().to_string()), "{key}");
    }
    drop(emulator);
    let connection = rusqlite::Connection::open(&file).unwrap();
    for table in ["workspace", "message"] {
        let sql = format!("SELECT count(*) FROM {table}");
        let count: i64 = connection.query_row(&sql, [], |row| row.get(0)).unwrap();
        assert_eq!(count, if table == "workspace" { 3 } else { 2 }, "{table}");
    }
}
