//! A message document: all problems at once, each with its place.

use messages_types::v1::{Message, Messenger, Sms};
use messages_types::{DecodeError, Document};

fn problems(json: &str) -> Vec<(String, &'static str)> {
    match Message::from_slice(json.as_bytes()) {
        Err(DecodeError::Problems(problems)) => problems
            .iter()
            .map(|problem| (problem.pointer().to_owned(), problem.rule().name()))
            .collect(),
        other => panic!("no problems, but {other:?}"),
    }
}

#[test]
fn all_problems_are_reported_at_once() {
    let found = problems(
        r#"{"channel":"sms","message_type":"video","to":"+447700900000","text":5,"ttl":3,
            "video":{"url":"x"},"colour":1,"failover":[{"channel":"fax"},{"channel":"messenger",
            "from":"1","message_type":"image","image":{"url":"http://x","caption":"a"},"ttl":5,
            "messenger":{"category":"message_tag"}}]}"#,
    );
    let mut found: Vec<_> = found
        .iter()
        .map(|(at, rule)| (at.as_str(), *rule))
        .collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("/failover/0/channel", "one_of"),
            ("/failover/1/image/caption", "not_allowed"),
            ("/failover/1/messenger/tag", "required"),
            ("/failover/1/to", "required"),
            ("/failover/1/ttl", "not_allowed"),
            ("/from", "required"),
            ("/message_type", "one_of"),
            ("/text", "type"),
            ("/to", "format"),
            ("/ttl", "range"),
            ("/video", "not_allowed"),
        ]
    );
}

#[test]
fn what_the_types_do_not_hold_is_written_again() {
    let json = r#"{"channel":"sms","message_type":"text","from":"1","to":"447700900000","text":"f","client_ref":null,"colour":3}"#;
    let message = Message::from_slice(json.as_bytes()).unwrap();
    let again: serde_json::Value = serde_json::from_slice(&message.to_vec()).unwrap();
    assert_eq!(
        again,
        serde_json::from_str::<serde_json::Value>(json).unwrap()
    );
}

#[test]
fn a_message_with_an_alternative_is_written_flat() {
    let message = Message::from(Messenger::text("page", "person", "Hello").unwrap())
        .failover([Sms::text("447700900001", "447700900000", "Hello").unwrap()]);
    assert_eq!(
        String::from_utf8(message.to_vec()).unwrap(),
        r#"{"channel":"messenger","from":"page","to":"person","message_type":"text","text":"Hello","failover":[{"channel":"sms","message_type":"text","from":"447700900001","to":"447700900000","text":"Hello"}]}"#
    );
}

#[test]
fn debug_shows_neither_text_nor_number() {
    let message = Sms::text("447700900001", "447700900000", "canary text").unwrap();
    let shown = format!("{message:?}");
    assert!(
        !shown.contains("4477009") && !shown.contains("canary"),
        "{shown}"
    );
}
