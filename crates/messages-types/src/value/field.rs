//! Arguments of constructors and setters: anything convertible to the value.

use std::convert::Infallible;

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

/// Argument of a setter for a field of type `T`: the value itself, or anything that a constructor accepts for it.
///
/// The setter of a checked field, such as a bounded text, a URL or a number of seconds, returns `Result<Self, Problems>` as
/// the constructors do. The setter of any other field, such as a `String` or an enum, returns the object. Implemented for
/// every suitable `TryInto<T>`; there is nothing to implement by hand.
///
/// ```
/// use messages_types::v1::Sms;
/// use messages_types::v1::sms::{Encoding, Options};
///
/// let sms = Sms::text("447700900001", "447700900000", "Your code is 4711")?
///     .client_ref("login-17")?
///     .ttl(600)?
///     .sms(Options::default().encoding_type(Encoding::Text));
/// # Ok::<(), messages_types::Problems>(())
/// ```
pub trait SetterArgument<T: FieldType>: TryInto<T, Error: Into<T::Error>> {}

impl<T: FieldType, V: TryInto<T, Error: Into<T::Error>>> SetterArgument<T> for V {}

/// Type of an optional field of an outbound object.
pub trait FieldType: Sized {
    /// [`Invalid`] if values are checked, else [`Infallible`].
    type Error: SetterError;
}

/// Return type of a setter for a field of type `T` of an object `S`: `Result<S, Problems>` if values of `T` are checked, else
/// `S`.
pub type Set<T, S> = <<T as FieldType>::Error as SetterError>::Output<S>;

/// Converts the argument of a setter and passes it to `apply`; a problem is reported at `pointer`.
pub(crate) fn set<T: FieldType, S>(
    pointer: &'static str,
    argument: impl SetterArgument<T>,
    apply: impl FnOnce(T) -> S,
) -> Set<T, S> {
    SetterError::output(pointer, argument.try_into().map(apply).map_err(Into::into))
}

/// Error of a setter: [`Invalid`] or [`Infallible`].
pub trait SetterError: Sized {
    /// Return type of a setter of an object `S`.
    type Output<S>;

    /// Turns the result of a conversion into the setter's return value.
    fn output<S>(pointer: &'static str, result: Result<S, Self>) -> Self::Output<S>;
}

impl SetterError for Infallible {
    type Output<S> = S;

    fn output<S>(_: &'static str, result: Result<S, Self>) -> S {
        match result {
            Ok(object) => object,
            Err(never) => match never {},
        }
    }
}

impl SetterError for Invalid {
    type Output<S> = Result<S, Problems>;

    fn output<S>(pointer: &'static str, result: Result<S, Self>) -> Result<S, Problems> {
        result.map_err(|invalid| invalid.at(pointer).into())
    }
}

impl FieldType for String {
    type Error = Infallible;
}

impl FieldType for bool {
    type Error = Infallible;
}

impl FieldType for u64 {
    type Error = Infallible;
}

impl<T> FieldType for Vec<T> {
    type Error = Infallible;
}

impl<T> FieldType for Box<T> {
    type Error = Infallible;
}

/// Implements `TryFrom` for each integer type, so that a literal such as `600` is accepted.
macro_rules! from_integers {
    ($name:ident) => {
        from_integers! { $name: u8 u16 u32 u64 usize i8 i16 i32 i64 isize }
    };
    ($name:ident: $($integer:ty)*) => { $(
        impl<const MIN: u32, const MAX: u32> TryFrom<$integer> for $name<MIN, MAX> {
            type Error = crate::error::Invalid;

            fn try_from(number: $integer) -> Result<Self, Self::Error> {
                u32::try_from(number)
                    .map_err(|_| Self::out_of_range())
                    .and_then(Self::new)
            }
        }
    )* };
}
pub(crate) use from_integers;

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
