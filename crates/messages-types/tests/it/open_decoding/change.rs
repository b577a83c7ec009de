//! Mutations of a webhook: unknown values, and fields that are added, removed or of another type.

use messages_types::Kind;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Text of arbitrary characters.
fn any_text(length: usize) -> impl Strategy<Value = String> {
    vec(any::<char>(), 0..=length).prop_map(String::from_iter)
}

pub(super) fn any_json() -> impl Strategy<Value = Value> {
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

/// Mutation of a fixture. The masks are applied to the places of the document in order, repeatedly.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) fixture: usize,
    renamed: Vec<String>,
    rename: u64,
    remove: u64,
    null: u64,
    odd: u64,
    retype: u64,
    members: Vec<Value>,
}

pub(super) fn any_change(fixtures: usize) -> impl Strategy<Value = Change> {
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
                // Two draws: a quarter of the optional fields is removed, another quarter becomes null.
                remove: remove & null,
                null: null & !remove,
                odd: retype & rename & !null,
                retype,
                members,
            },
        )
}

/// Fields with a list of known values.
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

/// Fields that are numbers or strings.
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

/// Returns `true` for the fields without which the document is not of this kind.
fn is_required(kind: Kind, pointer: &str) -> bool {
    let required: &[&str] = match kind {
        Kind::V1Status => &["/message_uuid", "/status"],
        Kind::V1Inbound => &["/message_uuid", "/message_type", "/text"],
        // One of the addresses must be an object.
        Kind::V0_1Status => &["/message_uuid", "/to", "/to/type", "/status"],
        Kind::V0_1Inbound => &["/message_uuid", "/message", "/message/content"],
        Kind::V0_1Report => &["/status", "/dispatch_uuid", "/workflow_uuid"],
        _ => &[],
    };
    required.contains(&pointer)
}

struct Mutation<'a> {
    kind: Kind,
    change: &'a Change,
    place: u32,
}

impl Change {
    /// Mutates a document of this kind.
    pub(super) fn apply(&self, kind: Kind, value: &mut Value) {
        let mut mutation = Mutation {
            kind,
            change: self,
            place: 0,
        };
        mutation.apply(value, "");
    }
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
                    } else if optional && self.hits(self.change.odd) {
                        let odd = if map[&key].is_string() {
                            json!([7])
                        } else {
                            json!("odd")
                        };
                        map.insert(key, odd);
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
