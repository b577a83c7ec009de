//! `Debug` of errors as readable text.

use std::error::Error;
use std::fmt;

/// Writes an error and its sources in one line: `fn main() -> Result<(), Box<dyn Error>>` prints the `Debug` of an error.
///
/// The sibling crates have the same function each: they do not depend on each other.
pub(crate) fn debug(error: &dyn Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{error}")?;
    let mut source = error.source();
    while let Some(cause) = source {
        write!(f, ": {cause}")?;
        source = cause.source();
    }
    Ok(())
}
