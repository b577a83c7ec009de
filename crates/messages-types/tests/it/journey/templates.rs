//! Steps with a template for several channels.

use messages_types::Document;
use messages_types::journey::{Journey, Step};
use serde_json::{Value, json};

use super::{complete, problems, put};

const SEND: &str = "/steps/3/send";

/// Problems of the complete journey with a change of its template step, without the place of that step. A rule that two
/// channels share is named once.
fn changed(place: &str, value: Option<Value>) -> Vec<String> {
    let mut journey = complete();
    put(&mut journey, &format!("{SEND}{place}"), value);
    let mut problems = problems(&journey);
    problems.dedup();
    problems
        .into_iter()
        .map(|problem| problem.strip_prefix(SEND).unwrap().to_owned())
        .collect()
}

#[test]
fn every_alternative_is_a_valid_message() {
    for (place, value, expected) in [
        ("/template", json!("x"), vec!["/template type"]),
        (
            "/template/message_type",
            json!("fax"),
            vec!["/template/message_type one_of"],
        ),
        (
            "/template/text",
            json!(""),
            vec!["/template/text min_length", "/variables/name not_allowed"],
        ),
        (
            "/template/text",
            json!("{{name"),
            vec!["/template/text format"],
        ),
        (
            "/template/to",
            json!("{{name}}"),
            vec!["/template/to not_allowed"],
        ),
        (
            "/template/failover",
            json!([]),
            vec!["/template/failover not_allowed"],
        ),
        ("/template/ttl", json!(10), vec!["/template/ttl range"]),
        ("/to", json!([]), vec!["/to min_items"]),
        ("/to/0/channel", json!("fax"), vec!["/to/0/channel one_of"]),
        ("/to/0/from", json!("A name"), vec!["/to/0/from format"]),
        ("/to/1/to", json!("+44"), vec!["/to/1/to format"]),
        ("/to/1/to", json!(null), vec!["/to/1/to required"]),
        ("/to/1/ttl", json!(5), vec!["/to/1/ttl range"]),
        ("/to/1/to", json!("{{"), vec!["/to/1/to format"]),
        ("/variables", json!([]), vec!["/variables type"]),
        ("/variables/name", json!(5), vec!["/variables/name type"]),
        (
            "/variables/age",
            json!("5"),
            vec!["/variables/age not_allowed"],
        ),
        ("/variables/name", json!(""), vec![]),
        ("/until", json!({}), vec!["/until not_allowed"]),
    ] {
        assert_eq!(
            changed(place, Some(value.clone())),
            expected,
            "{place} {value}"
        );
    }
    assert_eq!(changed("/variables", None), ["/template/text required"]);
    assert_eq!(
        changed("/template/message_type", None),
        ["/template/message_type required"]
    );
}

#[test]
fn a_rule_of_one_channel_names_it() {
    let mut journey = complete();
    put(
        &mut journey,
        &format!("{SEND}/template/text"),
        Some(json!("n".repeat(3_100))),
    );
    put(&mut journey, &format!("{SEND}/variables"), Some(json!({})));
    let error = Journey::from_value(journey).unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(
        source,
        "/steps/3/send/template/text must be at most 3072 characters long (over rcs)"
    );
}

#[test]
fn an_alternative_may_have_variables_and_fields_of_its_own() {
    let mut journey = complete();
    put(
        &mut journey,
        &format!("{SEND}/to/1/to"),
        Some(json!("{{phone}}")),
    );
    put(
        &mut journey,
        &format!("{SEND}/to/1/text"),
        Some(json!("Short")),
    );
    put(
        &mut journey,
        &format!("{SEND}/variables"),
        Some(json!({ "name": "Ada", "phone": "447700900009" })),
    );
    assert_eq!(problems(&journey), [""; 0]);
    let journey = Journey::from_value(journey).unwrap();
    let Step::Send(step) = &journey.steps[3] else {
        panic!("it sends");
    };
    let messages = step.send.messages().unwrap();
    assert_eq!(
        serde_json::to_value(messages).unwrap(),
        json!([
            { "channel": "rcs", "from": "Acme", "to": "447700900000", "message_type": "text", "text": "Hello Ada" },
            { "channel": "sms", "message_type": "text", "from": "447700900001", "to": "447700900009",
                "text": "Short", "ttl": 600 },
        ])
    );
    let channels: Vec<_> = step.send.channels().collect();
    assert_eq!(format!("{channels:?}"), "[Rcs, Sms]");
}

#[test]
fn an_unknown_field_of_a_message_is_listed() {
    let mut journey = complete();
    put(
        &mut journey,
        &format!("{SEND}/template/colour"),
        Some(json!("red")),
    );
    put(
        &mut journey,
        "/steps/0/send/message/colour",
        Some(json!("red")),
    );
    let checked = messages_types::Kind::Journey.check(journey.clone());
    assert!(checked.valid, "{:?}", checked.problems);
    assert_eq!(
        checked.unknown,
        [
            "/steps/0/send/message/colour",
            "/steps/3/send/template/colour"
        ]
    );
    assert_eq!(checked.value, journey);
}
