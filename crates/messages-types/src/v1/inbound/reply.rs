//! Answers that were offered, and chosen.

use serde_json::Value;

use crate::wire::wire_object;

wire_object! {
    /// The choice of one of the answers that a message offered: an RCS suggestion, or a row or a
    /// reply button of a WhatsApp message.
    inbound struct Reply {
        required {
            /// The id that the answer was offered with (RCS: its `postback_data`).
            id: String = "id",
        }
        optional {
            /// What it said.
            title: String = "title",
            /// What else it said (rows of a WhatsApp list).
            description: String = "description",
        }
    }
}

wire_object! {
    /// A button that was pressed.
    inbound struct Button {
        required {
            /// What the button was offered with: a text or, for a WhatsApp flow, an object of
            /// the flow's own making.
            payload: Value = "payload",
        }
        optional {
            /// What it said.
            text: String = "text",
            /// `flow` for the answer to a WhatsApp flow.
            subtype: String = "subtype",
        }
    }
}

impl Button {
    /// The payload, when it is a text.
    #[must_use]
    pub fn payload_text(&self) -> Option<&str> {
        self.payload.as_str()
    }
}
