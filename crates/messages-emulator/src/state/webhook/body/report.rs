//! The final report of a workflow.

use bytes::Bytes;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Usage, to_bytes, usage};
use crate::clock::Moment;
use crate::state::channel::{Channel, price_text};
use crate::state::status::Status;

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
    field: &'static str,
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
        field: &'static str,
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
            out.serialize_entry(self.field, self.uuid)?;
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
        field,
        uuid,
        status,
        at,
        messages,
    })
}
