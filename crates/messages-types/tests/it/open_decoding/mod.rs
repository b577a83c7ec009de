//! Documents sent by the API are never refused and never lose anything, however mutated.

mod change;

use std::cell::Cell;

use messages_types::v1::{Inbound, Message, MessageStatus, Update};
use messages_types::{Document, ErrorObject, Kind, WebhookEvent, v0_1};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Map, Value, json};

use self::change::{Change, any_change, any_json};
use crate::fixtures::{self, Fixture};

/// Number of cases per test by default.
const CASES: u32 = 5_000;

/// Deterministic, so that failures are reproducible.
fn runner(cases: u32) -> TestRunner {
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

fn same_kind(event: &WebhookEvent, kind: Kind) -> bool {
    matches!(
        (event, kind),
        (WebhookEvent::V1Status(_), Kind::V1Status)
            | (WebhookEvent::V1Inbound(_), Kind::V1Inbound)
            | (WebhookEvent::V0_1Status(_), Kind::V0_1Status)
            | (WebhookEvent::V0_1Inbound(_), Kind::V0_1Inbound)
            | (WebhookEvent::V0_1Report(_), Kind::V0_1Report)
    )
}

/// Kinds of webhooks: detected by `Kind` and by `WebhookEvent` alike.
const WEBHOOKS: &[Kind] = &[
    Kind::V1Status,
    Kind::V1Inbound,
    Kind::V0_1Status,
    Kind::V0_1Inbound,
    Kind::V0_1Report,
];

/// Decodes and encodes one mutated webhook; all ways of decoding must agree.
fn check_webhook(fixture: &Fixture, change: &Change) -> Result<(), TestCaseError> {
    let mut value = fixture.value();
    change.apply(fixture.kind, &mut value);
    let bytes = value.to_string().into_bytes();
    // The reference is the result of a JSON parser.
    let value: Value = serde_json::from_slice(&bytes).unwrap();

    let event = WebhookEvent::from_slice(&bytes).unwrap();
    prop_assert!(
        same_kind(&event, fixture.kind),
        "{} became {event:?}",
        fixture.name
    );
    let written: Value = serde_json::from_slice(&event.to_vec()).unwrap();
    prop_assert_eq!(&written, &value, "{}", fixture.name);
    let status = event
        .view()
        .status()
        .map(|status| status.as_str().to_owned());
    if let Some(status) = status {
        prop_assert_eq!(Some(status.as_str()), value["status"].as_str());
    }

    let checked = fixture.kind.check(value.clone());
    prop_assert!(checked.valid);
    prop_assert_eq!(&checked.value, &value);
    prop_assert_eq!(Kind::detect(&value), Ok(fixture.kind));
    for added in ["/x-0", "/x-1", "/x-2"] {
        prop_assert!(checked.unknown.iter().any(|pointer| pointer == added));
    }
    let others = checked
        .unknown
        .iter()
        .filter(|pointer| !pointer.contains("/x-"));
    for pointer in others {
        let expected =
            matches!(pointer.as_str(), "/poll") || pointer.starts_with("/message/content/");
        prop_assert!(
            expected,
            "{} is known, but {pointer} was listed",
            fixture.name
        );
    }
    Ok(())
}

#[test]
fn no_change_of_a_webhook_loses_anything() {
    let count = change_webhooks(CASES);
    println!("changed webhooks: {count} cases, 0 refused, 0 lost");
}

fn change_webhooks(cases: u32) -> u32 {
    let webhooks = fixtures::webhooks();
    let count = Cell::new(0_u32);
    runner(cases)
        .run(&any_change(webhooks.len()), |change| {
            count.set(count.get() + 1);
            check_webhook(&webhooks[change.fixture], &change)
        })
        .unwrap();
    assert!(count.get() >= cases);
    count.get()
}

/// Names of all fields of all fixtures.
fn vocabulary() -> Vec<String> {
    fn collect(value: &Value, names: &mut Vec<String>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
            Value::Object(map) => {
                for (key, value) in map {
                    names.push(key.clone());
                    collect(value, names);
                }
            }
            _ => {}
        }
    }
    let mut names = Vec::new();
    for fixture in fixtures::received() {
        collect(&fixture.value(), &mut names);
    }
    names.sort();
    names.dedup();
    names
}

/// Objects with known names in the wrong places and with invalid values.
fn any_plausible_object() -> impl Strategy<Value = Value> {
    let name = proptest::sample::select(vocabulary());
    let leaf = prop_oneof![
        3 => proptest::sample::select(vec![
            json!("text"), json!("sms"), json!("image"), json!("whatsapp"), json!("delivered"),
            json!("location"), json!("button"), json!("failover"), json!(7), json!("7"), json!(null),
        ]),
        1 => any_json(),
    ];
    let inner = leaf.prop_recursive(3, 24, 6, move |inner| {
        prop_oneof![
            1 => vec(inner.clone(), 0..3).prop_map(Value::from),
            4 => vec((name.clone(), inner), 0..6).prop_map(|members| members.into_iter().collect()),
        ]
    });
    vec((proptest::sample::select(vocabulary()), inner), 0..14)
        .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>()))
}

#[test]
fn no_object_is_lost_whatever_it_is_taken_for() {
    let count = take_objects_for_everything(CASES);
    println!("plausible objects: {count} cases, 0 lost");
}

fn take_objects_for_everything(cases: u32) -> u32 {
    let count = Cell::new(0_u32);
    runner(cases)
        .run(&any_plausible_object(), |value| {
            count.set(count.get() + 1);
            let value: Value = serde_json::from_str(&value.to_string()).unwrap();
            let detected = Kind::detect(&value);
            for kind in WEBHOOKS {
                let event = WebhookEvent::from(value.clone());
                prop_assert_eq!(
                    detected == Ok(*kind),
                    same_kind(&event, *kind),
                    "{:?}",
                    detected
                );
            }
            for kind in Kind::ALL {
                let checked = kind.check(value.clone());
                prop_assert_eq!(&checked.value, &value, "{}", kind);
                prop_assert_eq!(checked.valid, checked.problems.is_empty());
                prop_assert!(kind.is_outbound() || checked.valid, "{} refused", kind);
            }
            let event = WebhookEvent::from(value.clone());
            prop_assert_eq!(serde_json::to_value(&event).unwrap(), value);
            let _ = format!("{event:?} {:?}", event.view());
            Ok(())
        })
        .unwrap();
    count.get()
}

/// Runs every decoder on arbitrary bytes.
fn read_as_everything(bytes: &[u8]) {
    let _ = WebhookEvent::from_slice(bytes)
        .map(|event| (event.to_vec(), format!("{:?}", event.view())));
    let _ = Message::from_slice(bytes).map(|message| message.to_vec());
    let _ = Update::from_slice(bytes).map(|update| update.to_vec());
    let _ = MessageStatus::from_slice(bytes).map(|status| status.to_vec());
    let _ = Inbound::from_slice(bytes).map(|inbound| inbound.to_vec());
    let _ = ErrorObject::from_slice(bytes).map(|error| error.sync_code());
    let _ = v0_1::Message::from_slice(bytes).map(|message| message.to_vec());
    let _ = v0_1::Workflow::from_slice(bytes).map(|workflow| workflow.to_vec());
    if let Ok(value) = serde_json::from_slice::<Value>(bytes) {
        for kind in Kind::ALL {
            let _ = kind.check(value.clone());
        }
    }
}

#[test]
fn no_bytes_make_a_decoder_panic() {
    let count = read_bytes(CASES);
    println!("arbitrary bytes: {count} cases, 0 panics");
}

fn read_bytes(cases: u32) -> u32 {
    let fixtures = fixtures::received();
    let damaged = (
        0..fixtures.len(),
        vec((any::<u16>(), any::<u8>()), 0..4),
        any::<u16>(),
    )
        .prop_map(move |(index, flips, cut)| {
            let mut bytes = fixtures[index].bytes.clone();
            for (at, byte) in flips {
                let length = bytes.len();
                bytes[usize::from(at) % length] = byte;
            }
            bytes.truncate(usize::from(cut));
            bytes
        });
    let strategy = prop_oneof![vec(any::<u8>(), 0..256), damaged];
    let count = Cell::new(0_u32);
    runner(cases)
        .run(&strategy, |bytes| {
            count.set(count.get() + 1);
            read_as_everything(&bytes);
            Ok(())
        })
        .unwrap();
    count.get()
}

#[test]
fn deep_nesting_is_refused_and_not_followed() {
    for deep in [
        "[".repeat(100_000),
        "{\"a\":".repeat(100_000),
        "{\"error\":".repeat(100_000),
    ] {
        assert!(WebhookEvent::from_slice(deep.as_bytes()).is_err());
        read_as_everything(deep.as_bytes());
    }
    // Nested errors are decoded up to the parser's own limit.
    let depth = 100;
    let status = format!(
        r#"{{"message_uuid":"u","channel":"sms","from":"1","to":"2","timestamp":"t","status":"rejected","error":{}{{"title":"1000"}}{}}}"#,
        r#"{"error":"#.repeat(depth),
        "}".repeat(depth)
    );
    let status = MessageStatus::from_slice(status.as_bytes()).unwrap();
    assert_eq!(status.error.unwrap().code().unwrap().number(), 1000);
}

#[test]
#[ignore = "minutes in debug mode: run it with --release"]
fn nothing_is_lost_in_50_000_cases_of_each() {
    let count = change_webhooks(50_000);
    println!("changed webhooks: {count} cases, 0 refused, 0 lost");
    let count = take_objects_for_everything(50_000);
    println!("plausible objects: {count} cases, 0 lost");
    let count = read_bytes(50_000);
    println!("arbitrary bytes: {count} cases, 0 panics");
}
