//! Replies to inbound messages, on each channel of each generation.

use messages_types::{Submission, WebhookEvent, v0_1};
use serde_json::{Value, json};

const UUID: &str = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab";

fn v1(channel: &str, from: &str, to: &str) -> WebhookEvent {
    WebhookEvent::from(json!({
        "message_uuid": UUID, "channel": channel, "from": from, "to": to,
        "timestamp": "2026-02-03T12:14:25Z", "message_type": "text", "text": "Are you open?",
    }))
}

fn v0_1(from: &Value, to: &Value) -> WebhookEvent {
    WebhookEvent::from(json!({
        "message_uuid": UUID, "from": from, "to": to, "timestamp": "2026-02-03T12:14:25.000Z",
        "message": {"content": {"type": "text", "text": "Are you open?"}},
    }))
}

fn reply(event: &WebhookEvent) -> Value {
    let reply = event.reply_text("Yes, until 6").unwrap();
    match &reply {
        Submission::V1(message) => message.validate().unwrap(),
        Submission::V0_1(message) => message.validate().unwrap(),
        other => panic!("{other:?}"),
    }
    serde_json::to_value(&reply).unwrap()
}

#[test]
fn a_v1_reply_goes_back_over_its_channel() {
    let number = "447700900000";
    for (channel, from, to) in [
        ("sms", number, "447700900001"),
        ("mms", number, "12025550100"),
        ("rcs", number, "ExampleAgent"),
        ("messenger", "user-1", "page-1"),
        ("viber_service", number, "16273"),
    ] {
        assert_eq!(
            reply(&v1(channel, from, to)),
            json!({
                "channel": channel, "message_type": "text", "text": "Yes, until 6", "from": to, "to": from,
            })
        );
    }
    for from in [number, "US.13491208655302741918"] {
        let quoting = reply(&v1("whatsapp", from, "447700900001"));
        assert_eq!(quoting["to"], from);
        assert_eq!(quoting["context"], json!({"message_uuid": UUID}));
    }
    let plus = reply(&v1("sms", "+447700900000", "+447700900001"));
    assert_eq!(
        (&plus["to"], &plus["from"]),
        (&json!(number), &json!("447700900001"))
    );
}

#[test]
fn a_v0_1_reply_goes_back_over_its_channel() {
    let number = |channel: &str, number: &str| json!({"type": channel, "number": number});
    let id = |channel: &str, id: &str| json!({"type": channel, "id": id});
    for (from, to) in [
        (number("sms", "447700900000"), number("sms", "447700900001")),
        (
            number("whatsapp", "447700900000"),
            number("whatsapp", "447700900001"),
        ),
        (
            number("viber_service_msg", "447700900000"),
            id("viber_service_msg", "16273"),
        ),
        (id("messenger", "user-1"), id("messenger", "page-1")),
    ] {
        let reply = reply(&v0_1(&from, &to));
        assert_eq!((&reply["from"], &reply["to"]), (&to, &from));
        assert_eq!(
            reply["message"]["content"],
            json!({"type": "text", "text": "Yes, until 6"})
        );
    }
}

#[test]
fn what_cannot_be_replied_to_is_refused_with_its_place() {
    let pointer = |event: &WebhookEvent, text: &str| {
        let problems = event.reply_text(text).unwrap_err();
        problems.as_slice()[0].pointer().to_owned()
    };
    let sms = v1("sms", "447700900000", "447700900001");
    assert_eq!(pointer(&sms, ""), "/text");
    assert_eq!(pointer(&sms, &"x".repeat(5_000)), "/text");
    assert_eq!(pointer(&v1("smoke", "a", "b"), "x"), "/channel");
    let mut anonymous = serde_json::to_value(&sms).unwrap();
    anonymous.as_object_mut().unwrap().remove("from");
    assert_eq!(pointer(&WebhookEvent::from(anonymous), "x"), "/to");
    let mms = |number: &str| json!({"type": "mms", "number": number});
    let picture = v0_1(&mms("447700900000"), &mms("447700900001"));
    assert_eq!(pointer(&picture, "x"), "/message/content/type");
    let status = WebhookEvent::from(json!({
        "message_uuid": UUID, "channel": "sms", "from": "447700900001", "to": "447700900000",
        "timestamp": "2026-02-03T12:14:25Z", "status": "delivered",
    }));
    assert_eq!(pointer(&status, "x"), "");
    let lost = v0_1::Inbound::new(UUID, v0_1::inbound::InboundContent::Unsupported);
    assert_eq!(
        lost.reply_text("x").unwrap_err().as_slice()[0].pointer(),
        "/to/type"
    );
}
