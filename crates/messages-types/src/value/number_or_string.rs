//! Values whose JSON type varies in the API.

use std::borrow::Cow;

use serde_json::Number;

use crate::wire::{Context, Decode, Json, Wire};

/// A number that the API writes sometimes as a string and sometimes as a number: counts,
/// prices, error codes. It is stored and written as received; a price preserves its digits.
#[derive(Clone, PartialEq, Wire)]
#[wire(open, untagged)]
pub enum NumberOrString {
    /// Received as a JSON string.
    Text(String),
    /// Received as a JSON number.
    Number(Number),
}

impl NumberOrString {
    /// Digits of the value.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Number(number) => Cow::Owned(number.to_string()),
        }
    }

    /// The value as a whole number, if it is one.
    #[must_use]
    pub fn to_u64(&self) -> Option<u64> {
        match self {
            Self::Text(text) => text.trim().parse().ok(),
            Self::Number(number) => number.as_u64(),
        }
    }

    /// The value as a floating-point number, if it is a finite one. Not suitable for summing money.
    #[must_use]
    pub fn to_f64(&self) -> Option<f64> {
        match self {
            Self::Text(text) => text
                .trim()
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite()),
            Self::Number(number) => number.as_f64(),
        }
    }
}

impl From<&str> for NumberOrString {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i32> for NumberOrString {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}

impl From<i64> for NumberOrString {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl From<u64> for NumberOrString {
    fn from(number: u64) -> Self {
        Self::Number(number.into())
    }
}

impl Decode for NumberOrString {
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        match value {
            Json::String(text) => Ok(Self::Text(text.into_owned())),
            Json::Number(number) => Ok(Self::Number(number)),
            other => cx.unfit(other, "must be a number or a numeric string"),
        }
    }
}
