//! Updates of a message that was sent or received.

use crate::Extra;
use crate::wire::Wire;

/// Type of content the indicator announces.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub enum IndicatorKind {
    /// Text.
    Text,
}

/// Typing indicator. It disappears after 25 seconds, or with the reply.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub struct ReplyingIndicator {
    /// `true` if the indicator is shown.
    pub show: bool,
    /// Type of content the indicator announces.
    #[wire(rename = "type")]
    pub kind: IndicatorKind,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

impl ReplyingIndicator {
    /// Indicator that is shown if `show` is `true`.
    #[must_use]
    pub fn new(show: bool) -> Self {
        Self::from_parts(show, IndicatorKind::Text)
    }
}

/// New status of a message.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, tag = "status")]
#[non_exhaustive]
pub enum UpdateStatus {
    /// Inbound message read (WhatsApp, RCS).
    Read {
        /// Typing indicator (WhatsApp only).
        replying_indicator: Option<ReplyingIndicator>,
    },
    /// Outbound message revoked (RCS).
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
#[wire(strict, document, misplaced(UpdateStatus))]
#[non_exhaustive]
pub struct Update {
    /// New status.
    #[wire(flatten)]
    pub status: UpdateStatus,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

impl Update {
    /// Marks an inbound message as read (WhatsApp, RCS).
    #[must_use]
    pub fn read() -> Self {
        Self::from_parts(UpdateStatus::Read {
            replying_indicator: None,
        })
    }

    /// Marks an inbound message as read and shows the typing indicator (WhatsApp).
    #[must_use]
    pub fn read_and_typing() -> Self {
        Self::from_parts(UpdateStatus::Read {
            replying_indicator: Some(ReplyingIndicator::new(true)),
        })
    }

    /// Revokes an outbound message (RCS).
    #[must_use]
    pub fn revoked() -> Self {
        Self::from_parts(UpdateStatus::Revoked)
    }
}
