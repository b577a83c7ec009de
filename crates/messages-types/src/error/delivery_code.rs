//! Codes of messages that failed after they were accepted.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::delivery_table as table;
use crate::wire::{Check, Context, Decode, Json, Wire};

/// Classifies an error by the effect of a retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A retry may succeed soon.
    Retry,
    /// A retry may succeed, but only after hours or days.
    RetryLater,
    /// A retry fails: this message to this recipient is not deliverable.
    Permanent,
    /// A retry succeeds once the account, its credit or its configuration has been changed.
    Configuration,
    /// Unknown code.
    Unknown,
}

impl ErrorKind {
    /// Stable name of the kind, in snake case.
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

/// Reason a message failed after it was accepted: the number in the status webhooks of both
/// generations. Unknown numbers are preserved.
///
/// ```
/// use messages_types::{DeliveryErrorCode, ErrorKind};
///
/// let code = DeliveryErrorCode::new(1180);
/// assert_eq!(code.label(), Some("destination temporarily unavailable"));
/// assert_eq!(code.kind(), ErrorKind::Retry);
/// assert_eq!(DeliveryErrorCode::new(4242).kind(), ErrorKind::Unknown);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Wire)]
#[wire(strict, custom)]
pub struct DeliveryErrorCode(u32);

/// Row of the table.
pub(super) struct Entry {
    pub(super) code: u32,
    pub(super) label: &'static str,
    pub(super) meaning: &'static str,
    pub(super) kind: ErrorKind,
    /// `true` if the documentation itself recommends a retry.
    pub(super) documented_retry: bool,
}

impl DeliveryErrorCode {
    /// A code with any number.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// All known codes, in ascending order.
    pub fn known() -> impl Iterator<Item = Self> {
        table::CODES.iter().map(|entry| Self(entry.code))
    }

    /// Short name, if the code is known.
    #[must_use]
    pub fn label(self) -> Option<&'static str> {
        self.entry().map(|entry| entry.label)
    }

    /// Meaning and remedy, in a sentence or two, if the code is known.
    #[must_use]
    pub fn meaning(self) -> Option<&'static str> {
        self.entry().map(|entry| entry.meaning)
    }

    /// Effect of a retry.
    #[must_use]
    pub fn kind(self) -> ErrorKind {
        self.entry().map_or(ErrorKind::Unknown, |entry| entry.kind)
    }

    /// Returns `true` if the documentation itself recommends a retry. If it does not, an
    /// [`ErrorKind::Retry`] of [`kind`](Self::kind) is inferred from the meaning.
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

impl Decode for DeliveryErrorCode {
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        match value.as_u64().and_then(|number| u32::try_from(number).ok()) {
            Some(number) => Ok(Self(number)),
            None => cx.unfit(value, "must be the number of an error"),
        }
    }
}

impl Serialize for DeliveryErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.0)
    }
}

impl Check for DeliveryErrorCode {}
