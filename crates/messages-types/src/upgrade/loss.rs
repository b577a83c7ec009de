//! What an upgrade loses.

use std::fmt;

use serde_json::Value;

use super::Clause;
use crate::{Extra, Invalid};

/// What became of something that v1 has no equivalent of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LossKind {
    /// The member is not in the v1 message.
    Dropped,
    /// It is there in another form, which says a little less, or under another name.
    Changed,
    /// It is there as it was, but the documentation of v1 does not promise that it still works.
    Doubtful,
    /// The whole message cannot be said in v1, and was left out.
    Unsupported,
}

/// Something that a v0.1 document says and its v1 successor does not, or not in the same way.
/// It never holds a number or a text of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    pointer: String,
    kind: LossKind,
    message: Clause,
}

impl Loss {
    /// Where it stands in the v0.1 document: a JSON pointer (RFC 6901).
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What became of it.
    #[must_use]
    pub const fn kind(&self) -> LossKind {
        self.kind
    }

    /// What that means, as a clause whose subject is the member.
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

/// Collects losses, below a place of the document.
#[derive(Default)]
pub(super) struct Losses {
    place: String,
    found: Vec<Loss>,
}

impl Losses {
    pub(super) fn into_vec(self) -> Vec<Loss> {
        self.found
    }

    /// Runs `convert` at the item `index` of the member `key`.
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

    /// A member of the object at `path` that its type does not hold. An explicit `null` says
    /// nothing, and is not missed.
    pub(super) fn member(&mut self, path: &[&str], key: &str, value: &Value) {
        if !value.is_null() {
            let path: Vec<&str> = path.iter().copied().chain([key]).collect();
            let message = "is lost: v1 has no such member here";
            self.report(LossKind::Dropped, &path, message);
        }
    }

    /// Every member of the object at `path` that its type does not hold.
    pub(super) fn members(&mut self, path: &[&str], extra: &Extra) {
        for (key, value) in extra {
            self.member(path, key, value);
        }
    }

    /// As [`Losses::members`], for an object that goes on into the v1 message.
    pub(super) fn strip(&mut self, path: &[&str], extra: &mut Extra) {
        self.members(path, &std::mem::take(extra));
    }

    /// A value in its v1 type. Where the rules of v1 are narrower and it breaks them, the whole
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
