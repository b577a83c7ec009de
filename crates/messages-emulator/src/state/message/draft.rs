//! The content of a request, the same for both generations.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::state::channel::Channel;
use crate::state::generation::Generation;

/// A message to be sent, taken from a body that was found valid.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Draft {
    pub(crate) generation: Generation,
    pub(crate) channel: Channel,
    pub(crate) from: Box<str>,
    pub(crate) to: Box<str>,
    pub(crate) content: Content,
    pub(crate) client_ref: Option<Box<str>>,
    pub(crate) webhook_url: Option<Box<str>>,
    pub(crate) webhook_version: Option<Generation>,
    /// Seconds.
    pub(crate) ttl: Option<u64>,
}

/// The content of a message, in the flat form of v1 whatever it came in: `message_type`, the field of that name, and the
/// channel's options.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Content {
    pub(crate) kind: Box<str>,
    pub(crate) members: Map<String, Value>,
}

/// Members of a v1 message that are not what it says.
const ENVELOPE: [&str; 10] = [
    "channel",
    "message_type",
    "from",
    "to",
    "client_ref",
    "webhook_url",
    "webhook_version",
    "failover",
    "trusted_recipient",
    "trusted_sender",
];

impl Draft {
    /// Reads a v1 message. `None` if it is none, which a body that was found valid never is.
    pub(crate) fn from_v1(message: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| message.get(name)?.as_str();
        let channel: Channel = text("channel")?.parse().ok()?;
        let members = message
            .iter()
            .filter(|(name, _)| !ENVELOPE.contains(&name.as_str()));
        Some(Self {
            generation: Generation::V1,
            channel,
            from: text("from")?.into(),
            to: text("to")?.into(),
            content: Content {
                kind: text("message_type")?.into(),
                members: members
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect(),
            },
            client_ref: text("client_ref").map(Into::into),
            webhook_url: text("webhook_url").map(Into::into),
            webhook_version: text("webhook_version").and_then(|version| match version {
                "v0.1" => Some(Generation::V0_1),
                "v1" => Some(Generation::V1),
                _ => None,
            }),
            ttl: message
                .get("ttl")
                .or_else(|| message.get("viber_service")?.get("ttl"))
                .and_then(Value::as_u64),
        })
    }

    /// Reads a v0.1 message or a workflow's step.
    pub(crate) fn from_v0_1(message: &Map<String, Value>) -> Option<Self> {
        let address = |name: &str| {
            let address = message.get(name)?;
            let value = address.get("number").or_else(|| address.get("id"))?;
            Some((address.get("type")?.as_str()?, value.as_str()?))
        };
        let (channel, to) = address("to")?;
        let (_, from) = address("from")?;
        let channel: Channel = channel.parse().ok()?;
        let body = message.get("message")?.as_object()?;
        let content = body.get("content")?.as_object()?;
        let options = body.get(channel.v0_1_name());
        let mut members: Map<String, Value> = content
            .iter()
            .filter(|(name, _)| *name != "type")
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if let Some(options) = options {
            members.insert(channel.name().to_owned(), options.clone());
        }
        Some(Self {
            generation: Generation::V0_1,
            channel,
            from: from.into(),
            to: to.into(),
            content: Content {
                kind: content.get("type")?.as_str()?.into(),
                members,
            },
            client_ref: message
                .get("client_ref")
                .and_then(Value::as_str)
                .map(Into::into),
            webhook_url: None,
            webhook_version: None,
            ttl: options
                .and_then(|options| options.get("ttl"))
                .and_then(Value::as_u64),
        })
    }
}

impl Content {
    /// Estimated memory.
    pub(crate) fn bytes(&self) -> usize {
        self.kind.len() + bytes_of_members(&self.members)
    }

    /// The readable texts: the text, the caption, the title.
    pub(crate) fn text(&self) -> String {
        let mut words = Vec::new();
        if let Some(member) = self.members.get(&*self.kind) {
            collect_words(member, &mut words);
        }
        if let Some(email) = self.members.get("email") {
            words.extend(email.get("subject").and_then(Value::as_str));
        }
        words.join("\n")
    }

    /// The encoding that an SMS asks for, if it is one.
    pub(crate) fn sms_encoding(&self) -> Option<&str> {
        self.members.get("sms")?.get("encoding_type")?.as_str()
    }

    /// As JSON, with `message_type` first.
    pub(crate) fn to_json(&self) -> Map<String, Value> {
        let mut json = Map::new();
        json.insert("message_type".to_owned(), Value::from(&*self.kind));
        json.extend(
            self.members
                .iter()
                .map(|(name, value)| (name.clone(), value.clone())),
        );
        json
    }
}

/// Estimated memory of a JSON value.
fn bytes_of(value: &Value) -> usize {
    let within = match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(bytes_of).sum(),
        Value::Object(members) => bytes_of_members(members),
        _ => 0,
    };
    size_of::<Value>() + within
}

fn bytes_of_members(members: &Map<String, Value>) -> usize {
    let bytes = members
        .iter()
        .map(|(name, value)| 2 * size_of::<String>() + name.len() + bytes_of(value));
    bytes.sum()
}

/// Collects what a person would read, to a bounded depth: bodies are bounded, recursion should be too.
fn collect_words<'v>(value: &'v Value, words: &mut Vec<&'v str>) {
    fn walk<'v>(value: &'v Value, readable: bool, depth: usize, words: &mut Vec<&'v str>) {
        match value {
            Value::String(text) if readable => words.push(text),
            Value::Array(items) if depth > 0 => {
                for item in items {
                    walk(item, readable, depth - 1, words);
                }
            }
            Value::Object(members) if depth > 0 => {
                for (name, member) in members {
                    let readable = matches!(
                        name.as_str(),
                        "text"
                            | "caption"
                            | "title"
                            | "body"
                            | "name"
                            | "emoji"
                            | "parameters"
                            | "description"
                    );
                    walk(member, readable, depth - 1, words);
                }
            }
            _ => {}
        }
    }
    walk(value, true, 6, words);
}
