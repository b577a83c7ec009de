//! Bounded text.

use crate::error::{Invalid, Rule};
use crate::wire::Wire;

/// A text of `MIN` to `MAX` Unicode scalar values, both included.
///
/// The API documentation counts "characters, including unicode" without a unit; scalar
/// values are what its own Python SDK counts. Unpaired surrogates cannot occur in a Rust string.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Wire)]
pub struct Text<const MIN: usize, const MAX: usize>(String);

impl<const MIN: usize, const MAX: usize> Text<MIN, MAX> {
    fn refusal(text: &str) -> Option<Invalid> {
        // A scalar value has one to four bytes, so most texts need not be counted.
        if text.len() > MAX && text.chars().count() > MAX {
            return Some(Invalid::new(
                Rule::MaxLength(MAX),
                format!("must be at most {MAX} characters long"),
            ));
        }
        if text.len() < MIN.saturating_mul(4) && text.chars().count() < MIN {
            return Some(Invalid::new(
                Rule::MinLength(MIN),
                format!("must be at least {MIN} characters long"),
            ));
        }
        None
    }
}
