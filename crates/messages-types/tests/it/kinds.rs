//! Documents without a type: detected by shape, and checked by name.

use messages_types::{DetectError, Kind};
use serde_json::{Value, json};

use crate::fixtures;

#[test]
fn every_fixture_is_told_apart_and_valid() {
    let mut count = 0;
    for fixture in fixtures::received() {
        let value = fixture.value();
        let expected = match fixture.name.as_str() {
            // Both generations have the same response to a single message.
            "v0_1/response/message" => Ok(Kind::V1Response),
            "v1/error/empty" => Err(DetectError::Unknown),
            _ => Ok(fixture.kind),
        };
        assert_eq!(Kind::detect(&value), expected, "{}", fixture.name);
        let checked = fixture.kind.check(value.clone());
        assert!(
            checked.valid && checked.problems.is_empty(),
            "{}",
            fixture.name
        );
        assert_eq!(checked.value, value, "{}", fixture.name);
        count += 1;
    }
    println!("kinds: {count} fixtures told apart");
}

#[test]
fn outbound_documents_are_told_apart() {
    let step = json!({"from": {"type": "sms", "number": "1"}, "to": {"type": "sms", "number": "2"},
        "message": {"content": {"type": "text", "text": "x"}}});
    for (kind, value) in [
        (
            Kind::V1Message,
            json!({"channel": "sms", "message_type": "text", "to": "1", "from": "2", "text": "x"}),
        ),
        (
            Kind::V1Message,
            json!({"channel": "whatsapp", "message_type": "text", "to": "1", "context": {"message_uuid": "u"}}),
        ),
        (
            Kind::V1Message,
            json!({"channel": "sms", "to": "1", "from": "2", "text": "x"}),
        ),
        (
            Kind::V1Message,
            json!({"channel": "sms", "to": "1", "from": "2"}),
        ),
        (
            Kind::V1Message,
            json!({"message_type": "text", "text": "x"}),
        ),
        (
            Kind::V1Message,
            json!({"channel": "whatsapp", "message_type": "template", "template": {"name": "t"}, "to": "1", "from": "2"}),
        ),
        (Kind::V1Update, json!({"status": "read"})),
        (Kind::V1Update, json!({"status": "revoked", "colour": 1})),
        (
            Kind::V1Update,
            json!({"status": "read", "replying_indicator": {"show": true, "type": "text"}}),
        ),
        (Kind::V0_1Message, step.clone()),
        (Kind::V0_1Message, json!({"message": {"content": {}}})),
        (
            Kind::V0_1Workflow,
            json!({"template": "failover", "workflow": [step]}),
        ),
        (Kind::V0_1Workflow, json!({"workflow": []})),
        (Kind::V0_1Workflow, json!({"template": "failover"})),
        (Kind::Journey, json!({"template": "journey/1"})),
        (Kind::Journey, json!({"template": "journey/2", "steps": []})),
        (Kind::Journey, json!({"steps": [{"wait": {"for": 60}}]})),
        (
            Kind::V1Error,
            json!({"type": "about:blank", "title": "Bad Gateway", "status": 502}),
        ),
    ] {
        assert_eq!(Kind::detect(&value), Ok(kind), "{value}");
    }
    for value in [json!(null), json!([]), json!("v1/message"), json!(1.5)] {
        assert_eq!(Kind::detect(&value), Err(DetectError::NotAnObject));
    }
}

#[test]
fn part_of_a_webhook_is_valid_when_its_kind_is_named() {
    for (kind, value) in [
        (Kind::V1Inbound, json!({"image": {}})),
        (Kind::V1Inbound, json!({"channel": "sms"})),
        (
            Kind::V1Inbound,
            json!({"context_status": "available", "context": {"message_uuid": "u"}}),
        ),
        (
            Kind::V1Status,
            json!({"whatsapp": {"pricing": {"type": "regular"}}}),
        ),
        (
            Kind::V1Status,
            json!({"message_uuid": "u", "status": 4, "timestamp": null}),
        ),
        (
            Kind::V0_1Status,
            json!({"to": {"type": "sms"}, "status": "delivered"}),
        ),
        (
            Kind::V0_1Inbound,
            json!({"message": {"content": {"type": "text"}}}),
        ),
        (
            Kind::V0_1Report,
            json!({"_links": {"messages": [{}, {"status": "read"}]}}),
        ),
        (Kind::V1Response, json!({})),
        (Kind::V1Response, json!({"dispatch_uuid": "u"})),
        (Kind::V1Error, json!({})),
    ] {
        let checked = kind.check(value.clone());
        assert!(checked.valid, "{kind} {value}");
        assert_eq!(checked.value, value);
        assert!(checked.unknown.is_empty(), "{kind} {:?}", checked.unknown);
    }
}

#[test]
fn what_is_not_an_object_is_refused() {
    for kind in Kind::ALL {
        for value in [json!(null), json!([]), json!("x"), json!(1), json!(true)] {
            let checked = kind.check(value.clone());
            assert!(!checked.valid, "{kind} {value}");
            assert_eq!(checked.problems[0].pointer(), "", "{kind} {value}");
            assert_eq!(checked.problems[0].rule().name(), "type", "{kind} {value}");
            assert_eq!(checked.value, value);
        }
    }
}

#[test]
fn unknown_members_are_listed_at_every_depth() {
    let value = json!({
        "channel": "whatsapp", "message_uuid": "u", "to": "1", "from": "2",
        "timestamp": "2026-02-03T12:14:25Z", "message_type": "contacts", "colour": 1,
        "contacts": [{"name": {"formatted_name": "A", "nick/name": "B"}}, {"phones": [{"phone": "1", "fax~": true}]}],
        "whatsapp": {"referral": {"deep": {"deeper": 1}}}, "profile": {"avatar": null},
        "context": null, "text": "not this type's"
    });
    let checked = Kind::V1Inbound.check(value.clone());
    let mut unknown = checked.unknown;
    unknown.sort();
    assert_eq!(
        unknown,
        [
            "/colour",
            "/contacts/0/name/nick~1name",
            "/contacts/1/phones/0/fax~0",
            "/profile/avatar",
            "/whatsapp/referral/deep",
        ]
    );
    assert_eq!(checked.value, value);

    let nested = json!({"message_uuid": "u", "to": {"type": "sms", "number": "1", "x": 1},
        "from": {"type": "sms", "number": "1"}, "timestamp": "t", "status": "delivered", "usage": {"vat": "1"}});
    let mut unknown = Kind::V0_1Status.check(nested).unknown;
    unknown.sort();
    assert_eq!(unknown, ["/to/x", "/usage/vat"]);
}

#[test]
fn an_outbound_document_keeps_its_unknown_members() {
    let value = json!({"channel": "sms", "message_type": "text", "to": "447700900000",
        "from": "447700900001", "text": "x", "colour": {"a": 1}, "sms": {"shade": 1}});
    let checked = Kind::V1Message.check(value.clone());
    assert!(checked.valid, "{:?}", checked.problems);
    let mut unknown = checked.unknown;
    unknown.sort();
    assert_eq!(unknown, ["/colour", "/sms/shade"]);
    assert_eq!(checked.value, value);

    let wrong = json!({"channel": "sms", "message_type": "text", "to": "+447700900000", "ttl": 1, "colour": 2});
    let checked = Kind::V1Message.check(wrong.clone());
    assert!(!checked.valid);
    let found: Vec<_> = checked
        .problems
        .iter()
        .map(|problem| problem.pointer())
        .collect();
    for pointer in ["/to", "/from", "/text", "/ttl"] {
        assert!(found.contains(&pointer), "{pointer} in {found:?}");
    }
    assert_eq!(checked.unknown, ["/colour"]);
    assert_eq!(checked.value, wrong);
}

#[test]
fn a_kind_is_read_from_its_name() {
    for kind in Kind::ALL {
        assert_eq!(kind.as_str().parse(), Ok(*kind));
    }
    assert!("v2/message".parse::<Kind>().is_err());
    assert_eq!(Kind::ALL.len(), 13);
    let _: Value = serde_json::to_value(Kind::V1Error).unwrap();
}
