//! What the API sends is never refused and never loses anything, whatever it becomes.
//!
//! 5,000 cases by default; `MESSAGES_TYPES_CASES` sets another number.

use std::cell::Cell;

use messages_types::v1::{Inbound, Message, MessageStatus, Update};
use messages_types::{Document, ErrorObject, Kind, WebhookEvent, v0_1};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Map, Value, json};

use crate::fixtures::{self, Fixture};

fn cases() -> u32 {
    std::env::var("MESSAGES_TYPES_CASES").map_or(5_000, |cases| cases.parse().unwrap())
}

/// Always the same cases, so that a failure is a failure everywhere.
fn runner(cases: u32) -> TestRunner {
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// Any characters at all.
fn any_text(length: usize) -> impl Strategy<Value = String> {
    vec(any::<char>(), 0..=length).prop_map(String::from_iter)
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any_text(8).prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((any_text(4), inner), 0..4).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

/// What is done to a fixture. Masks go over the places of the document in order, again and again.
#[derive(Debug, Clone)]
struct Change {
    fixture: usize,
    renamed: Vec<String>,
    rename: u64,
    remove: u64,
    null: u64,
    retype: u64,
    members: Vec<Value>,
}

fn any_change(fixtures: usize) -> impl Strategy<Value = Change> {
    (
        0..fixtures,
        vec(any_text(8), 1..5),
        any::<u64>(),
        any::<u64>(),
        any::<u64>(),
        any::<u64>(),
        vec(any_json(), 3),
    )
        .prop_map(
            |(fixture, renamed, rename, remove, null, retype, members)| Change {
                fixture,
                renamed,
                rename,
                // Two draws: a quarter of the optional members goes, another quarter becomes null.
                remove: remove & null,
                null: null & !remove,
                retype,
                members,
            },
        )
}

/// Members with a list of known values.
const CHOICES: &[&str] = &[
    "action",
    "category",
    "channel",
    "context_status",
    "message_type",
    "pricing_model",
    "status",
    "type",
];

/// Members that come as numbers and as strings.
const SCALARS: &[&str] = &[
    "code",
    "count_total",
    "error_code",
    "item_number",
    "item_price",
    "items_number",
    "items_total",
    "lat",
    "latitude",
    "long",
    "longitude",
    "num_messages",
    "price",
    "quantity",
    "title",
    "total_count",
    "total_items",
];

/// Without these the document is of no kind.
fn is_required(kind: Kind, pointer: &str) -> bool {
    let required: &[&str] = match kind {
        Kind::V1Status => &[
            "/message_uuid",
            "/channel",
            "/from",
            "/to",
            "/timestamp",
            "/status",
        ],
        Kind::V1Inbound => &[
            "/message_uuid",
            "/channel",
            "/from",
            "/to",
            "/timestamp",
            "/message_type",
            "/text",
        ],
        Kind::V0_1Status => &[
            "/message_uuid",
            "/from",
            "/from/type",
            "/to",
            "/to/type",
            "/timestamp",
            "/status",
        ],
        Kind::V0_1Inbound => &[
            "/message_uuid",
            "/from",
            "/from/type",
            "/to",
            "/to/type",
            "/timestamp",
            "/message",
            "/message/content",
            "/message/content/type",
        ],
        Kind::V0_1Report => &[
            "/template",
            "/status",
            "/timestamp",
            "/dispatch_uuid",
            "/workflow_uuid",
        ],
        _ => &[],
    };
    required.contains(&pointer)
}

struct Mutation<'a> {
    kind: Kind,
    change: &'a Change,
    place: u32,
}

impl Mutation<'_> {
    fn hits(&self, mask: u64) -> bool {
        mask.rotate_right(self.place) & 1 == 1
    }

    fn apply(&mut self, value: &mut Value, pointer: &str) {
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.apply(item, &format!("{pointer}/{index}"));
                }
            }
            Value::Object(map) => {
                for key in map.keys().cloned().collect::<Vec<_>>() {
                    self.place += 1;
                    let pointer = format!("{pointer}/{key}");
                    let optional = !is_required(self.kind, &pointer);
                    if optional && self.hits(self.change.remove) {
                        map.remove(&key);
                    } else if optional && self.hits(self.change.null) {
                        map.insert(key, Value::Null);
                    } else {
                        self.change_member(&key, &mut map[&key], &pointer);
                    }
                }
                for (index, member) in self.change.members.iter().enumerate() {
                    map.insert(format!("x-{index}"), member.clone());
                }
            }
            _ => {}
        }
    }

    fn change_member(&mut self, key: &str, value: &mut Value, pointer: &str) {
        if CHOICES.contains(&key) && value.is_string() && self.hits(self.change.rename) {
            let place = usize::try_from(self.place).unwrap();
            *value = self.change.renamed[place % self.change.renamed.len()]
                .clone()
                .into();
        } else if SCALARS.contains(&key) && self.hits(self.change.retype) {
            *value = match &*value {
                Value::Number(number) => number.to_string().into(),
                Value::String(text) => text
                    .parse::<f64>()
                    .map_or_else(|_| text.as_str().into(), Value::from),
                other => other.clone(),
            };
        } else {
            self.apply(value, pointer);
        }
    }
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

/// Reads and writes one changed webhook; every way in must agree.
fn check_webhook(fixture: &Fixture, change: &Change) -> Result<(), TestCaseError> {
    let mut value = fixture.value();
    Mutation {
        kind: fixture.kind,
        change,
        place: 0,
    }
    .apply(&mut value, "");
    let bytes = value.to_string().into_bytes();
    // The judge is what a JSON parser makes of the bytes.
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
    let webhooks = fixtures::webhooks();
    let count = Cell::new(0_u32);
    runner(cases())
        .run(&any_change(webhooks.len()), |change| {
            count.set(count.get() + 1);
            check_webhook(&webhooks[change.fixture], &change)
        })
        .unwrap();
    println!("changed webhooks: {} cases, 0 refused, 0 lost", count.get());
    assert!(count.get() >= cases());
}

/// The names of all members of all fixtures.
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

/// Objects that have the right names in the wrong places, with the wrong values.
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
    let count = Cell::new(0_u32);
    runner(cases())
        .run(&any_plausible_object(), |value| {
            count.set(count.get() + 1);
            let value: Value = serde_json::from_str(&value.to_string()).unwrap();
            prop_assert!(Kind::detect(&value).is_some());
            for kind in Kind::ALL {
                let checked = kind.check(value.clone());
                prop_assert_eq!(&checked.value, &value, "{}", kind);
                prop_assert_eq!(checked.valid, checked.problems.is_empty());
                let sent = matches!(
                    kind,
                    Kind::V1Message | Kind::V1Update | Kind::V0_1Message | Kind::V0_1Workflow
                );
                prop_assert!(sent || checked.valid, "{} refused", kind);
            }
            let event = WebhookEvent::from(value.clone());
            prop_assert_eq!(serde_json::to_value(&event).unwrap(), value);
            let _ = format!("{event:?} {:?}", event.view());
            Ok(())
        })
        .unwrap();
    println!("plausible objects: {} cases, 0 lost", count.get());
}

/// Every decoder, on bytes that may be anything.
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
    runner(cases())
        .run(&strategy, |bytes| {
            count.set(count.get() + 1);
            read_as_everything(&bytes);
            Ok(())
        })
        .unwrap();
    println!("arbitrary bytes: {} cases, 0 panics", count.get());
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
    // Within the parser's own limit, nested errors are read.
    let depth = 100;
    let status = format!(
        r#"{{"message_uuid":"u","channel":"sms","from":"1","to":"2","timestamp":"t","status":"rejected","error":{}{{"title":"1000"}}{}}}"#,
        r#"{"error":"#.repeat(depth),
        "}".repeat(depth)
    );
    let status = MessageStatus::from_slice(status.as_bytes()).unwrap();
    assert_eq!(status.error.unwrap().code().unwrap().number(), 1000);
}
