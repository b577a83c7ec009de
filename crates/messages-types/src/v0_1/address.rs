//! Addresses as webhooks show them.

use super::Channel;
use crate::wire::wire_object;

wire_object! {
    /// Who sent a message or whom it reached, as a webhook shows it: a channel with a number or
    /// an id. (One sample of the API documentation has both.)
    inbound struct Address {
        required {
            /// The channel; both sides of a message have the same one.
            channel: Channel = "type",
        }
        optional {
            /// The phone number, short code or sender name.
            number: String = "number",
            /// The id of a Messenger page or person, or of a Viber service.
            id: String = "id",
        }
    }
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
