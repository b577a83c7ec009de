//! Identifiers of runs.

use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::id::{InvalidId, RowId};

/// ID of a run: a UUID of version 7 whose last byte is 0. The rows of its messages differ in that byte alone: it is the
/// number of the message, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(RowId);

impl RunId {
    /// Mints an ID for a run created at this time.
    #[must_use]
    pub fn mint(now: SystemTime) -> Self {
        Self::of(RowId::mint(now))
    }

    /// The run of a row that belongs to one.
    #[must_use]
    pub const fn of(row: RowId) -> Self {
        let mut bytes = row.to_bytes();
        bytes[15] = 0;
        Self(RowId::from_bytes(bytes))
    }

    /// The row of the message with this number, from 1.
    #[must_use]
    pub const fn row(self, number: u8) -> RowId {
        let mut bytes = self.to_bytes();
        bytes[15] = number;
        RowId::from_bytes(bytes)
    }

    /// The ID's 16 bytes, which sort as the ID does.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.to_bytes()
    }
}

impl From<RunId> for RowId {
    /// The ID itself, as lookups by key return it for a run. It is not the ID of a row.
    fn from(run: RunId) -> Self {
        run.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for RunId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let row: RowId = text.parse()?;
        match row.to_bytes()[15] {
            0 => Ok(Self(row)),
            _ => Err(InvalidId),
        }
    }
}
