//! Invariants of every field of every kind of message.

use serde_json::{Value, json};

use super::documents::{Full, all};
use super::{problems, put};
use messages_types::Document;
use messages_types::v1::Message;

/// The pointers of all values in `value`, except below `free`.
fn pointers(value: &Value, free: &[&str]) -> Vec<String> {
    fn walk(value: &Value, at: &str, free: &[&str], out: &mut Vec<String>) {
        if !at.is_empty() {
            out.push(at.to_owned());
        }
        if free.contains(&at) {
            return;
        }
        match value {
            Value::Object(members) => members
                .iter()
                .for_each(|(key, value)| walk(value, &format!("{at}/{key}"), free, out)),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .for_each(|(index, value)| walk(value, &format!("{at}/{index}"), free, out)),
            _ => {}
        }
    }
    let mut out = Vec::new();
    walk(value, "", free, &mut out);
    out
}

fn is_item(pointer: &str) -> bool {
    pointer
        .rsplit('/')
        .next()
        .is_some_and(|key| key.parse::<usize>().is_ok())
}

#[test]
fn the_full_documents_are_accepted() {
    for Full { name, document, .. } in all() {
        assert_eq!(problems(&document), [""; 0], "{name}");
    }
}

#[test]
fn a_member_is_required_or_may_be_absent_or_null() {
    const ENVELOPE: &[&str] = &["/channel", "/message_type", "/from", "/to"];
    let (mut required, mut optional) = (0, 0);
    for Full {
        name,
        document,
        required: needed,
        free,
    } in all()
    {
        for pointer in pointers(&document, free).iter().filter(|at| !is_item(at)) {
            let needed = needed.contains(&pointer.as_str()) || ENVELOPE.contains(&pointer.as_str());
            let expected = if needed {
                vec![format!("{pointer} required")]
            } else {
                Vec::new()
            };
            for value in [None, Some(Value::Null)] {
                let mut changed = document.clone();
                put(&mut changed, pointer, value);
                // Options that require each other are removed together.
                if name == "rcs_card" && pointer == "/rcs/card_orientation"
                    || name == "messenger_text" && pointer == "/messenger/category"
                {
                    assert_eq!(problems(&changed), [""; 0], "{name}{pointer}");
                    continue;
                }
                assert_eq!(problems(&changed), expected, "{name}{pointer}");
            }
            if needed { required += 1 } else { optional += 1 }
        }
    }
    println!("{required} required members, {optional} optional ones");
    assert!(required > 200 && optional > 100);
}

#[test]
fn a_value_of_another_json_type_is_refused_where_it_stands() {
    let mut tried = 0;
    for Full {
        name,
        document,
        free,
        ..
    } in all()
    {
        for pointer in pointers(&document, free) {
            let here = document.pointer(&pointer).unwrap();
            let others = [
                json!("x"),
                json!(5),
                json!(1.5),
                json!(true),
                json!([1]),
                json!({ "a": 1 }),
            ];
            for other in others {
                let same = match here {
                    Value::Bool(_) => other.is_boolean(),
                    Value::String(_) => other.is_string(),
                    Value::Number(_) => other.is_u64(),
                    Value::Array(_) => other.is_array(),
                    Value::Object(_) => other.is_object(),
                    Value::Null => unreachable!(),
                };
                if same {
                    continue;
                }
                let mut changed = document.clone();
                put(&mut changed, &pointer, Some(other));
                assert_eq!(
                    problems(&changed),
                    [format!("{pointer} type")],
                    "{name}{pointer}"
                );
                tried += 1;
            }
        }
    }
    println!("{tried} values of another type refused");
    assert!(tried > 1_500);
}

const CHANNELS: [(&str, &[&str]); 7] = [
    ("sms", &["text"]),
    (
        "mms",
        &[
            "text", "image", "audio", "video", "file", "vcard", "content",
        ],
    ),
    (
        "rcs",
        &[
            "text", "image", "video", "file", "card", "carousel", "custom",
        ],
    ),
    (
        "whatsapp",
        &[
            "text", "image", "audio", "video", "file", "template", "sticker", "reaction", "custom",
        ],
    ),
    ("messenger", &["text", "image", "audio", "video", "file"]),
    ("viber_service", &["text", "image", "video", "file"]),
    ("email", &["text", "content", "html"]),
];

#[test]
fn a_channel_takes_its_own_types_only() {
    let documents = all();
    let mut refused = 0;
    for (channel, types) in CHANNELS {
        let own = documents
            .iter()
            .find(|full| full.document["channel"] == channel)
            .unwrap();
        for foreign in &documents {
            let message_type = foreign.document["message_type"].as_str().unwrap();
            if types.contains(&message_type) {
                continue;
            }
            // The channel's own text is replaced by the foreign content.
            let mut changed = own.document.clone();
            let members = changed.as_object_mut().unwrap();
            members.remove("text");
            members.remove("suggestions");
            members.insert("message_type".into(), message_type.into());
            members.insert(message_type.into(), foreign.document[message_type].clone());
            let found = problems(&changed);
            assert!(
                found.contains(&"/message_type one_of".to_owned()),
                "{channel} {message_type}: {found:?}"
            );
            assert!(
                found.contains(&format!("/{message_type} not_allowed")),
                "{channel} {message_type}: {found:?}"
            );
            refused += 1;
        }
    }
    println!("{refused} pairs of channel and type refused");
}

#[test]
fn a_member_of_another_message_is_refused() {
    // All top-level fields, with an example of each.
    let documents = all();
    let mut members: Vec<(String, Value)> = Vec::new();
    for Full { document, .. } in &documents {
        for (key, value) in document.as_object().unwrap() {
            if !members.iter().any(|(known, _)| known == key) {
                members.push((key.clone(), value.clone()));
            }
        }
    }
    let mut refused = 0;
    for Full { name, document, .. } in &documents {
        let channel = document["channel"].as_str().unwrap();
        let own_options = if channel == "whatsapp" {
            "context"
        } else {
            channel
        };
        for (key, value) in &members {
            let limited = ["ttl", "trusted_recipient", "trusted_sender"].contains(&key.as_str());
            let allowed = document.get(key).is_some()
                || key == own_options
                || limited && ["sms", "mms", "rcs"].contains(&channel)
                || key == "suggestions" && name == &"rcs_carousel";
            if allowed {
                continue;
            }
            let mut changed = document.clone();
            put(&mut changed, &format!("/{key}"), Some(value.clone()));
            assert_eq!(
                problems(&changed),
                [format!("/{key} not_allowed")],
                "{name}"
            );
            refused += 1;
        }
    }
    println!("{refused} misplaced members refused");
    assert!(refused > 500);
}

#[test]
fn an_unknown_member_is_kept_and_written_again() {
    for Full {
        name,
        document,
        free,
        ..
    } in all()
    {
        for pointer in pointers(&document, free) {
            if document.pointer(&pointer).unwrap().is_object() {
                let mut changed = document.clone();
                put(
                    &mut changed,
                    &format!("{pointer}/colour"),
                    Some(json!({ "a": [1] })),
                );
                assert_eq!(problems(&changed), [""; 0], "{name}{pointer}");
            }
        }
    }
}

#[test]
fn an_alternative_obeys_the_same_rules() {
    for Full {
        name,
        document,
        required,
        ..
    } in all()
    {
        let mut message = document.clone();
        message["failover"] = json!([document, document]);
        assert_eq!(problems(&message), [""; 0], "{name}");
        for pointer in required {
            let mut changed = message.clone();
            put(&mut changed, &format!("/failover/1{pointer}"), None);
            assert_eq!(
                problems(&changed),
                [format!("/failover/1{pointer} required")],
                "{name}"
            );
        }
        let mut changed = message.clone();
        put(
            &mut changed,
            "/failover/0/failover",
            Some(json!([document])),
        );
        assert_eq!(
            problems(&changed),
            ["/failover/0/failover not_allowed"],
            "{name}"
        );
    }
}

#[test]
fn debug_shows_the_shape_and_none_of_the_content() {
    for Full { name, document, .. } in all() {
        let message = Message::from_value(document.clone()).unwrap();
        let shown = format!("{message:?} {message:#?}");
        for pointer in pointers(&document, &[]) {
            let Some(text) = document.pointer(&pointer).unwrap().as_str() else {
                continue;
            };
            // Short texts and the names of types and choices may appear for other reasons.
            let content = [
                "447700",
                "example",
                "Hello",
                "A caption",
                "sits on",
                "order-17",
                "4711",
            ];
            if content.iter().any(|part| text.contains(part)) {
                assert!(!shown.contains(text), "{name}{pointer}: {shown}");
            }
        }
    }
}
