//! Addresses as webhooks show them.

mod side;

pub use side::{
    FromMessenger, FromMms, FromSms, FromViber, FromWhatsapp, Id, MmsFrom, SmsFrom, ToMessenger,
    ToMms, ToSms, ToViber, ToWhatsapp,
};

use crate::Extra;
use crate::v0_1::Channel;
use crate::wire::Wire;

/// Who sent a message or whom it reached, as a webhook shows it: a channel with a number or
/// an id. (One sample of the API documentation has both.)
#[derive(Clone, PartialEq, Wire)]
#[wire(open, new)]
#[non_exhaustive]
pub struct Address {
    /// The channel; both sides of a message have the same one.
    #[wire(rename = "type")]
    pub channel: Channel,
    /// The phone number, short code or sender name.
    pub number: Option<String>,
    /// The id of a Messenger page or person, or of a Viber service.
    pub id: Option<String>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

impl Address {
    /// A phone number, a short code or the name of a sender.
    #[must_use]
    pub fn number(channel: impl Into<Channel>, number: impl Into<String>) -> Self {
        Self {
            number: Some(number.into()),
            ..Self::new(channel)
        }
    }

    /// The id of a page, a person or a service.
    #[must_use]
    pub fn id(channel: impl Into<Channel>, id: impl Into<String>) -> Self {
        Self {
            id: Some(id.into()),
            ..Self::new(channel)
        }
    }

    /// The business's side of a channel: an id over Messenger and Viber, else a number.
    #[must_use]
    pub fn business(channel: impl Into<Channel>, address: impl Into<String>) -> Self {
        match channel.into() {
            channel @ (Channel::Messenger | Channel::ViberServiceMsg) => Self::id(channel, address),
            channel => Self::number(channel, address),
        }
    }

    /// The person's side of a channel: an id over Messenger, else a number.
    #[must_use]
    pub fn person(channel: impl Into<Channel>, address: impl Into<String>) -> Self {
        match channel.into() {
            channel @ Channel::Messenger => Self::id(channel, address),
            channel => Self::number(channel, address),
        }
    }

    /// The number or the id. Where both are given, the one that the channel uses for persons: the
    /// id over Messenger, else the number.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        let (first, second) = match self.channel {
            Channel::Messenger => (&self.id, &self.number),
            _ => (&self.number, &self.id),
        };
        first.as_deref().or(second.as_deref())
    }
}
