//! What is said about a message after it was sent or received.

use crate::Extra;
use crate::wire::Wire;

/// What the indicator announces.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub enum IndicatorKind {
    /// A text is being written.
    Text,
}

/// The sign that an answer is being written. It vanishes after 25 seconds, or with the answer.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub struct ReplyingIndicator {
    /// Whether it is shown.
    pub show: bool,
    /// What it announces.
    #[wire(rename = "type")]
    pub kind: IndicatorKind,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

impl ReplyingIndicator {
    /// Shows it, or not.
    #[must_use]
    pub fn new(show: bool) -> Self {
        Self::from_parts(show, IndicatorKind::Text)
    }
}

/// The new state of a message.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, tag = "status")]
#[non_exhaustive]
pub enum UpdateStatus {
    /// An inbound message has been read (WhatsApp, RCS).
    Read {
        /// Typing indicator (WhatsApp only).
        replying_indicator: Option<ReplyingIndicator>,
    },
    /// An outbound message is taken back (RCS).
    Revoked,
}

/// The body of `PATCH /v1/messages/{message_uuid}`.
///
/// ```
/// use messages_types::Document;
/// use messages_types::v1::Update;
///
/// assert_eq!(Update::read().to_vec(), br#"{"status":"read"}"#);
/// ```
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, document)]
#[wire(misplaced(UpdateStatus))]
#[non_exhaustive]
pub struct Update {
    /// The new state.
    #[wire(flatten)]
    pub status: UpdateStatus,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

impl Update {
    /// An inbound message has been read (WhatsApp, RCS).
    #[must_use]
    pub fn read() -> Self {
        Self::from_parts(UpdateStatus::Read {
            replying_indicator: None,
        })
    }

    /// An inbound message has been read, and an answer is being written (WhatsApp).
    #[must_use]
    pub fn read_and_typing() -> Self {
        Self::from_parts(UpdateStatus::Read {
            replying_indicator: Some(ReplyingIndicator::new(true)),
        })
    }

    /// An outbound message is taken back (RCS).
    #[must_use]
    pub fn revoked() -> Self {
        Self::from_parts(UpdateStatus::Revoked)
    }
}
