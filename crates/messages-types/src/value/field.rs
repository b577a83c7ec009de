//! Constructor arguments: anything convertible to the value.

use crate::error::{Invalid, Problem, Problems};

/// Argument of a constructor for a value of type `T`: the value itself, or anything that can be
/// checked and turned into it, such as a `&str` for a [`PhoneNumber`](crate::PhoneNumber).
///
/// Implemented for every `TryInto<T>`; there is nothing to implement by hand.
pub trait Field<T> {
    /// Checks the argument.
    ///
    /// # Errors
    ///
    /// The rule that the argument breaks.
    fn parse(self) -> Result<T, Invalid>;
}

impl<T, V> Field<T> for V
where
    V: TryInto<T>,
    V::Error: Into<Invalid>,
{
    fn parse(self) -> Result<T, Invalid> {
        self.try_into().map_err(Into::into)
    }
}

/// Collects the problems of a constructor's arguments, so that all are reported at once.
#[derive(Default)]
pub(crate) struct Fields(Vec<Problem>);

impl Fields {
    pub(crate) fn take<T>(&mut self, pointer: &'static str, argument: impl Field<T>) -> Option<T> {
        argument
            .parse()
            .map_err(|invalid| self.0.push(invalid.at(pointer)))
            .ok()
    }

    pub(crate) fn build<T>(self, built: Option<T>) -> Result<T, Problems> {
        Problems::check(self.0)?;
        // Each `None` comes with a problem, so without problems there is a value.
        built.ok_or_else(|| {
            Invalid::new(crate::Rule::Required, "is incomplete")
                .at("")
                .into()
        })
    }
}
