//! The channels of the v1 API.

use crate::wire::Wire;

/// Channel a message is sent over.
#[derive(Clone, PartialEq, Eq, Hash, Wire)]
#[wire(open)]
#[non_exhaustive]
pub enum Channel {
    /// Short Message Service.
    Sms,
    /// Multimedia Messaging Service.
    Mms,
    /// Rich Communication Services.
    Rcs,
    /// WhatsApp.
    Whatsapp,
    /// Facebook Messenger.
    Messenger,
    /// Viber Service Messages.
    ViberService,
    /// E-mail (open beta since June 2026).
    Email,
    /// Unknown value, as received.
    Unknown(String),
}
