//! Invariants of every field of every kind of message.

use serde_json::{Value, json};

use super::documents::{ADDRESSES, ENVELOPE, FREE, Full, all, channel_of};
use super::{in_workflow, problems, put, workflow_problems};

/// The pointers of all values in `value`, except below an object that is passed on unchanged.
fn pointers(value: &Value) -> Vec<String> {
    fn walk(value: &Value, at: &str, out: &mut Vec<String>) {
        if !at.is_empty() {
            out.push(at.to_owned());
        }
        if at == FREE {
            return;
        }
        match value {
            Value::Object(members) => members
                .iter()
                .for_each(|(key, value)| walk(value, &format!("{at}/{key}"), out)),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .for_each(|(index, value)| walk(value, &format!("{at}/{index}"), out)),
            _ => {}
        }
    }
    let mut out = Vec::new();
    walk(value, "", &mut out);
    out
}

fn is_item(pointer: &str) -> bool {
    let key = pointer.rsplit('/').next();
    key.is_some_and(|key| key.parse::<usize>().is_ok())
}

#[test]
fn the_full_documents_are_accepted_alone_and_in_a_workflow() {
    for Full { name, document, .. } in all() {
        assert_eq!(problems(&document), [""; 0], "{name}");
        assert_eq!(
            workflow_problems(&in_workflow(&document)),
            [""; 0],
            "{name}"
        );
    }
}

#[test]
fn a_member_is_required_or_may_be_absent_or_null() {
    let (mut required, mut optional) = (0, 0);
    for Full {
        name,
        document,
        required: needed,
    } in all()
    {
        for pointer in pointers(&document).iter().filter(|at| !is_item(at)) {
            let at = pointer.as_str();
            let expected = match at {
                // Without the category the tag is not required, and without options neither is.
                "/message/messenger" | "/message/messenger/category" => None,
                "/message/whatsapp" if name == "whatsapp_template" => {
                    Some("/message/whatsapp/locale required".to_owned())
                }
                _ if [needed, ENVELOPE, ADDRESSES]
                    .iter()
                    .any(|list| list.contains(&at)) =>
                {
                    Some(format!("{at} required"))
                }
                _ => None,
            };
            for value in [None, Some(Value::Null)] {
                let mut changed = document.clone();
                put(&mut changed, pointer, value);
                assert_eq!(
                    problems(&changed),
                    Vec::from_iter(expected.clone()),
                    "{name}{at}"
                );
                let in_a_workflow = expected.iter().map(|it| format!("/workflow/0{it}"));
                assert_eq!(
                    workflow_problems(&in_workflow(&changed)),
                    Vec::from_iter(in_a_workflow),
                    "{name}{at}"
                );
            }
            if expected.is_some() {
                required += 1;
            } else {
                optional += 1;
            }
        }
    }
    println!("{required} required members, {optional} optional ones");
    assert!(required > 190 && optional > 35, "{required} {optional}");
}

#[test]
fn a_value_of_another_json_type_is_refused_where_it_stands() {
    let mut tried = 0;
    for Full { name, document, .. } in all() {
        for pointer in pointers(&document) {
            let here = document.pointer(&pointer).unwrap();
            let is_parameter = pointer.contains("/parameters/") && is_item(&pointer);
            for other in [
                json!("x"),
                json!(5),
                json!(1.5),
                json!(true),
                json!([1]),
                json!({ "a": 1 }),
            ] {
                let same = match here {
                    Value::String(_) => other.is_string(),
                    Value::Number(_) => other.is_u64(),
                    Value::Array(_) => other.is_array(),
                    Value::Object(_) => other.is_object(),
                    Value::Bool(_) | Value::Null => unreachable!(),
                };
                if same || is_parameter && (other.is_string() || other.is_object()) {
                    continue;
                }
                let mut changed = document.clone();
                put(&mut changed, &pointer, Some(other.clone()));
                let expected = [format!("{pointer} type")];
                assert_eq!(problems(&changed), expected, "{name}{pointer} {other}");
                tried += 1;
            }
        }
    }
    println!("{tried} values of another type refused");
    assert!(tried > 1_000, "{tried}");
}

#[test]
fn a_channel_takes_its_own_types_only() {
    let documents = all();
    let mut refused = 0;
    for own in &documents {
        let channel = channel_of(own.name);
        for foreign in &documents {
            let content = &foreign.document["message"]["content"];
            let kind = content["type"].as_str().unwrap();
            let has = |full: &Full| {
                channel_of(full.name) == channel
                    && full.document["message"]["content"]["type"] == kind
            };
            if documents.iter().any(has) {
                continue;
            }
            let mut changed = own.document.clone();
            changed["message"]["content"] = content.clone();
            let found = problems(&changed);
            assert!(
                found.contains(&"/message/content/type one_of".to_owned()),
                "{channel} {kind}: {found:?}"
            );
            refused += 1;
        }
    }
    println!("{refused} pairs of channel and type refused");
    assert!(refused > 30, "{refused}");
}

#[test]
fn two_contents_in_one_message_are_refused() {
    let kinds = [
        "audio", "custom", "file", "image", "template", "text", "video",
    ];
    for Full { name, document, .. } in all() {
        let own = document["message"]["content"]["type"].as_str().unwrap();
        for kind in kinds.iter().filter(|kind| **kind != own) {
            let place = format!("/message/content/{kind}");
            let mut changed = document.clone();
            put(
                &mut changed,
                &place,
                Some(json!({ "url": "https://example.com/a" })),
            );
            assert_eq!(
                problems(&changed),
                [format!("{place} not_allowed")],
                "{name}"
            );
        }
    }
}

#[test]
fn both_sides_are_of_one_channel() {
    let documents = all();
    let channels = ["sms", "mms", "whatsapp", "viber_service_msg", "messenger"];
    for Full { name, document, .. } in &documents {
        for channel in channels
            .iter()
            .filter(|channel| **channel != channel_of(name))
        {
            let mut changed = document.clone();
            put(&mut changed, "/from/type", Some(json!(channel)));
            assert_eq!(
                problems(&changed),
                ["/from/type one_of"],
                "{name} {channel}"
            );
        }
        for unknown in ["fax", "viber_service", "", "SMS"] {
            let mut changed = document.clone();
            put(&mut changed, "/to/type", Some(json!(unknown)));
            assert_eq!(problems(&changed), ["/to/type one_of"], "{name} {unknown}");
            put(&mut changed, "/from/type", Some(json!(unknown)));
            let found = problems(&changed);
            assert_eq!(
                found,
                ["/from/type one_of", "/to/type one_of"],
                "{name} {unknown}"
            );
        }
    }
}

#[test]
fn an_address_is_a_number_or_an_id() {
    for Full { name, document, .. } in all() {
        for side in ["from", "to"] {
            let other = match document[side].get("id") {
                Some(_) => "number",
                None => "id",
            };
            let place = format!("/{side}/{other}");
            let mut changed = document.clone();
            put(&mut changed, &place, Some(json!("447700900000")));
            let refused = [format!("{place} not_allowed")];
            assert_eq!(problems(&changed), refused, "{name}");
        }
    }
}

#[test]
fn options_of_another_channel_are_refused() {
    let options = [
        ("messenger", json!({ "category": "response" })),
        ("viber_service_msg", json!({ "ttl": 600 })),
        ("viber_service", json!({ "ttl": 600 })),
        ("whatsapp", json!({ "locale": "en" })),
    ];
    for Full { name, document, .. } in all() {
        for (channel, options) in &options {
            if channel_of(name) == *channel {
                continue;
            }
            let place = format!("/message/{channel}");
            let mut changed = document.clone();
            put(&mut changed, &place, Some(options.clone()));
            assert_eq!(
                problems(&changed),
                [format!("{place} not_allowed")],
                "{name}"
            );
        }
    }
}

#[test]
fn members_of_the_flat_format_are_refused() {
    for Full { name, document, .. } in all() {
        for (member, value) in [
            ("/channel", json!("sms")),
            ("/message_type", json!("text")),
            ("/text", json!("Hello")),
            ("/ttl", json!(600)),
            ("/webhook_url", json!("https://example.com")),
            ("/webhook_version", json!("v1")),
            (
                "/failover",
                json!({ "expiry_time": 600, "condition_status": "read" }),
            ),
            ("/message/client_ref", json!("a")),
            ("/message/failover", json!([])),
            ("/message/text", json!("Hello")),
            ("/message/ttl", json!(600)),
            ("/message/content/caption", json!("A caption")),
            ("/message/content/url", json!("https://example.com")),
            ("/caption", json!("A caption")),
            ("/image", json!({ "url": "https://example.com" })),
        ] {
            let mut changed = document.clone();
            put(&mut changed, member, Some(value));
            assert_eq!(
                problems(&changed),
                [format!("{member} not_allowed")],
                "{name}"
            );
        }
    }
}

#[test]
fn an_unknown_member_is_kept_and_written_again() {
    for Full { name, document, .. } in all() {
        for pointer in pointers(&document) {
            if document.pointer(&pointer).unwrap().is_object() {
                let mut changed = document.clone();
                put(
                    &mut changed,
                    &format!("{pointer}/colour"),
                    Some(json!({ "a": [1, null] })),
                );
                assert_eq!(problems(&changed), [""; 0], "{name}{pointer}");
                assert_eq!(
                    workflow_problems(&in_workflow(&changed)),
                    [""; 0],
                    "{name}{pointer}"
                );
            }
        }
    }
}
