//! Bounded spans of time.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::field::{FieldType, from_integers};
use crate::error::{Invalid, Rule};
use crate::wire::{Check, Context, Decode, Json, Mode, Redacted};

/// A span of `MIN` to `MAX` whole seconds, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Seconds<const MIN: u32, const MAX: u32>(u32);

impl<const MIN: u32, const MAX: u32> Seconds<MIN, MAX> {
    /// The shortest span.
    pub const MIN: Self = Self(MIN);
    /// The longest span.
    pub const MAX: Self = Self(MAX);

    /// A span of `seconds`.
    ///
    /// # Errors
    ///
    /// [`Rule::Range`] outside `MIN..=MAX`.
    pub fn new(seconds: u32) -> Result<Self, Invalid> {
        if (MIN..=MAX).contains(&seconds) {
            Ok(Self(seconds))
        } else {
            Err(Self::out_of_range())
        }
    }

    /// The span in seconds.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The same span, within wider limits.
    pub(crate) const fn widened<const LESS: u32, const MORE: u32>(self) -> Seconds<LESS, MORE> {
        const { assert!(LESS <= MIN && MAX <= MORE, "the limits are narrower") };
        Seconds(self.0)
    }

    fn out_of_range() -> Invalid {
        Invalid::new(
            Rule::Range(MIN.into(), MAX.into()),
            format!("must be {MIN} to {MAX} seconds"),
        )
    }
}

from_integers!(Seconds);

impl<const MIN: u32, const MAX: u32> fmt::Display for Seconds<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.0)
    }
}

impl<const MIN: u32, const MAX: u32> Serialize for Seconds<MIN, MAX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.0)
    }
}

impl<const MIN: u32, const MAX: u32> Decode for Seconds<MIN, MAX> {
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        if !matches!(&value, Json::Number(number) if number.is_u64() || number.is_i64()) {
            return cx.unfit(value, "must be a whole number of seconds");
        }
        let seconds = value.as_u64().and_then(|number| u32::try_from(number).ok());
        seconds
            .ok_or_else(Self::out_of_range)
            .and_then(Self::new)
            .map_err(|invalid| {
                cx.refuse(invalid);
                value
            })
    }
}

impl<const MIN: u32, const MAX: u32> FieldType for Seconds<MIN, MAX> {
    type Error = Invalid;
}

impl<const MIN: u32, const MAX: u32> Check for Seconds<MIN, MAX> {}

impl<const MIN: u32, const MAX: u32> Redacted for Seconds<MIN, MAX> {
    fn redacted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<'de, const MIN: u32, const MAX: u32> Deserialize<'de> for Seconds<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::wire::deserialize(deserializer, Mode::Strict)
    }
}
