//! Losses of an upgrade.

use std::fmt;

use serde_json::Value;

use super::Clause;
use crate::{Extra, Invalid};

/// Effect of an upgrade on a part without an exact equivalent in v1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LossKind {
    /// The field is not in the v1 message.
    Dropped,
    /// The value has another form, which is a little less precise, or another name.
    Changed,
    /// The value is unchanged, but the documentation of v1 does not promise that it still works.
    Doubtful,
    /// The whole message cannot be expressed in v1, and was left out.
    Unsupported,
}

/// A part of a v0.1 document that its v1 successor lacks or represents differently.
/// It never holds a number or a text of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    pointer: String,
    kind: LossKind,
    message: Clause,
}

impl Loss {
    /// Place in the v0.1 document: a JSON pointer (RFC 6901).
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Effect of the upgrade on this part.
    #[must_use]
    pub const fn kind(&self) -> LossKind {
        self.kind
    }

    /// Description, as a clause whose subject is the field.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.pointer, self.message)
    }
}

/// Collects losses below a place of the document.
#[derive(Default)]
pub(super) struct Losses {
    place: String,
    found: Vec<Loss>,
}

impl Losses {
    pub(super) fn into_vec(self) -> Vec<Loss> {
        self.found
    }

    /// Runs `convert` at the item `index` of the field `key`.
    pub(super) fn within(&mut self, key: &str, index: usize, convert: impl FnOnce(&mut Self)) {
        let outside = self.place.len();
        self.place.push_str(&format!("/{key}/{index}"));
        convert(self);
        self.place.truncate(outside);
    }

    pub(super) fn report(&mut self, kind: LossKind, path: &[&str], message: impl Into<Clause>) {
        let mut pointer = self.place.clone();
        for key in path {
            pointer.push('/');
            pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
        }
        self.found.push(Loss {
            pointer,
            kind,
            message: message.into(),
        });
    }

    /// Reports a field of the object at `path` that its type does not represent. An explicit `null`
    /// has no meaning and is not reported.
    pub(super) fn member(&mut self, path: &[&str], key: &str, value: &Value) {
        if !value.is_null() {
            let path: Vec<&str> = path.iter().copied().chain([key]).collect();
            let message = "is lost: v1 has no such member here";
            self.report(LossKind::Dropped, &path, message);
        }
    }

    /// Reports all fields of the object at `path` that its type does not represent.
    pub(super) fn members(&mut self, path: &[&str], extra: &Extra) {
        for (key, value) in extra {
            self.member(path, key, value);
        }
    }

    /// As [`Losses::members`], for an object that becomes part of the v1 message.
    pub(super) fn strip(&mut self, path: &[&str], extra: &mut Extra) {
        self.members(path, &std::mem::take(extra));
    }

    /// Converts a value to its v1 type. If it breaks the narrower rules of v1, the whole
    /// message is unsupported.
    pub(super) fn value<T>(&mut self, path: &[&str], value: impl Into<String>) -> Option<T>
    where
        T: TryFrom<String, Error = Invalid>,
    {
        T::try_from(value.into())
            .map_err(|invalid| {
                self.report(
                    LossKind::Unsupported,
                    path,
                    format!("is refused by v1, so that the message is left out: it {invalid}"),
                );
            })
            .ok()
    }
}
