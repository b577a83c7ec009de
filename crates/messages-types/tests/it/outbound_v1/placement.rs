//! Fields of the API in the wrong places.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use messages_types::Document;
use messages_types::v1::Message;
use serde_json::{Map, Value, json};

use super::documents::{all, named};
use super::{problems, put};

#[test]
fn a_member_of_the_message_is_refused_among_its_options() {
    let members = [
        ("client_ref", json!("order-17")),
        ("context", json!({ "message_uuid": "u" })),
        ("failover", json!([])),
        ("from", json!("447700900001")),
        ("to", json!("447700900000")),
        ("trusted_recipient", json!(true)),
        ("trusted_sender", json!(true)),
        ("ttl", json!(600)),
        ("webhook_url", json!("https://example.com")),
        ("webhook_version", json!("v1")),
    ];
    for (document, options) in [
        ("sms_text", "/sms"),
        ("mms_text", "/mms"),
        ("rcs_text", "/rcs"),
        ("whatsapp_template", "/whatsapp"),
        ("messenger_text", "/messenger"),
        ("viber_text", "/viber_service"),
        ("email_text", "/email"),
    ] {
        for (member, value) in &members {
            let at = format!("{options}/{member}");
            // It is an option of Viber.
            let allowed = at == "/viber_service/ttl";
            let mut changed = named(document);
            put(&mut changed, &at, Some(value.clone()));
            let refused = (!allowed).then(|| format!("{at} not_allowed"));
            assert_eq!(problems(&changed), Vec::from_iter(refused), "{document}");
        }
    }
}

#[test]
fn a_member_of_a_medium_or_of_options_is_refused_at_the_top() {
    let documents = all();
    let tops: Vec<&Map<String, Value>> = documents
        .iter()
        .filter_map(|full| full.document.as_object())
        .collect();
    let is_options = |key: &str| tops.iter().any(|top| top["channel"] == key);
    let mut members = BTreeSet::new();
    for (key, value) in tops.iter().copied().flatten() {
        if let Some(object) = value.as_object()
            && (is_options(key) || object.contains_key("url"))
        {
            members.extend(object.keys());
        }
    }
    // The sweeps cover fields that are also top-level fields of some message.
    members.retain(|member| !tops.iter().any(|top| top.contains_key(*member)));
    assert!(members.len() > 25, "{members:?}");
    for full in &documents {
        for member in &members {
            let at = format!("/{member}");
            let mut changed = full.document.clone();
            put(&mut changed, &at, Some(json!("a")));
            let refused = [format!("{at} not_allowed")];
            assert_eq!(problems(&changed), refused, "{}", full.name);
        }
    }
}

#[test]
fn components_of_a_template_are_refused_with_advice() {
    use messages_types::Kind;

    let components = json!([{ "type": "header", "parameters": [] }]);
    let v0_1 = json!({
        "from": { "type": "whatsapp", "number": "447700900001" }, "to": { "type": "whatsapp", "number": "447700900000" },
        "message": { "content": { "type": "template", "template": { "name": "n", "components": components } },
            "whatsapp": { "policy": "deterministic", "locale": "en" } },
    });
    let mut v1 = named("whatsapp_template");
    put(&mut v1, "/template/components", Some(components));
    for (kind, document, at) in [
        (Kind::V1Message, v1, "/template/components"),
        (
            Kind::V0_1Message,
            v0_1,
            "/message/content/template/components",
        ),
    ] {
        let checked = kind.check(document);
        let [problem] = checked.problems.as_slice() else {
            panic!("{:?}", checked.problems)
        };
        assert_eq!(
            (problem.pointer(), problem.rule().name()),
            (at, "not_allowed")
        );
        assert!(problem.message().contains("type `custom`"), "{problem}");
    }
}

#[test]
fn a_medium_takes_its_own_members_only() {
    for (document, at) in [
        ("mms_content", "/content/0/name"),
        ("viber_video", "/video/action"),
        ("viber_video", "/video/name"),
    ] {
        let mut changed = named(document);
        put(&mut changed, at, Some(json!("a")));
        assert_eq!(problems(&changed), [format!("{at} not_allowed")]);
    }
}

/// A megabyte of invalid fields is checked in seconds: problems are not compared pairwise.
#[test]
fn a_long_list_of_problems_is_found_in_linear_time() {
    let alternatives = vec![json!({ "channel": "sms", "colour": 1 }); 43_000];
    let mut broken = named("sms_text");
    put(&mut broken, "/failover", Some(Value::from(alternatives)));

    let mut scattered = named("mms_content");
    let items = vec![json!({ "colour": 1 }); 60_000];
    put(&mut scattered, "/content", Some(Value::from(items)));
    for index in 0..40_000 {
        scattered[format!("colour-{index}")] = json!(1);
    }

    let begun = Instant::now();
    for (document, count) in [(broken, 4 * 43_000), (scattered, 2 * 60_000)] {
        let refused = Message::from_value(document).unwrap_err();
        let messages_types::DecodeError::Problems(problems) = refused else {
            panic!("not refused by its rules");
        };
        assert_eq!(problems.count(), count);
    }
    // This takes a second or two, on a busy machine a minute or two; pairwise comparison would take many more.
    assert!(begun.elapsed() < Duration::from_secs(300));
}
