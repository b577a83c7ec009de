//! Equivalent JSON, in other bytes or from other sources, is decoded equally.

use messages_types::v1::Message;
use messages_types::{DecodeError, Document, NumberOrString, WebhookEvent, repair_json};
use serde_json::{Deserializer, Value, json};

use crate::fixtures;

/// Decodes `text` in all ways, and checks that `serde_json` would decode the same.
fn read(text: &str) -> WebhookEvent {
    let event = WebhookEvent::from_slice(text.as_bytes()).unwrap();
    let value: Value = serde_json::from_str(text).unwrap();
    let written: Value = serde_json::from_slice(&event.to_vec()).unwrap();
    assert_eq!(written, value, "{text}");

    // Of these, only the first can borrow from the text.
    let mut borrowing = Deserializer::from_str(text);
    let borrowed: WebhookEvent = serde::Deserialize::deserialize(&mut borrowing).unwrap();
    assert!(borrowed == event, "{text}");
    let copied: WebhookEvent = serde_json::from_reader(text.as_bytes()).unwrap();
    assert!(copied == event, "{text}");
    let from_value: WebhookEvent = serde_json::from_value(value.clone()).unwrap();
    assert!(from_value == event, "{text}");
    assert!(WebhookEvent::from(value) == event, "{text}");
    event
}

#[test]
fn every_way_in_reads_the_same() {
    for fixture in fixtures::received() {
        read(&fixture.value().to_string());
    }
    for text in [
        "null",
        "true",
        "-1",
        "18446744073709551615",
        "-9223372036854775808",
        "18446744073709551616",
        "0.1",
        "1e300",
        "-0.0",
        r#""é\n\u00e9\ud83d\ude00""#,
        r#"[1, [2, {"a": [], "b": {}}], "c"]"#,
    ] {
        read(text);
        read(&format!(
            r#"{{"message_uuid": "u", "status": "read", "more": {text}}}"#
        ));
    }
}

#[test]
fn names_and_values_may_be_escaped() {
    let plain = r#"{"message_uuid": "u", "channel": "sms", "from": "1", "to": "2",
        "timestamp": "t", "message_type": "text", "text": "Hi", "usage": {"price": "0.1"}}"#;
    let escaped = r#"{"message\u005fuuid": "\u0075", "ch\u0061nnel": "\u0073ms", "from": "\u0031",
        "to": "2", "timestamp": "\u0074", "message_type": "te\u0078t", "te\u0078t": "\u0048i",
        "us\u0061ge": {"pr\u0069ce": "\u0030.1"}}"#;
    let event = read(plain);
    assert!(matches!(event, WebhookEvent::V1Inbound(_)));
    assert!(event == read(escaped));
}

#[test]
fn of_a_repeated_member_the_last_one_counts() {
    const REST: &str = r#""message_uuid": "u", "channel": "sms", "from": "1", "timestamp": "t""#;
    for (repeated, plain) in [
        // Fields of the type, with a valid last value and with an invalid one.
        (
            r#""to": "1", "to": "2", "text": "a""#,
            r#""to": "2", "text": "a""#,
        ),
        (
            r#""to": "2", "text": "a", "client_ref": 1, "client_ref": "c""#,
            r#""to": "2", "text": "a", "client_ref": "c""#,
        ),
        (
            r#""to": "2", "text": "a", "client_ref": "c", "client_ref": null"#,
            r#""to": "2", "text": "a", "client_ref": null"#,
        ),
        // Fields of its flattened content.
        (
            r#""to": "2", "text": 1, "message_type": "image", "text": "a", "message_type": "text""#,
            r#""to": "2", "text": "a", "message_type": "text""#,
        ),
        (
            r#""to": "2", "text": "a", "message_type": "text", "text": 1"#,
            r#""to": "2", "text": 1, "message_type": "text""#,
        ),
        // Unknown fields.
        (
            r#""to": "2", "text": "a", "more": {"b": 1, "b": 2}, "more": {"c": 1, "c": 2}"#,
            r#""to": "2", "text": "a", "more": {"c": 2}"#,
        ),
    ] {
        let repeated = read(&format!("{{{REST}, {repeated}}}"));
        assert!(matches!(repeated, WebhookEvent::V1Inbound(_)));
        assert!(repeated == read(&format!("{{{REST}, {plain}}}")), "{plain}");
    }
    // A refused field is reported once, in alphabetical order.
    let refused = Message::from_slice(
        br#"{"channel": "sms", "message_type": "text", "from": "447700900001", "video": 1,
            "to": "447700900000", "text": "Hi", "image": 1, "video": 2, "image": 2}"#,
    );
    let Err(DecodeError::Problems(problems)) = refused else {
        panic!("{refused:?}")
    };
    let pointers: Vec<_> = problems.iter().map(|problem| problem.pointer()).collect();
    assert_eq!(pointers, ["/image", "/video"]);
}

#[test]
fn a_name_of_serde_json_means_what_it_means_there() {
    // If a feature of `serde_json` is enabled, possibly by any crate in the graph, numbers and raw
    // JSON have such a name: see `wire::json`. An object that only resembles one is then not
    // JSON to `serde_json` either.
    for name in ["Number", "RawValue", "other"] {
        let name = format!("$serde_json::private::{name}");
        let alone = json!({ name.as_str(): "1", "more": 2 }).to_string();
        let inside = json!({ "message_uuid": "u", "status": "read", "more": { name: "1" } });
        for text in [alone, inside.to_string()] {
            if serde_json::from_str::<Value>(&text).is_ok() {
                read(&text);
            } else {
                assert!(WebhookEvent::from_slice(text.as_bytes()).is_err(), "{text}");
            }
        }
    }
}

#[test]
fn numbers_keep_their_digits_as_far_as_serde_json_does() {
    // Exact in every build: integers of 64 bits.
    for exact in [
        "7615917337495251231",
        "-9223372036854775808",
        "18446744073709551615",
        "0.1",
    ] {
        let event = read(&format!(
            r#"{{"message_uuid": "u", "status": "read", "id": {exact}}}"#
        ));
        assert!(String::from_utf8(event.to_vec()).unwrap().contains(exact));
    }
    // Exact if a crate of the build enables `arbitrary_precision`, else rounded to an `f64`.
    let is_exact = serde_json::from_str::<Value>("1e400").is_ok();
    for long in ["0.12345678901234567891", "12345678901234567890123"] {
        let event = read(&format!(
            r#"{{"message_uuid": "u", "status": "read", "usage": {{"price": {long}}}}}"#
        ));
        assert_eq!(
            String::from_utf8(event.to_vec()).unwrap().contains(long),
            is_exact
        );
    }
    // Otherwise the parser would refuse the whole webhook.
    for large in ["1e400", "-1E+400"] {
        let text =
            format!(r#"{{"message_uuid": "u", "status": "read", "usage": {{"price": {large}}}}}"#);
        let WebhookEvent::V1Status(status) = WebhookEvent::from_slice(text.as_bytes()).unwrap()
        else {
            panic!("{text}")
        };
        let price = status.usage.unwrap().price.unwrap();
        assert_eq!(
            price.text().to_lowercase().replace("+", ""),
            large.to_lowercase().replace("+", "")
        );
        assert_eq!(price.to_f64(), None);
        assert_eq!(matches!(price, NumberOrString::Text(_)), !is_exact);
    }
}

#[test]
fn repaired_json_differs_in_what_was_refused_only() {
    for (json, repaired) in [
        (
            r#"[1e400, -1e400, 1e40, "1e400", "\"1e400"]"#,
            r#"["1e400", "-1e400", 1e40, "1e400", "\"1e400"]"#,
        ),
        (r#"1e400"#, r#""1e400""#),
        (
            r#"{"\ud83d": "\udc00\ud83d\ude00"}"#,
            r#"{"\ufffd": "\ufffd\ud83d\ude00"}"#,
        ),
        (r#""\ud83d\ud83d""#, r#""\ufffd\ufffd""#),
    ] {
        assert_eq!(repair_json(json).as_deref(), Some(repaired));
    }
    for intact in [
        "",
        "\"",
        "\\",
        "\"\\",
        "é\\é",
        "\"\\\\ud83d\"",
        "[1, 2.5e3]",
        r#""\ud8"#,
        r#""\u+d8d""#,
    ] {
        assert_eq!(repair_json(intact), None, "{intact}");
    }
}

#[test]
fn an_object_of_very_many_members_takes_time_in_proportion() {
    // If every field were looked up among the others, this would take minutes.
    use std::fmt::Write as _;
    use std::time::{Duration, Instant};

    let mut text =
        String::from(r#"{"message_uuid": "u", "channel": "sms", "from": "1", "to": "2""#);
    for number in 0..200_000 {
        write!(text, r#", "{number}": {number}, "to": "{number}""#).unwrap();
    }
    text.push_str(r#", "timestamp": "t", "text": "Hi"}"#);
    let begun = Instant::now();
    let event = WebhookEvent::from_slice(text.as_bytes()).unwrap();
    // This takes a second at most.
    assert!(begun.elapsed() < Duration::from_secs(30));
    let WebhookEvent::V1Inbound(inbound) = event else {
        panic!("{event:?}")
    };
    assert_eq!(inbound.to.as_deref(), Some("199999"));
    assert_eq!(inbound.extra.len(), 200_000);
}
