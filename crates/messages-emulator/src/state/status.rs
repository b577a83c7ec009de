//! The states of a message.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Status of a message. These are the states that the emulator produces: receivers must expect others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the status of its name")]
pub enum Status {
    Submitted,
    Delivered,
    Read,
    Rejected,
    Undeliverable,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Submitted,
        Self::Delivered,
        Self::Read,
        Self::Rejected,
        Self::Undeliverable,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Rejected => "rejected",
            Self::Undeliverable => "undeliverable",
        }
    }

    /// Returns `true` if the message did not arrive and will not.
    #[must_use]
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::Rejected | Self::Undeliverable)
    }

    /// Returns `true` if a message that ends in this state is billed.
    pub(crate) const fn is_billed(self) -> bool {
        matches!(self, Self::Delivered | Self::Read | Self::Undeliverable)
    }

    /// Returns `true` if a message in this state has also reached `other`.
    pub(crate) const fn includes(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::Read, Self::Read | Self::Delivered | Self::Submitted)
                | (Self::Delivered, Self::Delivered | Self::Submitted)
                | (Self::Submitted, Self::Submitted)
        )
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text names no status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not one of: submitted delivered read rejected undeliverable")]
pub struct UnknownStatus;

impl FromStr for Status {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        Self::ALL
            .into_iter()
            .find(|status| status.name() == text)
            .ok_or(UnknownStatus)
    }
}
