//! The codes of messages that failed after they were taken.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use super::delivery_table as table;

/// Whether sending again may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// It may, soon.
    Retry,
    /// It may, but only after hours or days.
    RetryLater,
    /// It will not: this message to this recipient fails.
    Permanent,
    /// It will, once the account, its credit or its configuration has been changed.
    Configuration,
    /// The code is not known.
    Unknown,
}

impl ErrorKind {
    /// The kind's stable name, in snake case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::RetryLater => "retry_later",
            Self::Permanent => "permanent",
            Self::Configuration => "configuration",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a message failed after it was taken: the number in the status webhooks of both
/// generations. A number that this version does not know is kept.
///
/// ```
/// use messages_types::{DeliveryErrorCode, ErrorKind};
///
/// let code = DeliveryErrorCode::new(1180);
/// assert_eq!(code.label(), Some("destination temporarily unavailable"));
/// assert_eq!(code.kind(), ErrorKind::Retry);
/// assert_eq!(DeliveryErrorCode::new(4242).kind(), ErrorKind::Unknown);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeliveryErrorCode(u32);

/// One line of the table.
pub(super) struct Entry {
    pub(super) code: u32,
    pub(super) label: &'static str,
    pub(super) meaning: &'static str,
    pub(super) kind: ErrorKind,
    /// Whether the documentation itself recommends to send again.
    pub(super) documented_retry: bool,
}

impl DeliveryErrorCode {
    /// Any number.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// Every code that is known, in rising order.
    pub fn known() -> impl Iterator<Item = Self> {
        table::CODES.iter().map(|entry| Self(entry.code))
    }

    /// Its short name, if it is known.
    #[must_use]
    pub fn label(self) -> Option<&'static str> {
        self.entry().map(|entry| entry.label)
    }

    /// What it means and what to do, in a sentence or two, if it is known.
    #[must_use]
    pub fn meaning(self) -> Option<&'static str> {
        self.entry().map(|entry| entry.meaning)
    }

    /// Whether sending again may help.
    #[must_use]
    pub fn kind(self) -> ErrorKind {
        self.entry().map_or(ErrorKind::Unknown, |entry| entry.kind)
    }

    /// Whether the documentation itself recommends to send again. Where
    /// [`kind`](Self::kind) says so without it, that is inferred from the meaning.
    #[must_use]
    pub fn is_documented_retry(self) -> bool {
        self.entry().is_some_and(|entry| entry.documented_retry)
    }

    fn entry(self) -> Option<&'static Entry> {
        let index = table::CODES
            .binary_search_by_key(&self.0, |entry| entry.code)
            .ok()?;
        table::CODES.get(index)
    }
}

impl From<u32> for DeliveryErrorCode {
    fn from(number: u32) -> Self {
        Self(number)
    }
}

impl FromStr for DeliveryErrorCode {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl fmt::Display for DeliveryErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
