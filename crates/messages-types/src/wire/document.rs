//! Whole documents: bytes in, a type out, and back.

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::Value;

use super::{Check, Context, Decode, Json, Mode};
use crate::error::{DecodeError, Problems};

/// A JSON document that stands alone: a request body, an answer or a webhook.
///
/// The trait is sealed; every top-level type of the crate implements it.
pub trait Document: Serialize + Sized + sealed::Sealed {
    /// Reads a document from bytes.
    ///
    /// # Errors
    ///
    /// [`DecodeError::Json`] when the bytes are no JSON. [`DecodeError::Problems`] with *all*
    /// problems when it is an outbound document that breaks a rule; for what the API itself sends
    /// only when the members that make it a document of its kind are missing.
    fn from_slice(bytes: &[u8]) -> Result<Self, DecodeError>;

    /// Reads a document from a JSON value.
    ///
    /// # Errors
    ///
    /// As [`Document::from_slice`], but for the JSON.
    fn from_value(value: Value) -> Result<Self, DecodeError>;

    /// Writes the document as compact JSON.
    #[must_use]
    fn to_vec(&self) -> Vec<u8> {
        // Most messages fit, so that the buffer need not grow.
        let mut json = Vec::with_capacity(512);
        // Every map has string keys and no writer can fail, so neither can this.
        let _ = serde_json::to_writer(&mut json, self);
        json
    }
}

pub(crate) mod sealed {
    pub trait Sealed {}
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

/// Checks what must be seen together, and fails with all problems.
pub(crate) fn validate(model: &impl Check) -> Result<(), Problems> {
    let mut cx = Context::new(Mode::Strict);
    model.check(&mut cx);
    Problems::check(cx.into_findings().0)
}

/// A model as JSON. Models serialise to maps with string keys, so this cannot fail.
pub(crate) fn to_value<T: Serialize>(model: T) -> Value {
    serde_json::to_value(model).unwrap_or(Value::Null)
}

/// Reads a value from a serde format that describes itself, such as JSON. The error lists all problems with their JSON pointers.
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
