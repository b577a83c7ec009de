//! Bodies of webhooks, written after the API's documentation and without the models that receivers read them with: a
//! mistake in those cannot hide itself here.

mod inbound;
mod report;
mod status;

use bytes::Bytes;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

pub(crate) use inbound::{InboundFacts, inbound};
pub(crate) use report::{Listed, report};
pub(crate) use status::{FailoverFacts, StatusFacts, status};

use crate::state::channel::{Channel, price_text};

/// Kind of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookKind {
    /// The state of a message.
    Status,
    /// An inbound message.
    Inbound,
    /// The end of a workflow.
    Report,
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

/// `{type, number or id}`.
#[derive(Clone, Copy)]
struct Address<'a> {
    channel: Channel,
    field: &'static str,
    value: &'a str,
}

impl<'a> Address<'a> {
    fn person(channel: Channel, value: &'a str) -> Self {
        let field = channel.person_member();
        Self {
            channel,
            field,
            value,
        }
    }

    fn own(channel: Channel, value: &'a str) -> Self {
        let field = channel.own_member();
        Self {
            channel,
            field,
            value,
        }
    }
}

impl Serialize for Address<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(Some(2))?;
        out.serialize_entry("type", self.channel.v0_1_name())?;
        out.serialize_entry(self.field, self.value)?;
        out.end()
    }
}

/// Every map here has texts for keys and no writer can fail.
fn to_bytes<T: Serialize>(value: &T) -> Bytes {
    serde_json::to_vec(value).unwrap_or_default().into()
}
