//! Webhooks of both generations through one view.

use messages_types::{DeliveryErrorCode, EventKind, Status, WebhookEvent, v1};
use serde_json::{Value, json};

use crate::fixtures;

fn event(name: &str) -> WebhookEvent {
    let all = fixtures::webhooks();
    let found = all.iter().find(|fixture| fixture.name == name);
    WebhookEvent::from_slice(&found.unwrap_or_else(|| panic!("no fixture {name}")).bytes).unwrap()
}

#[test]
fn a_status_of_either_generation_looks_the_same() {
    for (name, channel) in [
        (
            "v1/status/viber_service__undeliverable",
            v1::Channel::ViberService,
        ),
        (
            "v0_1/status/viber_service_msg__rejected",
            v1::Channel::ViberService,
        ),
        ("v0_1/status/whatsapp__undeliverable", v1::Channel::Whatsapp),
        (
            "v1/status/whatsapp__failover_rejected",
            v1::Channel::Whatsapp,
        ),
    ] {
        let event = event(name);
        let view = event.view();
        assert_eq!(view.channel, Some(channel), "{name}");
        assert_eq!(view.contact, Some("447700900000"), "{name}");
        assert!(
            matches!(view.account_address, Some("12345" | "447700900001")),
            "{name}"
        );
        assert!(view.status().unwrap().is_failure(), "{name}");
        assert!(
            matches!(view.error.map(DeliveryErrorCode::number), Some(1300 | 1360)),
            "{name}"
        );
        assert!(view.timestamp.unwrap().instant().is_some(), "{name}");
        assert!(view.message_uuid.is_some(), "{name}");
    }
    assert_eq!(
        event("v0_1/status/sms__delivered").view().client_ref,
        Some("order-17")
    );
    assert_eq!(
        event("v1/status/sms__submitted").view().client_ref,
        Some("order-17")
    );
    for name in [
        "v0_1/status/messenger__read",
        "v0_1/status/viber_service_msg__rejected",
        "v1/status/sms__nested_error",
    ] {
        assert!(event(name).view().workflow_id.is_some(), "{name}");
    }
}

#[test]
fn a_message_of_either_generation_looks_the_same() {
    for (name, what) in [
        ("v1/inbound/viber_service__text", EventKind::Text("Hello")),
        (
            "v0_1/inbound/viber_service_msg__text",
            EventKind::Text("Hi"),
        ),
    ] {
        let event = event(name);
        let view = event.view();
        assert_eq!(view.kind, what, "{name}");
        assert_eq!(view.channel, Some(v1::Channel::ViberService), "{name}");
        assert_eq!(
            (view.contact, view.account_address),
            (Some("447700900000"), Some("12345")),
            "{name}"
        );
    }
    for name in [
        "v1/inbound/whatsapp__location",
        "v0_1/inbound/whatsapp__location",
    ] {
        let place = EventKind::Location {
            latitude: 40.34772,
            longitude: -74.18847,
        };
        assert_eq!(event(name).view().kind, place, "{name}");
    }
    for (name, payload) in [
        (
            "v1/inbound/whatsapp__button_quick_reply",
            Some("stop-promotions"),
        ),
        ("v1/inbound/whatsapp__reply_to_list", Some("row-2")),
        ("v1/inbound/whatsapp__button_flow", None),
        ("v0_1/inbound/whatsapp__button", Some("yes")),
    ] {
        let event = event(name);
        let EventKind::Choice {
            payload: found,
            label,
        } = event.view().kind
        else {
            panic!("{name}")
        };
        assert_eq!(found, payload, "{name}");
        assert!(label.is_some(), "{name}");
    }
    for (name, kind) in [
        ("v1/inbound/mms__image", "image"),
        ("v0_1/inbound/mms__image", "image"),
        ("v1/inbound/whatsapp__sticker", "sticker"),
        ("v0_1/inbound/whatsapp__file", "file"),
    ] {
        let event = event(name);
        let EventKind::Media {
            kind: found, url, ..
        } = event.view().kind
        else {
            panic!("{name}")
        };
        assert_eq!(found, kind, "{name}");
        assert!(url.starts_with("https://"), "{name}");
    }
    for (name, kind) in [
        ("v1/inbound/whatsapp__order", "order"),
        ("v1/inbound/whatsapp__poll", "poll"),
        ("v0_1/inbound/messenger__unsupported", "unsupported"),
        ("v0_1/inbound/messenger__sticker", "sticker"),
    ] {
        assert_eq!(event(name).view().kind, EventKind::Other(kind), "{name}");
    }
}

#[test]
fn a_report_names_its_workflow() {
    for name in ["v0_1/report/dispatch", "v0_1/report/workflow_of_2018"] {
        let event = event(name);
        let view = event.view();
        assert!(matches!(view.kind, EventKind::Report(_)), "{name}");
        assert_eq!(
            view.workflow_id,
            Some("0b8f5a6e-3c1d-4f7a-9e52-6d7c8b9a0f11"),
            "{name}"
        );
    }
}

#[test]
fn any_json_is_an_event() {
    let partial = json!({"message_uuid": "u-1", "status": ["delivered"], "client_ref": "r-1", "channel": "sms"});
    for value in [
        json!(null),
        json!(3),
        json!("x"),
        json!([1, {"a": 2}]),
        json!({}),
        json!({"typ": "inbound-text", "msisdn": "447700900000"}),
        json!({"message_uuid": "u-1", "status": 4}),
        json!({"from": {}, "to": {}, "message": {"content": 5}, "message_uuid": "u-1"}),
        json!({"dispatch_uuid": "u-1"}),
        partial.clone(),
    ] {
        let event = WebhookEvent::from_slice(value.to_string().as_bytes()).unwrap();
        assert_eq!(event, WebhookEvent::Unknown(value.clone()));
        assert_eq!(
            serde_json::from_slice::<Value>(&event.to_vec()).unwrap(),
            value
        );
        assert_eq!(event.view().kind, EventKind::Unknown);
    }
    // The fields that identify the message are read even so.
    let event = WebhookEvent::from(partial);
    let view = event.view();
    assert_eq!(
        (view.message_uuid, view.client_ref),
        (Some("u-1"), Some("r-1"))
    );
    assert!(WebhookEvent::from_slice(b"{").is_err());
}

#[test]
fn an_event_can_be_built_from_what_it_holds() {
    let mut status = v1::MessageStatus::new("u", Status::Read);
    status.channel = Some(v1::Channel::Rcs);
    let event = WebhookEvent::from(status);
    assert_eq!(event.view().status(), Some(&Status::Read));
    let again: WebhookEvent = serde_json::from_slice(&event.to_vec()).unwrap();
    assert_eq!(again, event);
}
