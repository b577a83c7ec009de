//! States of a row.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::InvalidId;

/// State of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum State {
    /// Waits for its time, a slot and a worker.
    Queued,
    /// Leased to a worker that has not begun: nothing was posted.
    Claimed,
    /// A worker posts it, or has posted it and its outcome is not stored yet.
    Sending,
    /// The outcome of the POST is unknown. A status, a late response or an operator settles it.
    InDoubt,
    /// Accepted by the API.
    Sent,
    /// Refused by the API, or invalid.
    Failed,
    /// `send_before` passed while it was queued.
    Expired,
    /// Cancelled by an operator or by the application before it was posted.
    Cancelled,
    /// Not sent, since the recipient opted out or is not on the allow-list.
    Suppressed,
    /// Of unknown outcome for too long, or given up by an operator. Never resent by itself.
    Abandoned,
}

impl State {
    /// All states, in the order of a row's life.
    pub const ALL: [Self; 10] = [
        Self::Queued,
        Self::Claimed,
        Self::Sending,
        Self::InDoubt,
        Self::Sent,
        Self::Failed,
        Self::Expired,
        Self::Cancelled,
        Self::Suppressed,
        Self::Abandoned,
    ];

    /// The state's stable name, in snake case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Claimed => "claimed",
            Self::Sending => "sending",
            Self::InDoubt => "in_doubt",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Suppressed => "suppressed",
            Self::Abandoned => "abandoned",
        }
    }

    /// Returns `true` while the row's outcome is pending: queued, claimed, sending or in doubt. Such rows are not purged.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            Self::Queued | Self::Claimed | Self::Sending | Self::InDoubt
        )
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for State {
    type Err = InvalidId;

    fn from_str(name: &str) -> Result<Self, InvalidId> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == name)
            .ok_or(InvalidId)
    }
}
