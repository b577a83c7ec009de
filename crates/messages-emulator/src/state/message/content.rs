//! Messages of a submission as the emulator reads them, and their content in the flat form of v1.

use messages_types::v1::sms::Encoding;
use messages_types::v1::{self, ChannelMessage, WebhookVersion};
use messages_types::{Submission, v0_1};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::rules::Facts;
use crate::state::channel::Channel;

/// One message of a submission, of either generation.
#[derive(Clone, Copy)]
pub(crate) enum Outbound<'a> {
    V1(&'a ChannelMessage),
    V0_1(&'a v0_1::Message),
}

/// The content of a message, in the flat form of v1 whatever it came in: `message_type`, the field of that name, and the
/// channel's options.
pub(crate) struct Content {
    pub(crate) kind: Box<str>,
    pub(crate) fields: Map<String, Value>,
}

/// Fields of a v1 message that are not part of its content.
const ENVELOPE: [&str; 9] = [
    "channel",
    "message_type",
    "from",
    "to",
    "client_ref",
    "webhook_url",
    "webhook_version",
    "trusted_recipient",
    "trusted_sender",
];

impl<'a> Outbound<'a> {
    /// The message that is sent first. `None` for a kind of submission that is new to the models.
    pub(crate) fn first_of(submission: &'a Submission) -> Option<Self> {
        match submission {
            Submission::V1(message) => Some(Self::V1(&message.primary)),
            Submission::V0_1(message) => Some(Self::V0_1(message)),
            Submission::Workflow(workflow) => workflow.messages().next().map(Self::V0_1),
            _ => None,
        }
    }

    pub(crate) const fn generation(self) -> WebhookVersion {
        match self {
            Self::V1(_) => WebhookVersion::V1,
            Self::V0_1(_) => WebhookVersion::V0_1,
        }
    }

    /// `None` for a channel that is new to the models.
    pub(crate) fn channel(self) -> Option<Channel> {
        match self {
            Self::V1(message) => message.channel().as_str().parse().ok(),
            Self::V0_1(message) => message.channel().as_str().parse().ok(),
        }
    }

    pub(crate) fn sender(self) -> &'a str {
        match self {
            Self::V1(message) => message.sender(),
            Self::V0_1(message) => message.sender(),
        }
    }

    pub(crate) fn recipient(self) -> &'a str {
        match self {
            Self::V1(message) => message.recipient(),
            Self::V0_1(message) => message.recipient(),
        }
    }

    pub(crate) fn client_ref(self) -> Option<&'a str> {
        match self {
            Self::V1(message) => Some(message.envelope().client_ref.as_ref()?.as_str()),
            Self::V0_1(message) => message.client_ref().map(v0_1::ClientRef::as_str),
        }
    }

    pub(crate) fn webhook_url(self) -> Option<&'a str> {
        match self {
            Self::V1(message) => Some(message.envelope().webhook_url.as_ref()?.as_str()),
            Self::V0_1(_) => None,
        }
    }

    pub(crate) fn webhook_version(self) -> Option<WebhookVersion> {
        match self {
            Self::V1(message) => message.envelope().webhook_version,
            Self::V0_1(_) => None,
        }
    }

    /// Period in which delivery is attempted, in seconds.
    pub(crate) fn ttl(self) -> Option<u64> {
        let seconds = match self {
            Self::V1(ChannelMessage::Sms(message)) => message.ttl?.get(),
            Self::V1(ChannelMessage::Mms(message)) => message.ttl?.get(),
            Self::V1(ChannelMessage::Rcs(message)) => message.ttl?.get(),
            Self::V1(ChannelMessage::ViberService(message)) => {
                message.viber_service.as_ref()?.ttl?.get()
            }
            Self::V0_1(v0_1::Message::ViberServiceMsg(message)) => {
                message.message.viber_service_msg.as_ref()?.ttl?.get()
            }
            _ => return None,
        };
        Some(seconds.into())
    }

    /// The encoding that an SMS asks for.
    pub(crate) fn sms_encoding(self) -> Option<Encoding> {
        match self {
            Self::V1(ChannelMessage::Sms(message)) => message.sms.as_ref()?.encoding_type,
            _ => None,
        }
    }

    pub(crate) fn content(self) -> Content {
        match self {
            Self::V1(message) => {
                let mut fields = object(message);
                fields.retain(|name, _| !ENVELOPE.contains(&name.as_str()));
                Content {
                    kind: message.message_type().into(),
                    fields,
                }
            }
            Self::V0_1(message) => {
                let channel = message.channel();
                let mut body = match object(message).remove("message") {
                    Some(Value::Object(body)) => body,
                    _ => Map::new(),
                };
                let options = body.remove(channel.as_str());
                let mut fields = match body.remove("content") {
                    Some(Value::Object(content)) => content,
                    _ => Map::new(),
                };
                fields.remove("type");
                if let Some(options) = options {
                    let channel = v1::Channel::from(channel);
                    fields.insert(channel.as_str().to_owned(), options);
                }
                Content {
                    kind: message.message_type().into(),
                    fields,
                }
            }
        }
    }

    /// The facts that rules match on.
    pub(crate) fn facts<'f>(self, text: &'f str, path: &'f str) -> Facts<'f>
    where
        'a: 'f,
    {
        Facts {
            path: Some(path),
            channel: self.channel(),
            to: Some(self.recipient()),
            from: Some(self.sender()),
            text: Some(text),
        }
    }
}

/// Models serialize to objects and cannot fail to.
fn object<T: Serialize>(model: &T) -> Map<String, Value> {
    match serde_json::to_value(model) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

impl Content {
    /// The readable texts: the text, the caption, the title.
    pub(crate) fn text(&self) -> String {
        let mut words = Vec::new();
        if let Some(field) = self.fields.get(&*self.kind) {
            collect_words(field, &mut words);
        }
        if let Some(email) = self.fields.get("email") {
            words.extend(email.get("subject").and_then(Value::as_str));
        }
        words.join("\n")
    }

    /// As JSON, with its `message_type`.
    pub(crate) fn into_json(mut self) -> Map<String, Value> {
        let kind = Value::from(&*self.kind);
        self.fields.insert("message_type".to_owned(), kind);
        self.fields
    }
}

/// Collects the texts that the recipient reads, to a bounded depth: bodies are bounded, recursion should be too.
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
