//! The body of a status webhook.

use bytes::Bytes;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Address, to_bytes, usage};
use crate::clock::Moment;
use crate::state::channel::Channel;
use crate::state::code;
use crate::state::status::Status;
use messages_types::v1::WebhookVersion;

/// The facts in a status webhook.
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
    pub(crate) failover: Option<FailoverFacts<'a>>,
}

/// To which failover or workflow a message belongs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum FailoverFacts<'a> {
    List {
        workflow_id: &'a str,
        /// From 1.
        number: usize,
        total: usize,
    },
    Workflow {
        uuid: &'a str,
        field: &'static str,
    },
}

/// A status webhook.
pub(crate) fn status(version: WebhookVersion, facts: &StatusFacts<'_>) -> Bytes {
    match version {
        WebhookVersion::V0_1 => to_bytes(&StatusV0_1(facts)),
        _ => to_bytes(&StatusV1(facts)),
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
        if let Some(FailoverFacts::List {
            workflow_id,
            number,
            total,
        }) = facts.failover
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
        if let Some(FailoverFacts::Workflow { uuid, field }) = facts.failover {
            out.serialize_entry("_links", &WorkflowLink { uuid, field })?;
        }
        out.end()
    }
}

struct WorkflowLink<'a> {
    uuid: &'a str,
    field: &'static str,
}

impl Serialize for WorkflowLink<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Link<'a>(&'a WorkflowLink<'a>);
        impl Serialize for Link<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut out = serializer.serialize_map(Some(2))?;
                out.serialize_entry(self.0.field, self.0.uuid)?;
                out.serialize_entry("href", &format!("/workflows/{}", self.0.uuid))?;
                out.end()
            }
        }
        let mut out = serializer.serialize_map(Some(1))?;
        out.serialize_entry("workflow", &Link(self))?;
        out.end()
    }
}
