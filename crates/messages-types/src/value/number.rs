//! Numbers that the API represents as text.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::field::{FieldType, from_integers};
use crate::error::{Invalid, Rule};
use crate::wire::{Check, Context, Decode, Json, Mode, Redacted};

/// A whole number of `MIN` to `MAX`, both included, represented as a JSON *string* of digits on the
/// wire, such as `"600"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NumberText<const MIN: u32, const MAX: u32>(u32);

impl<const MIN: u32, const MAX: u32> NumberText<MIN, MAX> {
    /// Checks a number.
    ///
    /// # Errors
    ///
    /// [`Rule::Range`] outside `MIN..=MAX`.
    pub fn new(number: u32) -> Result<Self, Invalid> {
        if (MIN..=MAX).contains(&number) {
            Ok(Self(number))
        } else {
            Err(Self::out_of_range())
        }
    }

    fn out_of_range() -> Invalid {
        Invalid::new(
            Rule::Range(MIN.into(), MAX.into()),
            format!("must be {MIN} to {MAX}"),
        )
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

from_integers!(NumberText);

impl<const MIN: u32, const MAX: u32> TryFrom<&str> for NumberText<MIN, MAX> {
    type Error = Invalid;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        // A leading zero would be lost on encoding.
        if text.is_empty()
            || !text.bytes().all(|byte| byte.is_ascii_digit())
            || (text.len() > 1 && text.starts_with('0'))
        {
            return Err(Invalid::new(
                Rule::Format,
                "must be a whole number in digits",
            ));
        }
        // Digits that do not fit into the integer are out of every range.
        text.parse()
            .map_err(|_| Self::out_of_range())
            .and_then(Self::new)
    }
}

impl<const MIN: u32, const MAX: u32> fmt::Display for NumberText<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<const MIN: u32, const MAX: u32> Serialize for NumberText<MIN, MAX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<const MIN: u32, const MAX: u32> Decode for NumberText<MIN, MAX> {
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        let Some(text) = value.as_str() else {
            return cx.unfit(value, "must be a number as a string, like \"30\"");
        };
        Self::try_from(text).map_err(|invalid| {
            cx.refuse(invalid);
            value
        })
    }
}

impl<const MIN: u32, const MAX: u32> FieldType for NumberText<MIN, MAX> {
    type Error = Invalid;
}

impl<const MIN: u32, const MAX: u32> Check for NumberText<MIN, MAX> {}

impl<const MIN: u32, const MAX: u32> Redacted for NumberText<MIN, MAX> {
    fn redacted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<'de, const MIN: u32, const MAX: u32> Deserialize<'de> for NumberText<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::wire::deserialize(deserializer, Mode::Strict)
    }
}
