//! Identifiers of rows, and the client references made from them.

use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// ID of a row: a UUID of version 7, so that IDs sort by the time of their creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RowId(Uuid);

impl RowId {
    /// Mints an ID for a row created at this time.
    #[must_use]
    pub fn mint(now: SystemTime) -> Self {
        let since = now.duration_since(SystemTime::UNIX_EPOCH);
        let millis = since.map_or(0, |since| since.as_millis() as u64);
        let mut random = [0; 10];
        fastrand::fill(&mut random);
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// The ID's 16 bytes, which sort as the ID does.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.into_bytes()
    }

    /// The ID of these 16 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }
}

impl fmt::Display for RowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl FromStr for RowId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        Uuid::try_parse(text).map(Self).map_err(|_| InvalidId)
    }
}

/// Client reference of a row's message: `mo`, or `mr` for a row of a run, the number of resends, `-`, and the row's ID.
/// 40 characters. The references of a run's messages differ in the last two digits alone.
///
/// It is fixed before the first POST, and stays the same when the message is known not to have been sent. Only a resend
/// by an operator changes it, so that a status names the copy it is about.
///
/// ```
/// use messages_outbox::Reference;
///
/// let reference: Reference = "mo0-01930000-0000-7000-8000-000000000001".parse()?;
/// assert_eq!(reference.resend(), 0);
/// assert_eq!(reference.to_string().len(), 40);
/// # Ok::<(), messages_outbox::InvalidId>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    resend: u8,
    row: RowId,
    of_run: bool,
}

impl Reference {
    /// The largest number of resends: one digit.
    pub const RESENDS_MAX: u8 = 9;

    /// The reference of a row after this many resends. `None` above [`Reference::RESENDS_MAX`].
    #[must_use]
    pub const fn new(row: RowId, resend: u8) -> Option<Self> {
        if resend > Self::RESENDS_MAX {
            return None;
        }
        Some(Self {
            resend,
            row,
            of_run: false,
        })
    }

    /// The reference of a row that belongs to a run.
    #[must_use]
    pub const fn of_run(self) -> Self {
        Self {
            of_run: true,
            ..self
        }
    }

    /// Returns `true` if the row belongs to a run.
    #[must_use]
    pub const fn is_of_run(self) -> bool {
        self.of_run
    }

    /// The row.
    #[must_use]
    pub const fn row(self) -> RowId {
        self.row
    }

    /// Number of resends of the row when this reference was made, 0 to 9.
    #[must_use]
    pub const fn resend(self) -> u8 {
        self.resend
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.of_run { "mr" } else { "mo" };
        write!(f, "{kind}{}-{}", self.resend, self.row)
    }
}

impl FromStr for Reference {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let (of_run, rest) = match text.strip_prefix("mo") {
            Some(rest) => (false, rest),
            None => (true, text.strip_prefix("mr").ok_or(InvalidId)?),
        };
        let (resend, row) = rest.split_once('-').ok_or(InvalidId)?;
        let [digit @ b'0'..=b'9'] = resend.as_bytes() else {
            return Err(InvalidId);
        };
        // Only the hyphenated form has 36 characters.
        if row.len() != 36 {
            return Err(InvalidId);
        }
        Ok(Self {
            resend: digit - b'0',
            row: row.parse()?,
            of_run,
        })
    }
}

/// Text that is not the ID of a row or not a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an ID of this outbox")]
pub struct InvalidId;
