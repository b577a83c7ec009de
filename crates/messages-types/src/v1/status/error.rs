//! Why a message failed.

use crate::error_code::ErrorCode;
use crate::value::Scalar;
use crate::wire::wire_object;

wire_object! {
    /// Why a message failed, as a status webhook tells it.
    #[derive(Default)]
    inbound struct StatusError {
        optional {
            /// A URL whose fragment is the error code.
            kind: String = "type",
            /// The error code: a string by the documentation, a number in some samples.
            title: Scalar = "title",
            /// What happened, for people.
            detail: String = "detail",
            /// The id of this occurrence, for the vendor's support.
            instance: String = "instance",
            /// The error itself, in the samples that wrap it once more.
            error: Box<StatusError> = "error",
        }
    }
}

impl StatusError {
    /// An error with its code, as the API writes it.
    #[must_use]
    pub fn from_code(code: ErrorCode) -> Self {
        Self {
            kind: Some(format!(
                "https://developer.vonage.com/api-errors/messages#{code}"
            )),
            title: Some(Scalar::Text(code.to_string())),
            detail: code.meaning().map(str::to_owned),
            ..Self::default()
        }
    }

    /// The error code: the title or, if that is none, the fragment of the type.
    #[must_use]
    pub fn code(&self) -> Option<ErrorCode> {
        self.title
            .as_ref()
            .and_then(Scalar::to_u64)
            .or_else(|| self.kind.as_deref()?.rsplit_once('#')?.1.parse().ok())
            .and_then(|number| u32::try_from(number).ok())
            .map(ErrorCode::new)
            .or_else(|| self.error.as_ref()?.code())
    }
}
