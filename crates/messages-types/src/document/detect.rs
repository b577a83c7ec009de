//! Detection of a document's kind by its shape: for webhooks, documents to be sent, and tools that are given JSON.

use std::fmt;

use serde_json::Value;

use super::Kind;
use crate::wire::{Json, Object};

/// Reason a document is not of any [`Kind`].
///
/// `Display` names the expected fields, and only such fields of the document as are part of its shape.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DetectError {
    /// Not a JSON object.
    #[error("must be an object")]
    NotAnObject,
    /// Delivery receipt of the SMS API: the account's webhooks are not set to the Messages API.
    #[error(
        "is a delivery receipt in the SMS API's format: set the account's SMS setting to the Messages API"
    )]
    SmsApiReceipt,
    /// Inbound message of the SMS API: the account's webhooks are not set to the Messages API.
    #[error(
        "is an inbound message in the SMS API's format: set the account's SMS setting to the Messages API"
    )]
    SmsApiInbound,
    /// Record of the Reports API.
    #[error("is a record of the Reports API, not a webhook or a document of the Messages API")]
    ReportsRecord,
    /// A webhook, by its other fields, without a field that every webhook of its kind has.
    #[error("resembles a webhook, but {0}")]
    Incomplete(&'static str),
    /// An object with a document of a known kind as the value of this field.
    #[error("is not a document itself: its field {field:?} is one ({kind}), pass that alone")]
    Wrapped {
        /// Name of the field.
        field: String,
        /// Kind of its value.
        kind: Kind,
    },
    /// None of the above.
    #[error(
        "does not have the shape of a known document: expected `channel`, `message_type`, `from` and `to` (a message), \
         `workflow` (a workflow), `steps` (a journey), `replying_indicator` or a `status` of `read` or `revoked` (an update), \
         `message_uuid` with `status` or `message_type` (a webhook), `dispatch_uuid` or `workflow_uuid` (a report or \
         a response), or `type`, `title` and `detail` (an error)"
    )]
    Unknown,
}

impl DetectError {
    /// Returns `true` for a document of another API of the same vendor, as of an account with other settings.
    #[must_use]
    pub const fn is_other_api(&self) -> bool {
        matches!(
            self,
            Self::SmsApiReceipt | Self::SmsApiInbound | Self::ReportsRecord
        )
    }
}

/// Fields that hold the content of a message, in either direction.
const CONTENT: &[&str] = &[
    "audio", "button", "card", "carousel", "contacts", "content", "custom", "file", "html",
    "image", "location", "order", "reaction", "reply", "sticker", "template", "text", "vcard",
    "video",
];

/// Fields that only webhooks have.
const WEBHOOK: &[&str] = &[
    "_self",
    "context_status",
    "destination",
    "direction",
    "origin",
    "profile",
    "provider_message",
    "timestamp",
    "usage",
];

/// Fields of an error response, of which it has at least two.
const ERROR: &[&str] = &["type", "title", "detail", "instance", "invalid_parameters"];

/// Fields of a record of the Reports API, besides `account_id`.
const REPORTS_RECORD: &[&str] = &[
    "date_finalized",
    "date_received",
    "message_id",
    "total_price",
];

/// Fields of an SMS API webhook, besides `msisdn`.
const SMS_API: &[&str] = &["err-code", "message-timestamp", "messageId", "scts"];

impl Kind {
    /// Detects the kind of a document by its field names, and by the values of those that distinguish kinds.
    ///
    /// If several kinds fit, the first one is returned: the responses of both generations to a single message are
    /// equal and detected as [`Kind::V1Response`]. A document to be sent is detected even if required fields are
    /// missing: [`Kind::check`] names them. The detection of webhooks is that of
    /// [`WebhookEvent`](crate::WebhookEvent).
    ///
    /// # Errors
    ///
    /// [`DetectError`] if the document is not of any kind.
    pub fn detect(document: &Value) -> Result<Self, DetectError> {
        Self::of(&Json::from(document))
    }

    pub(super) fn of(document: &Json<'_>) -> Result<Self, DetectError> {
        let object = document.as_object().ok_or(DetectError::NotAnObject)?;
        Shape::of(object).kind().map_err(|error| match error {
            DetectError::Unknown => wrapped(object).unwrap_or(error),
            _ => error,
        })
    }
}

/// Response to an accepted workflow, as opposed to an accepted message.
pub(super) fn is_workflow_response(document: &Value) -> bool {
    ["dispatch_uuid", "workflow_uuid"]
        .iter()
        .any(|key| document.get(key).is_some())
}

/// Detects an object around a message or a webhook, such as one with a request's `headers` and `body`.
fn wrapped(object: &Object<'_>) -> Option<DetectError> {
    object.sorted().into_iter().find_map(|(field, value)| {
        let kind = Shape::of(value.as_object()?).kind().ok()?;
        // Parts of other documents have the shape of these.
        let is_small = matches!(
            kind,
            Kind::V1Update | Kind::V1Response | Kind::V0_1Response | Kind::V1Error
        );
        (!is_small).then(|| DetectError::Wrapped {
            field: field.to_owned(),
            kind,
        })
    })
}

/// An object, with the fields that tell most kinds apart.
struct Shape<'j, 'a> {
    object: &'j Object<'a>,
    from: Option<&'j Json<'a>>,
    to: Option<&'j Json<'a>>,
    message: Option<&'j Json<'a>>,
    message_type: Option<&'j Json<'a>>,
    message_uuid: Option<&'j Json<'a>>,
    status: Option<&'j Json<'a>>,
    text: Option<&'j Json<'a>>,
    workflow_id: Option<&'j Json<'a>>,
}

impl<'j, 'a> Shape<'j, 'a> {
    /// Collects the fields in one pass: it runs for every webhook.
    fn of(object: &'j Object<'a>) -> Self {
        let mut shape = Self {
            object,
            from: None,
            to: None,
            message: None,
            message_type: None,
            message_uuid: None,
            status: None,
            text: None,
            workflow_id: None,
        };
        for (key, value) in object.iter() {
            let field = match key {
                "from" => &mut shape.from,
                "to" => &mut shape.to,
                "message" => &mut shape.message,
                "message_type" => &mut shape.message_type,
                "message_uuid" => &mut shape.message_uuid,
                "status" => &mut shape.status,
                "text" => &mut shape.text,
                "dispatch_uuid" | "workflow_uuid" => &mut shape.workflow_id,
                _ => continue,
            };
            *field = Some(value);
        }
        shape
    }

    fn kind(&self) -> Result<Kind, DetectError> {
        if is_string(self.message_uuid) {
            if self.is_v0_1() {
                self.v0_1_webhook()
            } else {
                self.v1_webhook()
            }
        } else if self.message_uuid.is_some() {
            Err(DetectError::Incomplete(
                "its `message_uuid` is not a string",
            ))
        } else if self.workflow_id.is_some() {
            self.workflow_answer()
        } else {
            self.without_id()
        }
    }

    /// The first generation writes addresses as objects, and nests the content.
    fn is_v0_1(&self) -> bool {
        is_address(self.from) || is_address(self.to) || self.v0_1_content().is_some()
    }

    fn v0_1_content(&self) -> Option<&Json<'a>> {
        self.message?
            .get("content")
            .filter(|content| content.as_object().is_some())
    }

    fn v0_1_webhook(&self) -> Result<Kind, DetectError> {
        if self.v0_1_content().is_some() {
            Ok(Kind::V0_1Inbound)
        } else if is_string(self.status) {
            Ok(Kind::V0_1Status)
        } else {
            Err(DetectError::Incomplete(
                "has neither a `status` that is a string nor a `message` with a `content` that is an object",
            ))
        }
    }

    fn v1_webhook(&self) -> Result<Kind, DetectError> {
        if self.message_type.is_some() {
            Ok(Kind::V1Inbound)
        } else if is_string(self.status) {
            Ok(Kind::V1Status)
        } else if self.status.is_none() && (self.text.is_some() || self.has_any(CONTENT)) {
            Ok(Kind::V1Inbound)
        } else if self.is_addressed() || self.status.is_some() || self.has_any(WEBHOOK) {
            Err(DetectError::Incomplete(
                "has neither a `status` that is a string nor a `message_type`",
            ))
        } else {
            Ok(Kind::V1Response)
        }
    }

    /// Response to a workflow, or its final report.
    fn workflow_answer(&self) -> Result<Kind, DetectError> {
        let is_report = self.status.is_some() || self.has_any(&["_links", "template", "timestamp"]);
        if !is_string(self.workflow_id) {
            Err(DetectError::Incomplete(
                "its `dispatch_uuid` or `workflow_uuid` is not a string",
            ))
        } else if !is_report {
            Ok(Kind::V0_1Response)
        } else if is_string(self.status) {
            Ok(Kind::V0_1Report)
        } else {
            Err(DetectError::Incomplete(
                "does not have a `status` that is a string",
            ))
        }
    }

    /// Detects documents that neither a message ID nor a workflow ID identifies.
    fn without_id(&self) -> Result<Kind, DetectError> {
        let workflow = self.object.get("workflow");
        let has_channel = self.object.contains_key("channel");
        // In v1, a template is an object.
        let template = self.object.get("template").and_then(Json::as_str);
        if let Some(error) = self.other_api() {
            return Err(error);
        }
        let has_steps = matches!(self.object.get("steps"), Some(Json::Array(_)));
        if template.is_some_and(|name| name.starts_with("journey"))
            || (has_steps && workflow.is_none() && !has_channel)
        {
            return Ok(Kind::Journey);
        }
        if matches!(workflow, Some(Json::Array(_)))
            || ((workflow.is_some() || template.is_some()) && !has_channel)
        {
            return Ok(Kind::V0_1Workflow);
        }
        let is_v0_1 = self.is_v0_1()
            || (self
                .message
                .is_some_and(|message| message.as_object().is_some())
                && self.is_addressed());
        let is_message = self.message_type.is_some()
            || self.object.contains_key("failover")
            || (self.is_addressed() && self.has_any(CONTENT))
            || (has_channel && (self.from.is_some() || self.to.is_some()));
        let is_v1_update = self.object.contains_key("replying_indicator")
            || (!self.is_addressed() && self.is_update_status());
        if (is_v0_1 || is_message) && (self.status.is_some() || self.has_any(WEBHOOK)) {
            Err(DetectError::Incomplete("does not have a `message_uuid`"))
        } else if is_v0_1 {
            Ok(Kind::V0_1Message)
        } else if is_message {
            Ok(Kind::V1Message)
        } else if ERROR
            .iter()
            .filter(|key| self.object.contains_key(key))
            .count()
            >= 2
        {
            Ok(Kind::V1Error)
        } else if is_v1_update {
            Ok(Kind::V1Update)
        } else {
            Err(DetectError::Unknown)
        }
    }

    fn other_api(&self) -> Option<DetectError> {
        if self.object.contains_key("msisdn") && self.has_any(SMS_API) {
            Some(if self.status.is_some() {
                DetectError::SmsApiReceipt
            } else {
                DetectError::SmsApiInbound
            })
        } else {
            (self.object.contains_key("account_id") && self.has_any(REPORTS_RECORD))
                .then_some(DetectError::ReportsRecord)
        }
    }

    fn is_addressed(&self) -> bool {
        self.from.is_some() || self.to.is_some() || self.object.contains_key("channel")
    }

    /// A status that a message can be set to, or the only field.
    fn is_update_status(&self) -> bool {
        let is_alone = self.object.keys().all(|key| key == "status");
        let text = self.status.and_then(Json::as_str);
        matches!(text, Some("read" | "revoked")) || (self.status.is_some() && is_alone)
    }

    fn has_any(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.object.contains_key(key))
    }
}

fn is_string(value: Option<&Json<'_>>) -> bool {
    matches!(value, Some(Json::String(_)))
}

/// An address of the first generation, unlike an object in place of a v1 address.
fn is_address(value: Option<&Json<'_>>) -> bool {
    let fields = value.and_then(Json::as_object);
    fields.is_some_and(|fields| {
        fields
            .keys()
            .any(|key| matches!(key, "type" | "number" | "id"))
    })
}

impl fmt::Debug for DetectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::error::chain::debug(self, f)
    }
}
