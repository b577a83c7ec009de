//! Answers that were offered, and chosen.

use serde_json::Value;

use crate::Extra;
use crate::wire::Wire;

/// The choice of one of the answers that a message offered: an RCS suggestion, or a row or a
/// reply button of a WhatsApp message.
#[derive(Clone, PartialEq, Wire)]
#[wire(open, new)]
#[non_exhaustive]
pub struct Reply {
    /// The id that the answer was offered with (RCS: its `postback_data`).
    pub id: String,
    /// What it said.
    pub title: Option<String>,
    /// What else it said (rows of a WhatsApp list).
    pub description: Option<String>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

/// A button that was pressed.
#[derive(Clone, PartialEq, Wire)]
#[wire(open, new)]
#[non_exhaustive]
pub struct Button {
    /// What the button was offered with: a text or, for a WhatsApp flow, an object of
    /// the flow's own making.
    pub payload: Value,
    /// What it said.
    pub text: Option<String>,
    /// `flow` for the answer to a WhatsApp flow.
    pub subtype: Option<String>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

impl Button {
    /// The payload, when it is a text.
    #[must_use]
    pub fn payload_text(&self) -> Option<&str> {
        self.payload.as_str()
    }
}
