//! The body of an inbound webhook.

use bytes::Bytes;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::{Address, to_bytes};
use crate::clock::Moment;
use crate::state::channel::Channel;
use messages_types::v1::WebhookVersion;

/// The facts in an inbound webhook.
pub(crate) struct InboundFacts<'a> {
    pub(crate) uuid: &'a str,
    pub(crate) channel: Channel,
    /// The application's side.
    pub(crate) to: &'a str,
    /// The sender.
    pub(crate) from: &'a str,
    pub(crate) at: Moment,
    pub(crate) kind: &'a str,
    /// The content and everything else that goes beside it, in the flat form.
    pub(crate) fields: &'a Map<String, Value>,
}

/// An inbound webhook.
pub(crate) fn inbound(version: WebhookVersion, facts: &InboundFacts<'_>) -> Bytes {
    match version {
        WebhookVersion::V0_1 => to_bytes(&InboundV0_1(facts)),
        _ => to_bytes(&InboundV1(facts)),
    }
}

struct InboundV1<'a>(&'a InboundFacts<'a>);

impl Serialize for InboundV1<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let facts = self.0;
        let mut out = serializer.serialize_map(None)?;
        out.serialize_entry("channel", facts.channel.name())?;
        out.serialize_entry("message_uuid", facts.uuid)?;
        out.serialize_entry("to", facts.to)?;
        out.serialize_entry("from", facts.from)?;
        out.serialize_entry("timestamp", &facts.at.seconds_text())?;
        // An inbound SMS names no type.
        if facts.channel != Channel::Sms {
            out.serialize_entry("message_type", facts.kind)?;
        }
        for (name, value) in facts.fields {
            out.serialize_entry(name, value)?;
        }
        out.end()
    }
}

struct InboundV0_1<'a>(&'a InboundFacts<'a>);

impl Serialize for InboundV0_1<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let facts = self.0;
        let mut content = Map::new();
        content.insert("type".to_owned(), facts.kind.into());
        if let Some(value) = facts.fields.get(facts.kind) {
            content.insert(facts.kind.to_owned(), content_v0_1(facts, value));
        }
        let mut message = Map::new();
        message.insert("content".to_owned(), Value::Object(content));
        if facts.channel == Channel::Sms
            && let Some(count) = facts
                .fields
                .get("sms")
                .and_then(|sms| sms.get("num_messages"))
        {
            message.insert(
                "sms".to_owned(),
                serde_json::json!({ "num_messages": count }),
            );
        }

        let mut out = serializer.serialize_map(None)?;
        out.serialize_entry("message_uuid", facts.uuid)?;
        out.serialize_entry("timestamp", &facts.at.millis_text())?;
        out.serialize_entry("to", &Address::own(facts.channel, facts.to))?;
        out.serialize_entry("from", &Address::person(facts.channel, facts.from))?;
        out.serialize_entry("direction", "inbound")?;
        out.serialize_entry("message", &message)?;
        if let Some(usage) = facts.fields.get("usage") {
            out.serialize_entry("usage", usage)?;
        }
        out.end()
    }
}

/// The old generation writes a position as texts, and on Messenger under other names.
fn content_v0_1(facts: &InboundFacts<'_>, value: &Value) -> Value {
    if facts.kind != "location" {
        return value.clone();
    }
    let text = |name: &str| match value.get(name) {
        Some(Value::String(text)) => Value::from(text.as_str()),
        Some(number) => Value::from(number.to_string()),
        None => Value::from("0"),
    };
    let number = |name: &str| value.get(name).cloned().unwrap_or_default();
    let mut location = match facts.channel {
        Channel::Messenger => serde_json::json!({ "lat": number("lat"), "long": number("long") }),
        _ => serde_json::json!({ "longitude": text("long"), "latitude": text("lat") }),
    };
    if let Some(location) = location.as_object_mut() {
        for name in ["name", "address", "url"] {
            if let Some(value) = value.get(name) {
                location.insert(name.to_owned(), value.clone());
            }
        }
    }
    location
}
