//! Addresses in webhooks.

mod side;

pub use side::{
    FromMessenger, FromMms, FromSms, FromViber, FromWhatsapp, Id, MmsFrom, SmsFrom, ToMessenger,
    ToMms, ToSms, ToViber, ToWhatsapp,
};

use crate::Extra;
use crate::v0_1::Channel;
use crate::wire::Wire;

/// Sender or recipient of a message in a webhook: a channel with a number or
/// an ID. (One sample of the API documentation has both.)
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct Address {
    /// Channel; both sides of a message have the same one.
    #[wire(rename = "type")]
    pub channel: Option<Channel>,
    /// Phone number, short code or sender name.
    pub number: Option<String>,
    /// ID of a Messenger page or user, or of a Viber service.
    pub id: Option<String>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

impl Address {
    /// Phone number, short code or sender name.
    #[must_use]
    pub fn number(channel: impl Into<Channel>, number: impl Into<String>) -> Self {
        Self {
            channel: Some(channel.into()),
            number: Some(number.into()),
            ..Self::default()
        }
    }

    /// ID of a page, a user or a service.
    #[must_use]
    pub fn id(channel: impl Into<Channel>, id: impl Into<String>) -> Self {
        Self {
            channel: Some(channel.into()),
            id: Some(id.into()),
            ..Self::default()
        }
    }

    /// The business's side of a channel: an ID over Messenger and Viber, else a number.
    #[must_use]
    pub fn business(channel: impl Into<Channel>, address: impl Into<String>) -> Self {
        match channel.into() {
            channel @ (Channel::Messenger | Channel::ViberServiceMsg) => Self::id(channel, address),
            channel => Self::number(channel, address),
        }
    }

    /// The user's side of a channel: an ID over Messenger, else a number.
    #[must_use]
    pub fn person(channel: impl Into<Channel>, address: impl Into<String>) -> Self {
        match channel.into() {
            channel @ Channel::Messenger => Self::id(channel, address),
            channel => Self::number(channel, address),
        }
    }

    /// The number or the ID. If both are given, the one the channel uses for users: the
    /// ID over Messenger, else the number.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        let (first, second) = match self.channel {
            Some(Channel::Messenger) => (&self.id, &self.number),
            _ => (&self.number, &self.id),
        };
        first.as_deref().or(second.as_deref())
    }
}
