//! Whole documents: decoding from bytes and encoding.

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::Value;

use super::{Check, Context, Decode, Json, Mode, repair_json};
use crate::error::{DecodeError, Problems};

/// A JSON document that stands alone: a request body, a response or a webhook.
///
/// The trait is sealed; every top-level type of the crate implements it.
pub trait Document: Serialize + Sized + sealed::Sealed {
    /// Reads a document from bytes, one sent by the API after [`repair_json`](crate::repair_json) if necessary.
    ///
    /// # Errors
    ///
    /// [`DecodeError::Json`] if the bytes are not JSON, [`DecodeError::LoneSurrogate`] if an outbound document has half
    /// of a character. [`DecodeError::Problems`] with *all* problems if an outbound document breaks a rule; for a
    /// document sent by the API only if the required fields of its kind are missing.
    fn from_slice(bytes: &[u8]) -> Result<Self, DecodeError>;

    /// Reads a document from a JSON value.
    ///
    /// # Errors
    ///
    /// [`DecodeError::Problems`], as for [`Document::from_slice`].
    fn from_value(value: Value) -> Result<Self, DecodeError>;

    /// Writes the document as compact JSON.
    #[must_use]
    fn to_vec(&self) -> Vec<u8> {
        // Most messages fit, so the buffer does not grow.
        let mut json = Vec::with_capacity(512);
        // Every map has string keys and the writer cannot fail, so this cannot fail.
        let _ = serde_json::to_writer(&mut json, self);
        json
    }
}

pub(crate) mod sealed {
    pub trait Sealed {}
}

/// Decodes bytes in `mode` and fails with all problems.
pub(crate) fn from_slice<T: Decode + Check>(bytes: &[u8], mode: Mode) -> Result<T, DecodeError> {
    match Json::from_slice(bytes) {
        Ok(json) => from_json(json, mode),
        Err(error) => {
            let repaired = repaired(bytes, error, mode)?;
            from_json(Json::from_slice(repaired.as_bytes())?, mode)
        }
    }
}

/// The text of an open document without the values that the parser refuses, if it has no other fault.
#[cold]
fn repaired(bytes: &[u8], error: serde_json::Error, mode: Mode) -> Result<String, DecodeError> {
    let repaired = std::str::from_utf8(bytes).ok().and_then(repair_json);
    match repaired {
        Some(text) if Json::from_slice(text.as_bytes()).is_ok() => match mode {
            Mode::Open => Ok(text),
            Mode::Strict if error.to_string().starts_with("number out of range") => {
                Err(error.into())
            }
            Mode::Strict => Err(DecodeError::LoneSurrogate(Box::new(error))),
        },
        _ => Err(error.into()),
    }
}

/// Decodes in `mode` and fails with all problems.
pub(crate) fn from_json<T: Decode + Check>(json: Json<'_>, mode: Mode) -> Result<T, DecodeError> {
    let mut cx = Context::new(mode);
    let decoded = T::decode(json, &mut cx);
    let (problems, _) = cx.into_findings();
    Problems::check(problems)?;
    decoded.map_err(|_| {
        Problems::from(
            crate::error::Invalid::new(
                crate::Rule::Required,
                "lacks the members that make it a document of this kind",
            )
            .at(""),
        )
        .into()
    })
}

/// Checks the rules over several fields, and fails with all problems.
pub(crate) fn validate(model: &impl Check) -> Result<(), Problems> {
    let mut cx = Context::new(Mode::Strict);
    model.check(&mut cx);
    Problems::check(cx.into_findings().0)
}

/// Converts a model to JSON. Models serialize to maps with string keys, so this cannot fail.
pub(crate) fn to_value<T: Serialize>(model: T) -> Value {
    serde_json::to_value(model).unwrap_or(Value::Null)
}

/// Reads a value from a self-describing serde format, such as JSON. The error lists all problems with their JSON pointers.
pub(crate) fn deserialize<'de, T, D>(deserializer: D, mode: Mode) -> Result<T, D::Error>
where
    T: Decode + Check,
    D: Deserializer<'de>,
{
    let json = Json::deserialize(deserializer)?;
    from_json(json, mode).map_err(|error| match &error {
        DecodeError::Problems(problems) => D::Error::custom(problems),
        other => D::Error::custom(other),
    })
}
