//! Webhooks with missing or odd fields, documents of other kinds, and halves of a character.

use messages_types::v1::inbound::Content;
use messages_types::v1::{Message, MessageStatus};
use messages_types::{
    DecodeError, DetectError, Document as _, EventKind, EventView, Kind, Status, Submission,
    WebhookEvent,
};
use serde_json::{Value, json};

const UUID: &str = "11111111-2222-4333-8444-555566667777";

/// One event of each kind, with the fields that it does not need to be one.
fn events() -> Vec<(Kind, Value, &'static [&'static str])> {
    let (from, to) = (
        json!({"type": "sms", "number": "447700900001"}),
        json!({"type": "sms", "number": "447700900000"}),
    );
    let when = "2026-02-03T12:14:25Z";
    vec![
        (
            Kind::V1Status,
            json!({"message_uuid": UUID, "channel": "sms", "from": "447700900001", "to": "447700900000",
                "timestamp": when, "status": "rejected", "client_ref": "r-1", "error": {"title": 1000},
                "usage": {"price": "0.1"}}),
            &[
                "channel",
                "from",
                "to",
                "timestamp",
                "client_ref",
                "error",
                "usage",
            ],
        ),
        (
            Kind::V1Inbound,
            json!({"message_uuid": UUID, "channel": "whatsapp", "from": "447700900000", "to": "447700900001",
                "timestamp": when, "message_type": "text", "text": "Hi", "profile": {"name": "Ann"}}),
            &["channel", "from", "to", "timestamp", "text", "profile"],
        ),
        (
            Kind::V0_1Status,
            json!({"message_uuid": UUID, "from": from, "to": to, "timestamp": when, "status": "rejected",
                "error": {"code": 1000}}),
            &["from", "to", "timestamp", "error"],
        ),
        (
            Kind::V0_1Inbound,
            json!({"message_uuid": UUID, "from": to, "to": from, "timestamp": when,
                "message": {"content": {"type": "text", "text": "Hi"}}, "direction": "inbound"}),
            &["from", "to", "timestamp", "direction"],
        ),
        (
            Kind::V0_1Report,
            json!({"dispatch_uuid": UUID, "template": "failover", "timestamp": when, "status": "completed",
                "_links": {"messages": []}}),
            &["template", "timestamp", "_links"],
        ),
    ]
}

fn kind_of(event: &WebhookEvent) -> Option<Kind> {
    match event {
        WebhookEvent::V1Status(_) => Some(Kind::V1Status),
        WebhookEvent::V1Inbound(_) => Some(Kind::V1Inbound),
        WebhookEvent::V0_1Status(_) => Some(Kind::V0_1Status),
        WebhookEvent::V0_1Inbound(_) => Some(Kind::V0_1Inbound),
        WebhookEvent::V0_1Report(_) => Some(Kind::V0_1Report),
        _ => None,
    }
}

/// Reads an event in all ways; they agree, and nothing is lost.
fn read(value: &Value) -> WebhookEvent {
    let event = WebhookEvent::from_slice(value.to_string().as_bytes()).unwrap();
    let written: Value = serde_json::from_slice(&event.to_vec()).unwrap();
    assert_eq!(&written, value);
    match kind_of(&event) {
        Some(kind) => {
            assert_eq!(Kind::detect(value), Ok(kind), "{value}");
            let checked = kind.check(value.clone());
            assert!(checked.valid && checked.unknown.is_empty(), "{value}");
            assert_eq!(&checked.value, value);
        }
        None => assert!(!matches!(
            Kind::detect(value),
            Ok(Kind::V1Status
                | Kind::V1Inbound
                | Kind::V0_1Status
                | Kind::V0_1Inbound
                | Kind::V0_1Report)
        )),
    }
    event
}

fn without(value: &Value, field: &str) -> Value {
    let mut less = value.clone();
    less.as_object_mut().unwrap().remove(field);
    less
}

#[test]
fn an_event_with_odd_or_missing_fields_is_still_one() {
    let mut count = 0;
    for (kind, whole, fields) in events() {
        assert_eq!(kind_of(&read(&whole)), Some(kind));
        let complete = read(&whole);
        let complete = complete.view();
        for field in fields {
            let odd_values = [
                json!(null),
                json!(5),
                json!([]),
                json!({}),
                json!(true),
                json!("odd"),
            ];
            let odd = odd_values.into_iter().map(|odd| {
                let mut changed = whole.clone();
                changed[*field] = odd;
                changed
            });
            for changed in odd.chain([without(&whole, field)]) {
                let event = read(&changed);
                assert_eq!(kind_of(&event), Some(kind), "{changed}");
                // The other fields are used.
                let view = event.view();
                assert_eq!(view.message_uuid, complete.message_uuid, "{changed}");
                assert_eq!(view.workflow_id, complete.workflow_id, "{changed}");
                assert_eq!(view.status(), complete.status(), "{changed}");
                if *field != "error" {
                    assert_eq!(view.error, complete.error, "{changed}");
                }
                if !matches!(*field, "from" | "to") {
                    assert_eq!(view.contact, complete.contact, "{changed}");
                    assert_eq!(view.account_address, complete.account_address, "{changed}");
                }
                if kind == Kind::V0_1Status || kind == Kind::V0_1Inbound {
                    assert_eq!(
                        view.channel, complete.channel,
                        "the other address has it: {changed}"
                    );
                }
                if *field != "timestamp" {
                    assert_eq!(view.timestamp, complete.timestamp, "{changed}");
                }
                count += 1;
            }
        }
    }
    assert_eq!(count, 7 * 24);
}

#[test]
fn a_field_that_an_event_cannot_lack_is_named() {
    for (kind, whole, _) in events() {
        let needed: &[&str] = match kind {
            Kind::V0_1Inbound => &["message_uuid", "message"],
            Kind::V1Inbound => &["message_uuid"],
            Kind::V0_1Report => &["status"],
            _ => &["message_uuid", "status"],
        };
        for field in needed {
            for odd in [json!(null), json!(5), json!([])] {
                let mut changed = whole.clone();
                changed[*field] = odd;
                for changed in [changed, without(&whole, field)] {
                    let event = read(&changed);
                    assert_eq!(kind_of(&event), None, "{changed}");
                    let Err(DetectError::Incomplete(reason)) = Kind::detect(&changed) else {
                        panic!("{changed}: {:?}", Kind::detect(&changed));
                    };
                    assert!(reason.contains(&format!("`{field}`")), "{reason}");
                }
            }
        }
    }
}

#[test]
fn a_message_without_a_usable_type_is_inbound() {
    let whole = json!({"message_uuid": UUID, "channel": "mms", "from": "447700900000", "to": "447700900001",
        "timestamp": "2026-02-03T12:14:25Z", "message_type": "image", "image": {"url": "https://example.com/a"}});
    for odd in [json!(null), json!(5), json!([]), json!(""), json!({"a": 1})] {
        let mut changed = whole.clone();
        changed["message_type"] = odd;
        for changed in [changed, without(&whole, "message_type")] {
            let event = read(&changed);
            let WebhookEvent::V1Inbound(inbound) = &event else {
                panic!("{changed}")
            };
            assert_eq!(inbound.content, Content::Unknown(String::new()));
            assert!(inbound.extra.get("image").is_some());
            let view = event.view();
            assert_eq!(view.contact, Some("447700900000"));
            assert_eq!(view.kind, EventKind::Other("untyped"));
        }
    }
    let mut nested =
        json!({"message_uuid": UUID, "message": {"content": {"type": "text", "text": "Hi"}}});
    for odd in [
        json!({}),
        json!({"type": 5, "text": "Hi"}),
        json!({"type": ""}),
    ] {
        nested["message"]["content"] = odd;
        let event = read(&nested);
        assert_eq!(kind_of(&event), Some(Kind::V0_1Inbound));
        assert_eq!(event.view().kind, EventKind::Other("untyped"));
    }
}

#[test]
fn the_code_of_an_odd_error_is_used() {
    let status = json!({"message_uuid": UUID, "to": "447700900000", "from": "447700900001", "timestamp": {},
        "status": "rejected", "error": {"type": "https://example.com/errors#1000", "title": 1000},
        "client_ref": "r-17", "channel": "sms", "sms": {"count_total": "2"}});
    let event = read(&status);
    let view = event.view();
    assert_eq!(view.error.unwrap().number(), 1000);
    assert_eq!(view.status(), Some(&Status::Rejected));
    assert_eq!((view.client_ref, view.timestamp), (Some("r-17"), None));
    let WebhookEvent::V1Status(status) = event else {
        panic!()
    };
    assert_eq!(status.extra.get("timestamp"), Some(&json!({})));
}

#[test]
fn documents_of_other_apis_are_named() {
    let receipt = json!({"msisdn": "447700900000", "to": "447700900001", "messageId": "m-1", "status": "failed",
        "err-code": "12", "price": "0.01", "network-code": "23410", "message-timestamp": "2026-03-01 10:00:00"});
    let inbound = json!({"msisdn": "447700900000", "to": "447700900001", "messageId": "m-1", "text": "STOP",
        "type": "text", "keyword": "STOP", "message-timestamp": "2026-03-01 10:00:00"});
    let record = json!({"account_id": "a1b2c3d4", "message_id": UUID, "client_ref": "c", "direction": "outbound",
        "from": "447700900001", "to": "447700900000", "provider": "whatsapp", "status": "delivered",
        "date_received": "2026-03-01T10:00:00+00:00", "total_price": "0.07"});
    for (document, expected, said) in [
        (receipt, DetectError::SmsApiReceipt, "SMS API"),
        (inbound, DetectError::SmsApiInbound, "SMS API"),
        (record, DetectError::ReportsRecord, "Reports API"),
    ] {
        assert_eq!(Kind::detect(&document), Err(expected.clone()));
        assert!(expected.to_string().contains(said));
        assert_eq!(kind_of(&read(&document)), None);
    }
}

#[test]
fn documents_of_no_kind_are_refused() {
    for document in [
        json!({}),
        json!({"colour": 1}),
        // Webhooks of other vendors.
        json!({"MessageSid": "SM1", "MessageStatus": "delivered", "To": "+447700900000", "From": "+447700900001"}),
        json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": []}]}),
        json!({"contacts": [{"wa_id": "447700900000"}], "messages": [{"from": "447700900000", "type": "text"}]}),
        json!({"sender": {"id": "1"}, "recipient": {"id": "2"}, "timestamp": 1, "message": {"mid": "m", "text": "x"}}),
        json!({"type": "mt_message_sms_delivery_report", "batch_id": "b", "statuses": [], "total_message_count": 1}),
        json!({"id": "evt_1", "object": "event", "type": "charge.succeeded", "data": {"object": {}}}),
        json!({"results": [{"messageId": "m", "status": {"groupName": "DELIVERED"}}]}),
        json!({"id": "m", "status": "delivered", "recipient": 447_700_900_000_u64}),
        json!({"request_id": "r", "status": 0, "international_format_number": "447700900000"}),
        // An event of a call.
        json!({"uuid": UUID, "conversation_uuid": "CON-1", "status": "answered", "direction": "outbound",
            "from": "447700900001", "to": "447700900000", "timestamp": "2026-02-03T12:14:25Z"}),
    ] {
        assert_eq!(
            Kind::detect(&document),
            Err(DetectError::Unknown),
            "{document}"
        );
        assert_eq!(kind_of(&read(&document)), None);
    }
    let said = DetectError::Unknown.to_string();
    for field in [
        "message_type",
        "workflow",
        "message_uuid",
        "dispatch_uuid",
        "title",
    ] {
        assert!(said.contains(field), "{said}");
    }
    for not_an_object in [json!([]), json!(null), json!("x"), json!(1)] {
        assert_eq!(Kind::detect(&not_an_object), Err(DetectError::NotAnObject));
    }
}

#[test]
fn an_object_around_a_document_is_named() {
    let message = json!({"channel": "sms", "message_type": "text", "from": "Shop", "to": "447700900000", "text": "x"});
    for (document, kind) in [
        (json!({"body": message, "headers": {}}), Kind::V1Message),
        (
            json!({"body": {"message_uuid": UUID, "status": "read"}}),
            Kind::V1Status,
        ),
    ] {
        let error = Kind::detect(&document).unwrap_err();
        assert_eq!(
            error,
            DetectError::Wrapped {
                field: "body".to_owned(),
                kind
            }
        );
        assert!(error.to_string().contains("\"body\""), "{error}");
    }
    // Only one level is searched.
    assert_eq!(
        Kind::detect(&json!({"request": {"body": message}})),
        Err(DetectError::Unknown)
    );
}

#[test]
fn a_submission_says_what_a_document_is_instead() {
    for (document, said) in [
        (json!({"message_uuid": UUID, "status": "read"}), "v1/status"),
        (json!({"status": "read"}), "v1/update"),
        (json!({}), "expected `channel`"),
        (json!({"msisdn": "1", "messageId": "2"}), "SMS API"),
        (json!([]), "must be an object"),
    ] {
        let Err(DecodeError::Problems(problems)) = Submission::from_value(document.clone()) else {
            panic!("{document}")
        };
        let [problem] = problems.as_slice() else {
            panic!("{problems}")
        };
        assert_eq!(problem.pointer(), "");
        assert!(problem.message().contains(said), "{problem}");
    }
}

#[test]
fn half_a_character_in_a_webhook_is_replaced() {
    let body = r#"{"channel":"whatsapp","message_uuid":"u","to":"1","from":"2","timestamp":"t","message_type":"text",
        "text":"Cut \ud83d","profile":{"name":"\udE00 Ann \uD83D\uDE00 \\ud83d"},"more":["\ud83d\ud83d\ude00\ud83d"]}"#;
    let event = WebhookEvent::from_slice(body.as_bytes()).unwrap();
    assert_eq!(event.view().kind, EventKind::Text("Cut \u{fffd}"));
    let WebhookEvent::V1Inbound(inbound) = event else {
        panic!()
    };
    let name = inbound.profile.unwrap().name.unwrap();
    assert_eq!(name, "\u{fffd} Ann \u{1f600} \\ud83d");
    assert_eq!(
        inbound.extra.get("more"),
        Some(&json!(["\u{fffd}\u{1f600}\u{fffd}"]))
    );
    // The names of fields, and every document that the API sends.
    let status =
        MessageStatus::from_slice(br#"{"message_uuid":"u\ud83d","status":"read","\ude00":1}"#);
    let status = status.unwrap();
    assert_eq!(status.message_uuid, "u\u{fffd}");
    assert!(status.extra.get("\u{fffd}").is_some());
    // Other faults of the JSON remain faults.
    for broken in [
        r#"{"a": "\ud83d"#,
        r#"{"a": "\ud83d", "b": "\x"}"#,
        r#"{"a": "\ud83d" 1}"#,
        "\"\\u",
        "\\",
    ] {
        assert!(matches!(
            WebhookEvent::from_slice(broken.as_bytes()),
            Err(DecodeError::Json(_))
        ));
    }
}

#[test]
fn half_a_character_in_a_document_to_send_is_refused() {
    let body = "{\"channel\":\"sms\",\"message_type\":\"text\",\n\"to\":\"447700900000\",\"from\":\"Shop\",\"text\":\"Cut \\ud83d\"}";
    for error in [
        Message::from_slice(body.as_bytes()).unwrap_err(),
        Submission::from_slice(body.as_bytes()).unwrap_err(),
    ] {
        assert!(matches!(error, DecodeError::LoneSurrogate(_)), "{error:?}");
        assert!(
            error
                .to_string()
                .starts_with("half of a character in a string, at line 2 column")
        );
    }
}

#[test]
fn a_view_has_a_default() {
    let view = EventView::default();
    assert_eq!((view.message_uuid, view.kind), (None, EventKind::Unknown));
    assert_eq!(EventKind::default(), EventKind::Unknown);
}
