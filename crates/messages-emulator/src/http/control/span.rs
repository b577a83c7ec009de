//! Spans of time in their written form.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A number of seconds, or a number with a unit: `5`, `0.5`, `500ms`, `5s`, `10m`, `24h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(pub Duration);

/// The text is not a [`Span`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be {WANTED}")]
#[non_exhaustive]
pub struct SpanError;

const WANTED: &str = "a number of seconds, or a number with ms, s, m or h";

impl Span {
    fn parse(text: &str) -> Option<Self> {
        let digits = text.trim_end_matches(|one: char| one.is_ascii_alphabetic());
        let seconds = match text.get(digits.len()..)? {
            "" | "s" => 1.0,
            "ms" => 0.001,
            "m" => 60.0,
            "h" => 3_600.0,
            _ => return None,
        };
        let number: f64 = digits.parse().ok()?;
        Duration::try_from_secs_f64(number * seconds).ok().map(Self)
    }
}

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text).ok_or(SpanError)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Written;
        impl Visitor<'_> for Written {
            type Value = Span;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(WANTED)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Span, E> {
                Span::parse(text).ok_or_else(|| E::custom(WANTED))
            }

            fn visit_f64<E: Error>(self, seconds: f64) -> Result<Span, E> {
                Duration::try_from_secs_f64(seconds)
                    .map(Span)
                    .map_err(|_| E::custom(WANTED))
            }

            fn visit_u64<E: Error>(self, seconds: u64) -> Result<Span, E> {
                Ok(Span(Duration::from_secs(seconds)))
            }
        }
        deserializer.deserialize_any(Written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_read_and_nothing_else() {
        for (text, millis) in [
            ("5", 5_000),
            ("0.5", 500),
            ("5s", 5_000),
            ("1.5s", 1_500),
            ("250ms", 250),
            ("10m", 600_000),
            ("24h", 86_400_000),
            ("0", 0),
        ] {
            assert_eq!(
                Span::parse(text),
                Some(Span(Duration::from_millis(millis))),
                "{text}"
            );
        }
        for text in [
            "", "s", "-1", "5 s", "5d", "NaN", "inf", "1e400", "5ss", "é", "5é",
        ] {
            assert_eq!(Span::parse(text), None, "{text}");
        }
    }
}
