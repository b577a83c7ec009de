//! The examples of `docs/emulator.md`.

use messages_emulator::{Config, Emulator};
use messages_transport::http::Method;

use crate::support::{Client, sms};

const PAGE: &str = include_str!("../../../../docs/emulator.md");

/// The contents of the page's code blocks of a language.
fn blocks(language: &str) -> impl Iterator<Item = &'static str> {
    let fence = format!("```{language}\n");
    PAGE.split("```\n")
        .filter_map(move |part| Some(part.split_once(&fence)?.1))
}

#[tokio::test]
async fn every_rule_of_the_page_is_accepted_and_every_action_has_one() {
    let emulator = Emulator::builder().stepped().start().await.unwrap();
    let client = Client::basic(&emulator);
    let mut shown = String::new();
    for block in blocks("toml") {
        let config: Config =
            toml::from_str(block).unwrap_or_else(|error| panic!("{block}\n{error}"));
        config
            .check()
            .unwrap_or_else(|error| panic!("{block}\n{error}"));
        for rule in &config.rules {
            let json = serde_json::to_value(rule).unwrap();
            let (status, answer) = client.post("/emulator/v1/rules", &json).await;
            assert_eq!(status, 201, "{json}: {answer}");
            shown.push_str(&json["then"].to_string());
        }
    }
    let (_, description) = client.get("/emulator/v1/openapi.json").await;
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
    let emulator = Emulator::builder().stepped().start().await.unwrap();
    let client = Client::basic(&emulator);
    let uuid = client.send("/v1/messages", &sms("447700900000")).await;
    let mut count = 0;
    for line in blocks("http").flat_map(str::lines) {
        let (request, status) = line.rsplit_once(" -> ").unwrap();
        let (method, rest) = request.split_once(' ').unwrap();
        let (path, body) = rest.split_once(' ').unwrap_or((rest, ""));
        let path = format!("/emulator/v1/{}", path.replace("UUID", &uuid));
        let method: Method = method.parse().unwrap();
        let answer = client.call(method, &path, body).await.unwrap();
        let text = String::from_utf8_lossy(answer.body()).into_owned();
        assert_eq!(answer.status().as_str(), status, "{line}: {text}");
        count += 1;
    }
    assert!(count >= 23, "{count}");
}
