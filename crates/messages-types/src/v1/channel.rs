//! The channels of the v1 API.

use crate::wire::Wire;

/// A way to reach a person.
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
    /// An unknown value, as it came.
    Unknown(String),
}
