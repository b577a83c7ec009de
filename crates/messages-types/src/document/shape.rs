//! Detection of a document's kind by its shape.

use serde_json::Value;

use super::Kind;

type Map = serde_json::Map<String, Value>;

/// Fields specific to an inbound message.
const INBOUND: &[&str] = &[
    "_self",
    "button",
    "context",
    "context_status",
    "contacts",
    "order",
    "origin",
    "profile",
    "provider_message",
    "reply",
];

/// Fields specific to a status.
const STATUS: &[&str] = &["destination", "usage", "workflow"];

/// Fields of `whatsapp` in a status.
const WHATSAPP_STATUS: &[&str] = &["conversation", "pricing", "recipient"];

/// Fields of an error response.
const ERROR: &[&str] = &["type", "title", "detail", "instance", "invalid_parameters"];

/// Fields that hold the content of a message, in either direction.
const CONTENT: &[&str] = &[
    "audio", "card", "carousel", "content", "custom", "file", "html", "image", "location",
    "reaction", "sticker", "template", "text", "vcard", "video",
];

/// Returns `true` if the document has a workflow ID at the top, under either name.
pub(super) fn names_a_workflow(document: &Value) -> bool {
    document
        .as_object()
        .is_some_and(|map| has_any(map, &["dispatch_uuid", "workflow_uuid"]))
}

fn has_any(map: &Map, keys: &[&str]) -> bool {
    keys.iter().any(|key| map.contains_key(*key))
}

impl Kind {
    /// Returns the most plausible kind of a document, by its field names and not by their values;
    /// `None` only if it is not an object.
    ///
    /// If several kinds fit, the first one is returned: the responses of both generations to a
    /// single message are equal and detected as [`Kind::V1Response`].
    #[must_use]
    pub fn detect(document: &Value) -> Option<Self> {
        let map = document.as_object()?;
        Some(
            workflow(map)
                .or_else(|| v0_1(map))
                .unwrap_or_else(|| v1(map)),
        )
    }
}

/// Detects workflows, which have fields of their own.
fn workflow(map: &Map) -> Option<Kind> {
    if has_any(map, &["dispatch_uuid", "workflow_uuid"]) {
        let ended = has_any(map, &["_links", "status", "template", "timestamp"]);
        return Some(if ended {
            Kind::V0_1Report
        } else {
            Kind::V0_1Response
        });
    }
    if map.get("workflow").is_some_and(Value::is_array) {
        return Some(Kind::V0_1Workflow);
    }
    // In v1, a template is an object.
    let named = map.get("template").is_some_and(Value::is_string);
    (named && !map.contains_key("channel")).then(|| {
        if has_any(map, &["_links", "status", "timestamp"]) {
            Kind::V0_1Report
        } else {
            Kind::V0_1Workflow
        }
    })
}

/// Detects the first generation, which writes addresses as objects and nests the content.
fn v0_1(map: &Map) -> Option<Kind> {
    let nested = |key: &str| map.get(key).is_some_and(Value::is_object);
    if !(nested("from") || nested("to") || nested("message")) {
        return None;
    }
    let posted = has_any(map, &["direction", "message_uuid", "timestamp"]);
    Some(match (map.contains_key("message"), posted) {
        (true, true) => Kind::V0_1Inbound,
        (true, false) => Kind::V0_1Message,
        (false, true) => Kind::V0_1Status,
        (false, false) if map.contains_key("status") => Kind::V0_1Status,
        (false, false) => Kind::V0_1Message,
    })
}

fn v1(map: &Map) -> Kind {
    let has = |key: &str| map.contains_key(key);
    let typed = has("message_type") || has_any(map, CONTENT);
    let addressed = has_any(map, &["channel", "from", "to"]);
    let problem = has_any(map, ERROR);
    if has_any(map, &["message_uuid", "timestamp"]) {
        if has("message_type") || has("context_status") {
            Kind::V1Inbound
        } else if has_any(map, &["status", "error", "workflow"]) {
            Kind::V1Status
        } else if addressed || typed {
            Kind::V1Inbound
        } else {
            Kind::V1Response
        }
    } else if has("status") && addressed {
        Kind::V1Status
    } else if has("replying_indicator") || (has("status") && !problem && !has_any(map, STATUS)) {
        Kind::V1Update
    } else if has("message_type") || has_any(map, &["failover", "from", "to"]) {
        Kind::V1Message
    } else if has_any(map, INBOUND) || typed {
        if addressed && typed {
            Kind::V1Message
        } else {
            Kind::V1Inbound
        }
    } else if has("workflow_id") {
        Kind::V1Response
    } else if problem {
        Kind::V1Error
    } else if has_any(map, STATUS) || whatsapp_status(map) {
        Kind::V1Status
    } else if addressed || has_any(map, &["mms", "sms", "whatsapp"]) {
        Kind::V1Inbound
    } else {
        // An error response is the only document without a required field.
        Kind::V1Error
    }
}

fn whatsapp_status(map: &Map) -> bool {
    map.get("whatsapp")
        .and_then(Value::as_object)
        .is_some_and(|whatsapp| has_any(whatsapp, WHATSAPP_STATUS))
}
