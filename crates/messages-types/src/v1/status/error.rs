//! Why a message failed.

use crate::Extra;
use crate::error::DeliveryErrorCode;
use crate::value::NumberOrString;
use crate::wire::Wire;

/// Why a message failed, as a status webhook tells it.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct StatusError {
    /// A URL whose fragment is the error code.
    #[wire(rename = "type")]
    pub kind: Option<String>,
    /// The error code: a string by the documentation, a number in some samples.
    pub title: Option<NumberOrString>,
    /// What happened, for people.
    pub detail: Option<String>,
    /// The id of this occurrence, for the vendor's support.
    pub instance: Option<String>,
    /// The error itself, in the samples that wrap it once more.
    pub error: Option<Box<StatusError>>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

impl StatusError {
    /// An error with its code, as the API writes it.
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

    /// The error code: the title or, if that is none, the fragment of the type.
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
