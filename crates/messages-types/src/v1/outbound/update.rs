//! What is said about a message after it was sent or received.

use crate::wire::{document, wire_choice, wire_content, wire_object};

wire_choice! {
    /// What the indicator announces.
    closed enum IndicatorKind {
        /// A text is being written.
        Text = "text",
    }
}

wire_object! {
    /// The sign that an answer is being written. It vanishes after 25 seconds, or with the answer.
    outbound struct ReplyingIndicator {
        required {
            /// Whether it is shown.
            show: bool = "show",
            /// What it announces.
            kind: IndicatorKind = "type",
        }
    }
}

impl ReplyingIndicator {
    /// Shows it, or not.
    #[must_use]
    pub fn new(show: bool) -> Self {
        Self::bare(show, IndicatorKind::Text)
    }
}

wire_object! {
    /// An inbound message has been read.
    #[derive(Default)]
    outbound members struct Read {
        optional {
            /// The sign that an answer is being written (WhatsApp only).
            replying_indicator: ReplyingIndicator = "replying_indicator",
        }
    }
}

wire_content! {
    /// The new state of a message.
    outbound enum UpdateStatus by "status" {
        flat {
            /// An inbound message has been read (WhatsApp, RCS).
            Read(Read) = "read",
        }
        unit {
            /// An outbound message is taken back (RCS).
            Revoked = "revoked",
        }
    }
}

wire_object! {
    /// The body of `PATCH /v1/messages/{message_uuid}`.
    ///
    /// ```
    /// use messages_types::Document;
    /// use messages_types::v1::Update;
    ///
    /// assert_eq!(Update::read().to_vec(), br#"{"status":"read"}"#);
    /// ```
    outbound struct Update {
        flatten {
            /// The new state.
            status: UpdateStatus,
        }
        elsewhere &["replying_indicator"];
    }
}

document!(Update, Strict);

impl Update {
    /// An inbound message has been read (WhatsApp, RCS).
    #[must_use]
    pub fn read() -> Self {
        Self::bare(UpdateStatus::Read(Read::default()))
    }

    /// An inbound message has been read, and an answer is being written (WhatsApp).
    #[must_use]
    pub fn read_and_typing() -> Self {
        let read = Read::default().replying_indicator(ReplyingIndicator::new(true));
        Self::bare(UpdateStatus::Read(read))
    }

    /// An outbound message is taken back (RCS).
    #[must_use]
    pub fn revoked() -> Self {
        Self::bare(UpdateStatus::Revoked)
    }
}
