//! Error of a failed message.

use crate::Extra;
use crate::error::DeliveryErrorCode;
use crate::value::NumberOrString;
use crate::wire::Wire;

/// Error of a failed message, as reported by a status webhook.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct StatusError {
    /// A URL whose fragment is the error code.
    #[wire(rename = "type")]
    pub kind: Option<String>,
    /// Error code: a string in the documentation, a number in some samples.
    pub title: Option<NumberOrString>,
    /// Human-readable description.
    pub detail: Option<String>,
    /// ID of this occurrence, for the vendor's support.
    pub instance: Option<String>,
    /// The error itself, in the samples that nest it.
    pub error: Option<Box<StatusError>>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

impl StatusError {
    /// An error with this code, in the form the API uses.
    #[must_use]
    pub fn from_code(code: DeliveryErrorCode) -> Self {
        Self {
            kind: Some(format!(
                "https://developer.vonage.com/api-errors/messages#{code}"
            )),
            title: Some(NumberOrString::Text(code.to_string())),
            detail: code.meaning().map(str::to_owned),
            ..Self::default()
        }
    }

    /// Error code: the title or, if that is not a code, the fragment of the type.
    #[must_use]
    pub fn code(&self) -> Option<DeliveryErrorCode> {
        self.title
            .as_ref()
            .and_then(NumberOrString::to_u64)
            .or_else(|| self.kind.as_deref()?.rsplit_once('#')?.1.parse().ok())
            .and_then(|number| u32::try_from(number).ok())
            .map(DeliveryErrorCode::new)
            .or_else(|| self.error.as_ref()?.code())
    }
}
