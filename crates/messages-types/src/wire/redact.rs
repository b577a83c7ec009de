//! `Debug` that shows the shape of a message but not its content.

use std::fmt;

use serde_json::{Map, Number, Value};

/// Shows the parts of a field that are not confidential.
pub(crate) trait Redacted {
    fn redacted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

/// Adapter that implements `Debug` by `Redacted`.
pub(crate) struct Show<'a, T: ?Sized>(pub(crate) &'a T);

impl<T: Redacted + ?Sized> fmt::Debug for Show<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.redacted(f)
    }
}

impl Redacted for String {
    fn redacted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} characters]", self.chars().count())
    }
}

impl Redacted for Number {
    fn redacted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[number]")
    }
}

impl Redacted for Value {
    fn redacted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[JSON]")
    }
}

impl Redacted for Map<String, Value> {
    fn redacted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[object of {}]", self.len())
    }
}

impl Redacted for bool {
    fn redacted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl Redacted for u64 {
    fn redacted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl<T: Redacted> Redacted for Option<T> {
    fn redacted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Some(value) => value.redacted(f),
            None => f.write_str("None"),
        }
    }
}

impl<T: Redacted> Redacted for Box<T> {
    fn redacted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).redacted(f)
    }
}

impl<T: Redacted> Redacted for Vec<T> {
    fn redacted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(Show)).finish()
    }
}
