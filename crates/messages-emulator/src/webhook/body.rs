//! The bodies of webhooks, written after the API's documentation and without the models that receivers read them with:
//! a mistake in those cannot hide itself here.

use bytes::Bytes;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::channel::Channel;
use crate::clock::Moment;
use crate::code;
use crate::status::Status;
use crate::world::{Generation, price_text};

/// What a status webhook tells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StatusFacts<'a> {
    pub(crate) uuid: &'a str,
    pub(crate) channel: Channel,
    pub(crate) to: &'a str,
    pub(crate) from: &'a str,
    pub(crate) at: Moment,
    pub(crate) status: Status,
    pub(crate) code: Option<u16>,
    /// The error's `instance`.
    pub(crate) instance: &'a str,
    pub(crate) client_ref: Option<&'a str>,
    pub(crate) price: Option<u32>,
    pub(crate) sms_segments: Option<u32>,
    pub(crate) flow: Option<FlowFacts<'a>>,
}

/// To which failover or workflow a message belongs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum FlowFacts<'a> {
    Failover {
        workflow_id: &'a str,
        /// From 1.
        number: usize,
        total: usize,
    },
    Workflow {
        uuid: &'a str,
        member: &'static str,
    },
}

#[derive(Serialize)]
struct Usage {
    currency: &'static str,
    price: String,
}

fn usage(price: u32) -> Usage {
    Usage {
        currency: "EUR",
        price: price_text(price),
    }
}

/// A status webhook.
pub(crate) fn status(generation: Generation, facts: &StatusFacts<'_>) -> Bytes {
    match generation {
        Generation::V1 => to_bytes(&StatusV1(facts)),
        Generation::V0_1 => to_bytes(&StatusV0_1(facts)),
    }
}

struct StatusV1<'a>(&'a StatusFacts<'a>);

impl Serialize for StatusV1<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Error<'a> {
            r#type: String,
            title: String,
            detail: &'static str,
            instance: &'a str,
        }
        #[derive(Serialize)]
        struct Workflow<'a> {
            workflow_id: &'a str,
            items_number: String,
            items_total: String,
        }
        #[derive(Serialize)]
        struct Destination {
            network_code: &'static str,
        }
        #[derive(Serialize)]
        struct Sms {
            count_total: String,
        }

        let facts = self.0;
        let mut out = serializer.serialize_map(None)?;
        out.serialize_entry("message_uuid", facts.uuid)?;
        out.serialize_entry("to", facts.to)?;
        out.serialize_entry("from", facts.from)?;
        out.serialize_entry("timestamp", &facts.at.seconds_text())?;
        out.serialize_entry("status", facts.status.name())?;
        if let Some(code) = facts.code {
            out.serialize_entry(
                "error",
                &Error {
                    r#type: format!("https://developer.vonage.com/api-errors/messages#{code}"),
                    title: code.to_string(),
                    detail: code::reason(code),
                    instance: facts.instance,
                },
            )?;
        }
        if let Some(client_ref) = facts.client_ref {
            out.serialize_entry("client_ref", client_ref)?;
        }
        if let Some(FlowFacts::Failover {
            workflow_id,
            number,
            total,
        }) = facts.flow
        {
            out.serialize_entry(
                "workflow",
                &Workflow {
                    workflow_id,
                    items_number: number.to_string(),
                    items_total: total.to_string(),
                },
            )?;
        }
        if let Some(price) = facts.price {
            out.serialize_entry("usage", &usage(price))?;
        }
        out.serialize_entry("channel", facts.channel.name())?;
        if matches!(facts.channel, Channel::Sms | Channel::Mms | Channel::Rcs) {
            let network_code = "12345";
            out.serialize_entry("destination", &Destination { network_code })?;
        }
        if let Some(segments) = facts.sms_segments {
            let count_total = segments.to_string();
            out.serialize_entry("sms", &Sms { count_total })?;
        }
        out.end()
    }
}

struct StatusV0_1<'a>(&'a StatusFacts<'a>);

impl Serialize for StatusV0_1<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Error {
            code: u16,
            reason: &'static str,
        }

        let facts = self.0;
        let mut out = serializer.serialize_map(None)?;
        out.serialize_entry("message_uuid", facts.uuid)?;
        out.serialize_entry("to", &Address::person(facts.channel, facts.to))?;
        out.serialize_entry("from", &Address::own(facts.channel, facts.from))?;
        out.serialize_entry("timestamp", &facts.at.millis_text())?;
        out.serialize_entry("status", facts.status.name())?;
        if let Some(code) = facts.code {
            let reason = code::reason(code);
            out.serialize_entry("error", &Error { code, reason })?;
        }
        if let Some(price) = facts.price {
            out.serialize_entry("usage", &usage(price))?;
        }
        if let Some(client_ref) = facts.client_ref {
            out.serialize_entry("client_ref", client_ref)?;
        }
        if let Some(FlowFacts::Workflow { uuid, member }) = facts.flow {
            out.serialize_entry("_links", &WorkflowLink { uuid, member })?;
        }
        out.end()
    }
}

/// `{type, number or id}`.
#[derive(Clone, Copy)]
struct Address<'a> {
    channel: Channel,
    member: &'static str,
    value: &'a str,
}

impl<'a> Address<'a> {
    fn person(channel: Channel, value: &'a str) -> Self {
        let member = channel.person_member();
        Self {
            channel,
            member,
            value,
        }
    }

    fn own(channel: Channel, value: &'a str) -> Self {
        let member = channel.own_member();
        Self {
            channel,
            member,
            value,
        }
    }
}

impl Serialize for Address<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(Some(2))?;
        out.serialize_entry("type", self.channel.v0_1_name())?;
        out.serialize_entry(self.member, self.value)?;
        out.end()
    }
}

struct WorkflowLink<'a> {
    uuid: &'a str,
    member: &'static str,
}

impl Serialize for WorkflowLink<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Link<'a>(&'a WorkflowLink<'a>);
        impl Serialize for Link<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut out = serializer.serialize_map(Some(2))?;
                out.serialize_entry(self.0.member, self.0.uuid)?;
                out.serialize_entry("href", &format!("/workflows/{}", self.0.uuid))?;
                out.end()
            }
        }
        let mut out = serializer.serialize_map(Some(1))?;
        out.serialize_entry("workflow", &Link(self))?;
        out.end()
    }
}

/// A message of a workflow, as its final report lists it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listed<'a> {
    pub(crate) uuid: &'a str,
    pub(crate) channel: Channel,
    pub(crate) price: Option<u32>,
    pub(crate) status: Option<Status>,
}

/// The final report of a workflow.
pub(crate) fn report(
    member: &'static str,
    uuid: &str,
    status: &str,
    at: Moment,
    messages: &[Listed<'_>],
) -> Bytes {
    #[derive(Serialize)]
    struct Message<'a> {
        message_uuid: &'a str,
        href: String,
        channel: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        usage: Option<Usage>,
        status: &'static str,
    }
    #[derive(Serialize)]
    struct Links<'a> {
        messages: Vec<Message<'a>>,
    }
    #[derive(Serialize)]
    struct Total {
        price: String,
        currency: &'static str,
    }
    struct Report<'a> {
        member: &'static str,
        uuid: &'a str,
        status: &'a str,
        at: Moment,
        messages: &'a [Listed<'a>],
    }
    impl Serialize for Report<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let total = self
                .messages
                .iter()
                .filter_map(|message| message.price)
                .sum();
            let messages = self.messages.iter().map(|message| Message {
                message_uuid: message.uuid,
                href: format!("/messages/{}", message.uuid),
                channel: message.channel.v0_1_name(),
                usage: message.price.map(usage),
                status: message.status.unwrap_or(Status::Submitted).name(),
            });
            let mut out = serializer.serialize_map(None)?;
            out.serialize_entry(self.member, self.uuid)?;
            out.serialize_entry("template", "failover")?;
            out.serialize_entry("status", self.status)?;
            out.serialize_entry("timestamp", &self.at.millis_text())?;
            out.serialize_entry(
                "usage",
                &Total {
                    price: price_text(total),
                    currency: "EUR",
                },
            )?;
            out.serialize_entry(
                "_links",
                &Links {
                    messages: messages.collect(),
                },
            )?;
            out.end()
        }
    }
    to_bytes(&Report {
        member,
        uuid,
        status,
        at,
        messages,
    })
}

/// What an inbound webhook tells.
pub(crate) struct InboundFacts<'a> {
    pub(crate) uuid: &'a str,
    pub(crate) channel: Channel,
    /// The application's side.
    pub(crate) to: &'a str,
    /// The person.
    pub(crate) from: &'a str,
    pub(crate) at: Moment,
    pub(crate) kind: &'a str,
    /// The content and everything else that goes beside it, in the flat form.
    pub(crate) members: &'a Map<String, Value>,
}

/// An inbound webhook.
pub(crate) fn inbound(generation: Generation, facts: &InboundFacts<'_>) -> Bytes {
    match generation {
        Generation::V1 => to_bytes(&InboundV1(facts)),
        Generation::V0_1 => to_bytes(&InboundV0_1(facts)),
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
        for (name, value) in facts.members {
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
        if let Some(value) = facts.members.get(facts.kind) {
            content.insert(facts.kind.to_owned(), content_v0_1(facts, value));
        }
        let mut message = Map::new();
        message.insert("content".to_owned(), Value::Object(content));
        if facts.channel == Channel::Sms
            && let Some(count) = facts
                .members
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
        if let Some(usage) = facts.members.get("usage") {
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

/// Every map here has texts for keys and no writer can fail.
fn to_bytes<T: Serialize>(value: &T) -> Bytes {
    serde_json::to_vec(value).unwrap_or_default().into()
}
