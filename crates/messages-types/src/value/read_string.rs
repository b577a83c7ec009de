//! Strings out of any serde format.

use serde::de::{Deserialize, Deserializer, Error};

/// Reads a string. The value in its place is not repeated in the error, as serde would do: a phone number is one as a JSON number, too.
/// Every format has its own error, of which only the text is known.
pub(crate) fn read_string<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    String::deserialize(deserializer).map_err(|error| {
        if error.to_string().contains("invalid type") {
            D::Error::custom("must be a string")
        } else {
            error
        }
    })
}
