//! Both sides of every limit of the API documentation.

use messages_types::limits;
use serde_json::{Value, json};

use super::documents::{all, channel_of, named};
use super::{in_workflow, problems, put, workflow_problems};

/// Values at one place of one document: the accepted ones, and the refused ones by rule.
struct Cases {
    document: &'static str,
    at: &'static str,
    accepted: Vec<Value>,
    refused: Vec<(&'static str, Vec<Value>)>,
}

fn at(document: &'static str, at: &'static str) -> Cases {
    Cases {
        document,
        at,
        accepted: Vec::new(),
        refused: Vec::new(),
    }
}

/// Text of `length` characters, the last of which has four bytes.
fn text(length: usize) -> String {
    let mut text = "x".repeat(length.saturating_sub(1));
    text.extend((length > 0).then_some('😀'));
    text
}

fn url(length: usize) -> String {
    format!("https://example.com/{}", text(length - 20))
}

impl Cases {
    fn accepts<T: Into<Value>>(mut self, values: impl IntoIterator<Item = T>) -> Self {
        self.accepted.extend(values.into_iter().map(Into::into));
        self
    }

    fn refuses<T: Into<Value>>(
        mut self,
        rule: &'static str,
        values: impl IntoIterator<Item = T>,
    ) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        self.refused.push((rule, values));
        self
    }

    fn length(self, min: usize, max: usize) -> Self {
        let long = self
            .accepts([text(min), text(max)])
            .refuses("max_length", [text(max + 1), text(max * 2)]);
        if min == 0 {
            long
        } else {
            long.refuses("min_length", [text(min - 1)])
        }
    }

    fn one_of(self, values: &[&str]) -> Self {
        let shouted: Vec<String> = values.iter().map(|value| value.to_uppercase()).collect();
        self.accepts(values.iter().copied())
            .refuses("one_of", ["", "other"])
            .refuses("one_of", shouted)
    }

    fn url(self) -> Self {
        self.accepts([
            "https://example.com/a.jpg",
            "http://example.com",
            "ftp://example.com/a",
        ])
        .refuses(
            "format",
            [
                "",
                "a.jpg",
                "/a.jpg",
                "https://",
                "https:///a",
                "https://a b",
            ],
        )
    }

    fn phone(self) -> Self {
        self.accepts(["4477009", "447700900000", "447700900000999"])
            .refuses("min_length", ["447700"])
            .refuses("max_length", ["4477009000009999"])
            .refuses(
                "format",
                [
                    "",
                    "+447700900000",
                    "00447700900000",
                    "44 7700 900000",
                    "Ann",
                ],
            )
    }

    /// Checks all cases and returns their number.
    fn run(self) -> usize {
        let Self {
            document,
            at,
            accepted,
            refused,
        } = self;
        let mut tried = 0;
        let full = named(document);
        let mut expect = |value: &Value, expected: &[String]| {
            let mut changed = full.clone();
            put(&mut changed, at, Some(value.clone()));
            assert_eq!(problems(&changed), expected, "{document}{at} {value}");
            // The same rules apply to a step of a workflow.
            let expected: Vec<_> = expected
                .iter()
                .map(|it| format!("/workflow/0{it}"))
                .collect();
            assert_eq!(
                workflow_problems(&in_workflow(&changed)),
                expected,
                "{document}{at} {value}"
            );
            tried += 2;
        };
        for value in accepted {
            expect(&value, &[]);
        }
        for (rule, values) in refused {
            for value in values {
                expect(&value, &[format!("{at} {rule}")]);
            }
        }
        tried
    }
}

#[test]
fn both_sides_of_every_limit() {
    const REF: usize = limits::V0_1_CLIENT_REF_MAX;
    const ADDRESS: usize = limits::V0_1_ADDRESS_MAX;
    const CAPTION: usize = limits::CAPTION_MAX;
    let mut cases = vec![
        at("sms_text", "/message/content/text").length(1, limits::V0_1_SMS_TEXT_MAX),
        at("messenger_text", "/message/content/text").length(1, limits::MESSENGER_TEXT_MAX),
        at("viber_service_msg_text", "/message/content/text").length(1, limits::VIBER_TEXT_MAX),
        at("whatsapp_text", "/message/content/text").length(1, limits::V0_1_WHATSAPP_TEXT_MAX),
        at("sms_text", "/to/number").phone(),
        at("mms_image", "/to/number").phone(),
        at("viber_service_msg_text", "/to/number").phone(),
        at("whatsapp_text", "/to/number").phone(),
        at("whatsapp_text", "/from/number").phone(),
        at("messenger_text", "/from/id").length(1, ADDRESS),
        at("messenger_text", "/to/id").length(1, ADDRESS),
        at("viber_service_msg_text", "/from/id").length(1, ADDRESS),
        at("sms_text", "/from/number")
            .length(1, ADDRESS)
            .accepts(["12345", "ACME"])
            .refuses("format", ["+447700900001", "00447700900001"]),
        at("mms_image", "/from/number")
            .accepts([
                "12345".to_owned(),
                "447700900001".to_owned(),
                "1".repeat(ADDRESS),
            ])
            .refuses("max_length", ["1".repeat(ADDRESS + 1)])
            .refuses("min_length", [""])
            .refuses("format", ["ACME", "+447700900001", "123 45"]),
        at("whatsapp_image", "/message/content/image/caption").length(1, CAPTION),
        at("whatsapp_video", "/message/content/video/caption").length(1, CAPTION),
        at("whatsapp_file", "/message/content/file/caption").length(1, CAPTION),
        at("messenger_text", "/message/messenger/category").one_of(&[
            "response",
            "update",
            "message_tag",
        ]),
        at("messenger_text", "/message/messenger/tag")
            .accepts(["ticket_update"])
            .refuses("min_length", [""]),
        at(
            "viber_service_msg_text",
            "/message/viber_service_msg/category",
        )
        .one_of(&["transaction", "promotion"]),
        at("whatsapp_template", "/message/content/template/name").refuses("min_length", [""]),
        at("whatsapp_template", "/message/whatsapp/policy")
            .one_of(&["deterministic"])
            .refuses("one_of", ["fallback"]),
        at("whatsapp_template", "/message/whatsapp/locale")
            .accepts(["en", "en-GB", "en_GB"])
            .refuses("min_length", [""]),
    ];
    for full in all() {
        cases.push(at(full.name, "/client_ref").length(1, REF));
        for (kind, place) in [
            ("image", "/message/content/image/url"),
            ("audio", "/message/content/audio/url"),
            ("video", "/message/content/video/url"),
            ("file", "/message/content/file/url"),
        ] {
            if full.document["message"]["content"]["type"] == kind {
                let mut case = at(full.name, place).url();
                if kind == "image" {
                    let max = limits::V0_1_IMAGE_URL_MAX;
                    case = case
                        .accepts([url(max)])
                        .refuses("max_length", [url(max + 1)]);
                }
                cases.push(case);
            }
        }
    }
    let tried: usize = cases.into_iter().map(Cases::run).sum();
    println!("{tried} values on both sides of the limits");
    assert!(tried > 600, "{tried}");
}

#[test]
fn a_viber_message_lives_three_days_alone_and_one_in_a_workflow() {
    let ttl = "/message/viber_service_msg/ttl";
    for name in [
        "viber_service_msg_text",
        "viber_service_msg_image",
        "viber_service_msg_template",
    ] {
        for (seconds, alone, in_a_workflow) in [
            (json!(0), "range", "range"),
            (json!(29), "range", "range"),
            (json!(30), "", ""),
            (json!(86_400), "", ""),
            (json!(86_401), "", "range"),
            (json!(259_200), "", "range"),
            (json!(259_201), "range", "range"),
            (json!(-1), "range", "range"),
            (json!("600"), "type", "type"),
            (json!(600.5), "type", "type"),
        ] {
            let mut changed = named(name);
            put(&mut changed, ttl, Some(seconds.clone()));
            let expected = |prefix: &str, rule: &str| match rule {
                "" => Vec::new(),
                rule => vec![format!("{prefix}{ttl} {rule}")],
            };
            assert_eq!(problems(&changed), expected("", alone), "{seconds}");
            let found = workflow_problems(&in_workflow(&changed));
            assert_eq!(found, expected("/workflow/0", in_a_workflow), "{seconds}");
        }
    }
}

#[test]
fn a_tag_is_required_by_its_category_only() {
    for (options, found) in [
        (json!({}), None),
        (json!({ "category": "response" }), None),
        (json!({ "category": "update", "tag": "HUMAN_AGENT" }), None),
        (json!({ "tag": "HUMAN_AGENT" }), None),
        (
            json!({ "category": "message_tag" }),
            Some("/message/messenger/tag required"),
        ),
        (
            json!({ "category": "message_tag", "tag": null }),
            Some("/message/messenger/tag required"),
        ),
        (
            json!({ "category": "message_tag", "tag": 5 }),
            Some("/message/messenger/tag type"),
        ),
    ] {
        let mut changed = named("messenger_image");
        changed["message"]["messenger"] = options;
        assert_eq!(problems(&changed), Vec::from_iter(found));
    }
}

#[test]
fn a_locale_is_required_with_a_template_only() {
    let locale = "/message/whatsapp/locale";
    for (options, found) in [
        (None, Some("required")),
        (Some(json!({})), Some("required")),
        (Some(json!({ "policy": "deterministic" })), Some("required")),
        (Some(json!({ "locale": null })), Some("required")),
        (Some(json!({ "locale": 5 })), Some("type")),
        (Some(json!({ "locale": "en" })), None),
    ] {
        let mut changed = named("whatsapp_template");
        put(&mut changed, "/message/whatsapp", options.clone());
        let expected = Vec::from_iter(found.map(|rule| format!("{locale} {rule}")));
        assert_eq!(problems(&changed), expected, "{options:?}");
    }
    let mut text = named("whatsapp_text");
    put(&mut text, "/message/whatsapp", None);
    assert_eq!(problems(&text), [""; 0]);
}

#[test]
fn captions_are_for_whatsapp_and_for_workflows() {
    let mut tried = 0;
    for full in all() {
        let content = &full.document["message"]["content"];
        let kind = content["type"].as_str().unwrap();
        if content[kind].get("url").is_none() {
            continue;
        }
        let place = format!("/message/content/{kind}/caption");
        let mut changed = full.document.clone();
        put(&mut changed, &place, Some(json!("Have a look")));
        let refused = vec![format!("{place} not_allowed")];
        let shown = channel_of(full.name) == "whatsapp" && kind != "audio";
        let alone = if shown { Vec::new() } else { refused };
        assert_eq!(problems(&changed), alone, "{}", full.name);
        let in_a_workflow = if kind == "audio" {
            vec![format!("/workflow/0{place} not_allowed")]
        } else {
            Vec::new()
        };
        assert_eq!(
            workflow_problems(&in_workflow(&changed)),
            in_a_workflow,
            "{}",
            full.name
        );
        tried += 1;
    }
    assert_eq!(tried, 10);
}
