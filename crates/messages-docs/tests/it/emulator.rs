//! The examples of `docs/emulator.md`.

use messages_emulator::{Config, Emulator};
use messages_transport::Transport;
use messages_transport::backend::hyper::HyperTransport;
use messages_transport::http::{Method, Request};
use serde_json::{Value, json};

const PAGE: &str = include_str!("../../../../docs/emulator.md");

/// The contents of the page's code blocks of a language.
fn blocks(language: &str) -> impl Iterator<Item = &'static str> {
    let fence = format!("```{language}\n");
    PAGE.split("```\n")
        .filter_map(move |part| Some(part.split_once(&fence)?.1))
}

struct Client {
    emulator: Emulator,
    transport: HyperTransport,
}

impl Client {
    async fn start() -> Self {
        Self {
            emulator: Emulator::builder().stepped().start().await.unwrap(),
            transport: HyperTransport::builder().build().unwrap(),
        }
    }

    async fn call(&self, method: Method, path: &str, body: &str) -> (u16, String) {
        let basic = self.emulator.credentials().basic().unwrap();
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.emulator.base_url()))
            .header("content-type", "application/json")
            .header("authorization", basic.header_value())
            .body(body.to_owned().into())
            .unwrap();
        let response = self.transport.send(request).await.unwrap();
        let text = String::from_utf8_lossy(response.body()).into_owned();
        (response.status().as_u16(), text)
    }
}

#[tokio::test]
async fn every_rule_of_the_page_is_accepted_and_every_action_has_one() {
    let client = Client::start().await;
    let mut shown = String::new();
    for block in blocks("toml") {
        let config: Config =
            toml::from_str(block).unwrap_or_else(|error| panic!("{block}\n{error}"));
        config
            .check()
            .unwrap_or_else(|error| panic!("{block}\n{error}"));
        for rule in &config.rules {
            let json = serde_json::to_value(rule).unwrap();
            let body = json.to_string();
            let (status, text) = client.call(Method::POST, "/emulator/v1/rules", &body).await;
            assert_eq!(status, 201, "{json}: {text}");
            shown.push_str(&json["then"].to_string());
        }
    }
    let (_, description) = client
        .call(Method::GET, "/emulator/v1/openapi.json", "")
        .await;
    let description: Value = serde_json::from_str(&description).unwrap();
    let mut count = 0;
    for form in description["components"]["schemas"]["Action"]["oneOf"]
        .as_array()
        .unwrap()
    {
        let names = form["enum"].as_array().cloned().unwrap_or_else(|| {
            let properties = form["properties"].as_object().unwrap();
            properties.keys().map(|name| name.as_str().into()).collect()
        });
        for name in names {
            count += 1;
            assert!(shown.contains(&name.to_string()), "{name} has no example");
        }
    }
    assert!(count >= 22, "{count}");
}

#[tokio::test]
async fn every_request_of_the_page_has_its_response() {
    let client = Client::start().await;
    let sms = json!({
        "channel": "sms", "message_type": "text", "from": "447700900001", "to": "447700900000", "text": "Your code is 4711"
    });
    let (_, accepted) = client
        .call(Method::POST, "/v1/messages", &sms.to_string())
        .await;
    let accepted: Value = serde_json::from_str(&accepted).unwrap();
    let uuid = accepted["message_uuid"].as_str().unwrap();
    let mut count = 0;
    for line in blocks("http").flat_map(str::lines) {
        let (request, status) = line.rsplit_once(" -> ").unwrap();
        let (method, rest) = request.split_once(' ').unwrap();
        let (path, body) = rest.split_once(' ').unwrap_or((rest, ""));
        let path = format!("/emulator/v1/{}", path.replace("UUID", uuid));
        let method: Method = method.parse().unwrap();
        let (actual, text) = client.call(method, &path, body).await;
        assert_eq!(actual.to_string(), status, "{line}: {text}");
        count += 1;
    }
    assert!(count >= 23, "{count}");
}

#[test]
fn every_path_of_the_control_api_is_documented() {
    let code = include_str!("../../../messages-emulator/src/http/control/mod.rs");
    let routes = code
        .split(".route(")
        .skip(1)
        .filter_map(|rest| rest.split('"').nth(1));
    let mut count = 0;
    for route in routes {
        let name = route.trim_start_matches('/');
        let documented = [
            format!("`GET {name}"),
            format!("`POST {name}"),
            format!("`PUT {name}"),
            format!("`DELETE {name}"),
            format!("`/{name}`"),
        ];
        assert!(documented.iter().any(|text| PAGE.contains(text)), "{route}");
        count += 1;
    }
    assert!(count >= 18, "{count}");
}
