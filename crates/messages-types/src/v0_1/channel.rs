//! The channels of the v0.1 API.

use crate::v1;
use crate::wire::Wire;

/// Channel a message is sent over, by its v0.1 name.
#[derive(Clone, PartialEq, Eq, Hash, Wire)]
#[wire(open)]
#[non_exhaustive]
pub enum Channel {
    /// Short Message Service.
    Sms,
    /// Multimedia Messaging Service.
    Mms,
    /// WhatsApp.
    Whatsapp,
    /// Viber Service Messages; `viber_service` in v1.
    ViberServiceMsg,
    /// Facebook Messenger.
    Messenger,
    /// Unknown value, as received.
    Unknown(String),
}

impl Channel {
    /// The intended channel: the description of the final report once spells
    /// `viber_sevice_msg`, which is decoded as unknown so that it is written unchanged.
    #[must_use]
    pub fn corrected(&self) -> Self {
        match self {
            Self::Unknown(name) if name == "viber_sevice_msg" => Self::ViberServiceMsg,
            other => other.clone(),
        }
    }
}

impl From<Channel> for v1::Channel {
    /// Converts the channel to its v1 name.
    fn from(channel: Channel) -> Self {
        match channel.corrected() {
            Channel::ViberServiceMsg => Self::ViberService,
            other => Self::from(other.as_str()),
        }
    }
}
