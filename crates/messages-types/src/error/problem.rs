//! Broken rules, each with the place of the value: the form of every refusal in this crate.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;

use serde::ser::{Serialize, SerializeStruct as _, Serializer};

/// Rule broken by a value.
///
/// [`Rule::name`] is stable and machine-readable; `Display` of [`Rule`] is the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// A required field is absent (or `null`).
    Required,
    /// The JSON type differs from that of the field.
    Type,
    /// Fewer Unicode scalar values than the minimum.
    MinLength(usize),
    /// More Unicode scalar values than the maximum.
    MaxLength(usize),
    /// Fewer items than the minimum.
    MinItems(usize),
    /// More items than the maximum.
    MaxItems(usize),
    /// A number outside its range, both ends included.
    Range(u64, u64),
    /// Not one of the allowed values.
    OneOf,
    /// The text does not have the required format.
    Format,
    /// A field of the API that is not allowed in this place.
    NotAllowed,
    /// Two fields that require or exclude each other.
    Combination,
}

impl Rule {
    /// Stable name of the rule, in snake case.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Type => "type",
            Self::MinLength(_) => "min_length",
            Self::MaxLength(_) => "max_length",
            Self::MinItems(_) => "min_items",
            Self::MaxItems(_) => "max_items",
            Self::Range(..) => "range",
            Self::OneOf => "one_of",
            Self::Format => "format",
            Self::NotAllowed => "not_allowed",
            Self::Combination => "combination",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Reason a single value was refused. It never holds the value itself.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{hint}")]
pub struct Invalid {
    rule: Rule,
    hint: Cow<'static, str>,
}

impl Invalid {
    /// Creates a refusal under `rule`; `hint` states the requirement in one lower-case clause, without
    /// repeating the value.
    #[must_use]
    pub fn new(rule: Rule, hint: impl Into<Cow<'static, str>>) -> Self {
        Self {
            rule,
            hint: hint.into(),
        }
    }

    /// The broken rule.
    #[must_use]
    pub const fn rule(&self) -> Rule {
        self.rule
    }

    /// Adds the place of the value in its document, a JSON pointer.
    #[must_use]
    pub fn at(self, pointer: impl Into<String>) -> Problem {
        Problem {
            pointer: pointer.into(),
            invalid: self,
        }
    }
}

impl From<Infallible> for Invalid {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// One broken rule at one place of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pointer: String,
    invalid: Invalid,
}

impl Problem {
    /// Place of the value: a JSON pointer (RFC 6901), `""` for the whole document.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The broken rule.
    #[must_use]
    pub const fn rule(&self) -> Rule {
        self.invalid.rule
    }

    /// Requirement of the rule, in one lower-case clause. It never repeats the offending value.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.invalid.hint
    }

    pub(crate) fn is_at_or_below(&self, pointer: &str) -> bool {
        self.pointer
            .strip_prefix(pointer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Field of the object at `place` that contains the problem, as a segment of its pointer.
    pub(crate) fn member_of(&self, place: &str) -> Option<&str> {
        let member = self.pointer.strip_prefix(place)?.strip_prefix('/')?;
        Some(member.split_once('/').map_or(member, |(first, _)| first))
    }

    /// Place in the notation of the API's `invalid_parameters`: dots instead of slashes
    /// (`failover[0].image.url`).
    #[must_use]
    pub fn parameter_name(&self) -> String {
        let mut name = String::with_capacity(self.pointer.len());
        for segment in self.pointer.split('/').skip(1) {
            if !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_digit()) {
                name.push('[');
                name.push_str(segment);
                name.push(']');
            } else {
                if !name.is_empty() {
                    name.push('.');
                }
                name.push_str(&segment.replace("~1", "/").replace("~0", "~"));
            }
        }
        name
    }
}

/// An object with `pointer`, `rule` and `message`.
impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Problem", 3)?;
        out.serialize_field("pointer", self.pointer())?;
        out.serialize_field("rule", self.rule().name())?;
        out.serialize_field("message", self.message())?;
        out.end()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = if self.pointer.is_empty() {
            "the document"
        } else {
            &self.pointer
        };
        write!(f, "{pointer} {}", self.invalid)
    }
}

/// All problems of a value, at least one, in the order of detection: the same for the
/// same document.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problems(Box<[Problem]>);

impl Problems {
    /// `Err` with all problems, or `Ok` if there are none.
    pub(crate) fn check(problems: Vec<Problem>) -> Result<(), Self> {
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Self(problems.into_boxed_slice()))
        }
    }

    /// The problems, in the order of detection.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.0.iter()
    }

    /// Number of problems; never zero.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The problems as a slice; never empty.
    #[must_use]
    pub fn as_slice(&self) -> &[Problem] {
        &self.0
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(Box::new([problem]))
    }
}

/// A refused value without a place in a document: its pointer is `""`.
impl From<Invalid> for Problems {
    fn from(invalid: Invalid) -> Self {
        invalid.at("").into()
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

/// Error of decoding a document.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes are not JSON; the source has the position.
    #[error("not valid JSON")]
    Json(#[source] Box<serde_json::Error>),
    /// A text has an escaped surrogate without its other half, such as `"\ud83d"`; the source is the parser's error.
    #[error("half of a character in a string, at line {} column {}", .0.line(), .0.column())]
    LoneSurrogate(#[source] Box<serde_json::Error>),
    /// The JSON is not a document of this kind.
    #[error("not a valid document of this kind")]
    Problems(#[source] Problems),
}

impl From<serde_json::Error> for DecodeError {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(Box::new(error))
    }
}

impl From<Problems> for DecodeError {
    fn from(problems: Problems) -> Self {
        Self::Problems(problems)
    }
}

impl fmt::Debug for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::error::chain::debug(self, f)
    }
}

impl fmt::Debug for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::error::chain::debug(self, f)
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::error::chain::debug(self, f)
    }
}
