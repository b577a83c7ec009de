//! The channels that are emulated, and what each can do.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the channel of its name")]
pub enum Channel {
    Sms,
    Mms,
    Rcs,
    Whatsapp,
    Messenger,
    #[serde(alias = "viber", alias = "viber_service_msg")]
    ViberService,
    Email,
}

impl Channel {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Sms,
        Self::Mms,
        Self::Rcs,
        Self::Whatsapp,
        Self::Messenger,
        Self::ViberService,
        Self::Email,
    ];

    /// The name in v1.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Mms => "mms",
            Self::Rcs => "rcs",
            Self::Whatsapp => "whatsapp",
            Self::Messenger => "messenger",
            Self::ViberService => "viber_service",
            Self::Email => "email",
        }
    }

    /// The name in v0.1, which has no RCS and no e-mail; those keep their own.
    #[must_use]
    pub const fn v0_1_name(self) -> &'static str {
        match self {
            Self::ViberService => "viber_service_msg",
            other => other.name(),
        }
    }

    /// Returns `true` if the channel reports that a message was read.
    pub(crate) const fn reports_read(self) -> bool {
        !matches!(self, Self::Sms | Self::Mms)
    }

    /// The field of a v0.1 address that holds the recipient.
    pub(crate) const fn person_member(self) -> &'static str {
        match self {
            Self::Messenger => "id",
            _ => "number",
        }
    }

    /// The member of a v0.1 address that holds the application's side.
    pub(crate) const fn own_member(self) -> &'static str {
        match self {
            Self::Messenger | Self::ViberService => "id",
            _ => "number",
        }
    }

    /// Price of a message (of an SMS: a segment), in ten-thousandths of a euro; RCS and e-mail report no usage.
    pub(crate) const fn price(self) -> Option<u32> {
        match self {
            Self::Sms => Some(333),
            Self::Mms => Some(450),
            Self::Whatsapp | Self::Messenger => Some(10),
            Self::ViberService => Some(150),
            Self::Rcs | Self::Email => None,
        }
    }
}

/// A price as the API writes it: euros with four digits after the point.
pub(crate) fn price_text(ten_thousandths: u32) -> String {
    format!(
        "{}.{:04}",
        ten_thousandths / 10_000,
        ten_thousandths % 10_000
    )
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text names no channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not one of: {}", Channel::ALL.map(Channel::name).join(" "))]
pub struct UnknownChannel;

impl FromStr for Channel {
    type Err = UnknownChannel;

    /// Reads the name of either generation, or `viber`.
    fn from_str(text: &str) -> Result<Self, UnknownChannel> {
        let name = match text {
            "viber" | "viber_service_msg" => "viber_service",
            other => other,
        };
        Self::ALL
            .into_iter()
            .find(|channel| channel.name() == name)
            .ok_or(UnknownChannel)
    }
}
