//! Absolute URLs.

use crate::error::{Invalid, Rule};
use crate::wire::Wire;

/// An absolute URL of `MIN` to `MAX` characters: a scheme, `://`, a non-empty rest, and no
/// white space or control character.
///
/// The API fetches media itself and accepts more schemes than `https` (vendor samples hold
/// `http`, `ftp` and `file`), so the scheme is not restricted.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Wire)]
pub struct Url<const MIN: usize = 1, const MAX: usize = { usize::MAX }>(String);

impl<const MIN: usize, const MAX: usize> Url<MIN, MAX> {
    pub(crate) fn refusal(text: &str) -> Option<Invalid> {
        let absolute = text.split_once("://").is_some_and(|(scheme, rest)| {
            scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
                && !rest.is_empty()
                && (!scheme.to_ascii_lowercase().starts_with("http") || !rest.starts_with('/'))
                && !rest.contains(|c: char| c.is_whitespace() || c.is_control())
        });
        if !absolute {
            return Some(Invalid::new(
                Rule::Format,
                "must be an absolute URL, like https://example.com/image.jpg",
            ));
        }
        let length = text.chars().count();
        if length < MIN {
            Some(Invalid::new(
                Rule::MinLength(MIN),
                format!("must be at least {MIN} characters long"),
            ))
        } else if length > MAX {
            Some(Invalid::new(
                Rule::MaxLength(MAX),
                format!("must be at most {MAX} characters long"),
            ))
        } else {
            None
        }
    }
}
