//! Selected replies and pressed buttons.

use serde_json::Value;

use crate::Extra;
use crate::wire::Wire;

/// Reply selected from those that a message offered: an RCS suggestion, or a row or a
/// reply button of a WhatsApp message.
#[derive(Clone, PartialEq, Wire)]
#[wire(open, new)]
#[non_exhaustive]
pub struct Reply {
    /// ID of the offered reply (RCS: its `postback_data`).
    pub id: String,
    /// Title of the reply.
    pub title: Option<String>,
    /// Description of the reply (rows of a WhatsApp list).
    pub description: Option<String>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

/// A pressed button.
#[derive(Clone, PartialEq, Wire)]
#[wire(open, new)]
#[non_exhaustive]
pub struct Button {
    /// Payload of the button: a string or, for a WhatsApp flow, an object defined by
    /// the flow.
    pub payload: Value,
    /// Text of the button.
    pub text: Option<String>,
    /// `flow` for the response to a WhatsApp flow.
    pub subtype: Option<String>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

impl Button {
    /// Payload, if it is a string.
    #[must_use]
    pub fn payload_text(&self) -> Option<&str> {
        self.payload.as_str()
    }
}
