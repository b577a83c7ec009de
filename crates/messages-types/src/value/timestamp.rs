//! Instants in the API's notation.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::wire::{Check, Context, Decode, Json, Wire};

/// An instant, stored as the received text (so that it is written unchanged).
///
/// The API writes ISO 8601 with or without milliseconds; one vendor page shows
/// `2020-01-01 14:00:00 UTC`, which is supported too.
#[derive(Clone, PartialEq, Eq, Hash, Wire)]
#[wire(open, custom)]
pub struct Timestamp(String);

impl Timestamp {
    /// The text as received.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The instant, if the text is valid.
    #[must_use]
    pub fn instant(&self) -> Option<jiff::Timestamp> {
        self.0.parse().ok().or_else(|| {
            let bare = self.0.strip_suffix(" UTC")?;
            let civil: jiff::civil::DateTime = bare.parse().ok()?;
            jiff::tz::Offset::UTC.to_timestamp(civil).ok()
        })
    }
}

impl From<jiff::Timestamp> for Timestamp {
    /// Formats the instant with milliseconds and `Z`, as the API does.
    fn from(instant: jiff::Timestamp) -> Self {
        Self(format!("{instant:.3}"))
    }
}

impl From<String> for Timestamp {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Timestamp {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl Decode for Timestamp {
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        String::decode(value, cx).map(Self)
    }
}

impl Check for Timestamp {}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Only valid instants are shown: any other value may be a text.
        match self.instant() {
            Some(instant) => instant.fmt(f),
            None => f.write_str("[not a timestamp]"),
        }
    }
}
