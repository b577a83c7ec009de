//! Strings from any serde format.

use serde::de::{Deserialize, Deserializer, Error};

/// Reads a string. Unlike serde's, the error does not repeat the value: a phone number may come as a JSON number, too.
/// Every format has its own error type, of which only the text is available.
pub(crate) fn read_string<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    String::deserialize(deserializer).map_err(|error| {
        if error.to_string().contains("invalid type") {
            D::Error::custom("must be a string")
        } else {
            error
        }
    })
}
