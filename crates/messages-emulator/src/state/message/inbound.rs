//! Inbound messages.

use serde_json::{Map, Value, json};

use crate::state::Content;
use crate::state::channel::{Channel, price_text};
use crate::state::message::segments;

/// A message of a user, delivered to the application as an inbound webhook.
///
/// ```
/// use messages_emulator::{Channel, InboundMessage};
///
/// let hello = InboundMessage::text(Channel::Sms, "447700900000", "447700900001", "Hello");
/// let here = InboundMessage::new(Channel::Messenger, "user-1", "page-1", "location")
///     .with("location", serde_json::json!({ "lat": 51.5, "long": -0.1 }));
/// ```
#[derive(Clone)]
pub struct InboundMessage {
    pub(crate) channel: Channel,
    pub(crate) from: Box<str>,
    pub(crate) to: Box<str>,
    pub(crate) kind: Box<str>,
    pub(crate) fields: Map<String, Value>,
}

/// The reason for which a JSON document is not a deliverable inbound message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InboundError {
    /// It is no JSON object.
    #[error("the message is no JSON object")]
    NotAnObject,
    /// `channel` (in v0.1 `from.type`) is missing or names no channel.
    #[error("the message names no channel")]
    Channel,
    /// `from` or `to` is missing or no text.
    #[error("the message lacks from or to")]
    Party,
    /// In v0.1: `message.content.type` is missing.
    #[error("the message lacks message.content")]
    Content,
    /// People cannot send messages of this type over the channel.
    #[error("{0} has no inbound messages of this message_type")]
    Type(Channel),
}

/// The types of inbound messages, and the channels that have them. Other types pass: a receiver must expect them.
const TYPES: [(&str, &[Channel]); 14] = {
    use Channel::{Messenger, Mms, Rcs, Sms, ViberService, Whatsapp};
    [
        ("text", &[Sms, Mms, Rcs, Whatsapp, Messenger, ViberService]),
        ("image", &[Mms, Rcs, Whatsapp, Messenger, ViberService]),
        ("audio", &[Mms, Rcs, Whatsapp, Messenger]),
        ("video", &[Mms, Rcs, Whatsapp, Messenger, ViberService]),
        ("file", &[Mms, Rcs, Whatsapp, Messenger, ViberService]),
        ("vcard", &[Mms, Rcs]),
        // Over Messenger in v0.1.
        ("location", &[Rcs, Whatsapp, Messenger]),
        ("sticker", &[Whatsapp]),
        ("contacts", &[Whatsapp]),
        ("reply", &[Rcs, Whatsapp]),
        ("button", &[Rcs, Whatsapp]),
        ("order", &[Whatsapp]),
        ("reaction", &[Whatsapp]),
        ("unsupported", &[Whatsapp, Messenger, ViberService]),
    ]
};

/// Fields that the emulator sets itself.
const OWN: [&str; 6] = [
    "channel",
    "message_uuid",
    "to",
    "from",
    "timestamp",
    "message_type",
];

impl InboundMessage {
    /// A message over a channel, from a user to the application, with a `message_type`; its content is added
    /// by [`with`](Self::with).
    #[must_use]
    pub fn new(
        channel: Channel,
        from: impl Into<String>,
        to: impl Into<String>,
        message_type: impl Into<String>,
    ) -> Self {
        Self {
            channel,
            from: from.into().into(),
            to: to.into().into(),
            kind: message_type.into().into(),
            fields: Map::new(),
        }
    }

    /// A text.
    #[must_use]
    pub fn text(
        channel: Channel,
        from: impl Into<String>,
        to: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        Self::new(channel, from, to, "text").with("text", text.into())
    }

    /// Adds a field of the flat (v1) form: the content under the name of its type, `context`, `profile` and so on.
    #[must_use]
    pub fn with(mut self, field: impl Into<String>, value: impl Into<Value>) -> Self {
        let field = field.into();
        if !OWN.contains(&field.as_str()) {
            self.fields.insert(field, value.into());
        }
        self
    }

    /// Reads the JSON of an inbound webhook of either generation; its uuid and its time are made anew.
    ///
    /// # Errors
    /// Names the missing field, or that the channel has no inbound messages of the type, such as an image over SMS.
    pub fn from_json(value: Value) -> Result<Self, InboundError> {
        let message = Self::read(value)?;
        let known = TYPES.iter().find(|(name, _)| **name == *message.kind);
        // Nothing is documented of inbound e-mail.
        let fits = message.channel == Channel::Email
            || known.is_none_or(|(_, channels)| channels.contains(&message.channel));
        if !fits {
            return Err(InboundError::Type(message.channel));
        }
        Ok(message)
    }

    fn read(value: Value) -> Result<Self, InboundError> {
        let Value::Object(mut map) = value else {
            return Err(InboundError::NotAnObject);
        };
        if map.get("from").is_some_and(Value::is_object) {
            return Self::from_v0_1(&map);
        }
        let text = |name: &str| map.get(name).and_then(Value::as_str);
        let channel = text("channel")
            .and_then(|name| name.parse().ok())
            .ok_or(InboundError::Channel)?;
        let (from, to) = text("from").zip(text("to")).ok_or(InboundError::Party)?;
        let mut message = Self::new(channel, from, to, text("message_type").unwrap_or("text"));
        map.retain(|name, _| !OWN.contains(&name.as_str()));
        message.fields = map;
        Ok(message)
    }

    fn from_v0_1(map: &Map<String, Value>) -> Result<Self, InboundError> {
        let address = |name: &str| {
            let address = map.get(name)?;
            let value = address.get("number").or_else(|| address.get("id"))?;
            value.as_str()
        };
        let channel = map
            .get("from")
            .and_then(|from| from.get("type")?.as_str()?.parse().ok())
            .ok_or(InboundError::Channel)?;
        let (from, to) = address("from")
            .zip(address("to"))
            .ok_or(InboundError::Party)?;
        let content = map
            .get("message")
            .and_then(|message| message.get("content")?.as_object())
            .ok_or(InboundError::Content)?;
        let kind = content
            .get("type")
            .and_then(Value::as_str)
            .ok_or(InboundError::Content)?;
        let mut message = Self::new(channel, from, to, kind);
        if let Some(value) = content.get(kind) {
            let value = if kind == "location" {
                flat_location(value)
            } else {
                value.clone()
            };
            message.fields.insert(kind.to_owned(), value);
        }
        Ok(message)
    }

    /// Adds the fields that a provider adds beside the content, unless they were given.
    pub(crate) fn complete(&mut self, uuid: &str) {
        let network = ("origin", json!({ "network_code": "12345" }));
        let added = match self.channel {
            Channel::Sms => {
                let text = self.readable();
                let count = segments::of(Channel::Sms, &text, None)
                    .unwrap_or(1)
                    .to_string();
                let keyword = text.split_whitespace().next().unwrap_or_default();
                let sms = json!({ "num_messages": count, "keyword": keyword.to_uppercase() });
                let price = price_text(Channel::Sms.price().unwrap_or_default());
                let usage = json!({ "currency": "EUR", "price": price });
                vec![("sms", sms), ("usage", usage), network]
            }
            Channel::Mms => vec![network],
            Channel::Rcs => vec![("context_status", "none".into())],
            Channel::Whatsapp => {
                let status = if self.fields.contains_key("context") {
                    "available"
                } else {
                    "none"
                };
                let link = format!("https://api-eu.vonage.com/v1/messages/{uuid}");
                vec![
                    ("context_status", status.into()),
                    ("profile", json!({ "name": "Jane Smith" })),
                    ("_self", json!({ "href": link })),
                ]
            }
            Channel::Messenger | Channel::ViberService | Channel::Email => Vec::new(),
        };
        for (name, value) in added {
            self.fields.entry(name).or_insert(value);
        }
    }

    /// The readable texts.
    pub(crate) fn readable(&self) -> String {
        let content = Content {
            kind: self.kind.clone(),
            fields: self.fields.clone(),
        };
        content.text()
    }
}

/// Not shown: who writes what to whom.
impl std::fmt::Debug for InboundMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InboundMessage")
            .field("channel", &self.channel)
            .field("message_type", &self.kind)
            .finish_non_exhaustive()
    }
}

/// A v0.1 position, texts under long names, as v1 writes it.
fn flat_location(value: &Value) -> Value {
    let number = |names: [&str; 2]| {
        let value = names.iter().find_map(|name| value.get(*name))?;
        value.as_f64().or_else(|| value.as_str()?.parse().ok())
    };
    let mut flat = json!({
        "lat": number(["latitude", "lat"]),
        "long": number(["longitude", "long"]),
    });
    for name in ["name", "address", "url"] {
        if let (Some(flat), Some(value)) = (flat.as_object_mut(), value.get(name)) {
            flat.insert(name.to_owned(), value.clone());
        }
    }
    flat
}
