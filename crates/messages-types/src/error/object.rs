//! Body of an error response.

use super::{Problem, Problems, RequestErrorCode};
use crate::Extra;
use crate::value::NumberOrString;
use crate::wire::{Context, Decode, Json, Wire};

/// Body of an error response, in the format of RFC 9457 ("problem details").
///
/// Every field may be missing: gateways and older generations omit some.
/// Distinguish responses by [`ErrorObject::sync_code`] and by the HTTP status, not by `title`.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open, document, misplaced("errors", "error-code-label"))]
#[non_exhaustive]
pub struct ErrorObject {
    /// URL whose fragment names the error; may be empty.
    #[wire(rename = "type")]
    pub kind: Option<String>,
    /// Summary of the error type, human-readable.
    pub title: Option<String>,
    /// Details of this occurrence, human-readable.
    pub detail: Option<String>,
    /// ID of this occurrence, for the vendor's support.
    pub instance: Option<String>,
    /// Refused fields of the request, with reasons.
    pub invalid_parameters: Option<InvalidParameters>,
    /// Number that some gateways add.
    pub code: Option<NumberOrString>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

impl ErrorObject {
    /// Response for `code`, with the documented type and title.
    #[must_use]
    pub fn from_code(code: &RequestErrorCode, detail: impl Into<String>, instance: &str) -> Self {
        Self {
            kind: Some(code.type_url()),
            title: Some(code.title().to_owned()),
            detail: Some(detail.into()),
            instance: Some(instance.to_owned()),
            ..Self::default()
        }
    }

    /// Response to a message that breaks rules: each problem becomes an item of
    /// `invalid_parameters`, with its place in the API's notation (`image.url`).
    #[must_use]
    pub fn invalid_params(problems: &Problems, instance: &str) -> Self {
        let detail = "The value of one or more parameters is invalid.";
        Self {
            invalid_parameters: Some(InvalidParameters::List(
                problems.iter().map(InvalidParameter::from).collect(),
            )),
            ..Self::from_code(&RequestErrorCode::InvalidParams, detail, instance)
        }
    }

    /// Code named by the type, if any.
    #[must_use]
    pub fn sync_code(&self) -> Option<RequestErrorCode> {
        RequestErrorCode::from_type(self.kind.as_deref()?, self.title.as_deref())
    }
}

/// Refused fields of a request. The API writes a list; older generations wrote a
/// single object.
#[derive(Clone, PartialEq, Wire)]
#[wire(open, untagged)]
pub enum InvalidParameters {
    /// List, as documented for v1.
    List(Vec<InvalidParameter>),
    /// One object, as in the workflows of 2018.
    Single(InvalidParameter),
}

impl InvalidParameters {
    /// The refused fields, in either form.
    #[must_use]
    pub fn as_slice(&self) -> &[InvalidParameter] {
        match self {
            Self::List(list) => list,
            Self::Single(single) => std::slice::from_ref(single),
        }
    }
}

impl Decode for InvalidParameters {
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        match value {
            Json::Array(_) => Vec::decode(value, cx).map(Self::List),
            Json::Object(_) => InvalidParameter::decode(value, cx).map(Self::Single),
            other => cx.unfit(other, "must be an array or an object"),
        }
    }
}

/// A refused field of a request.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct InvalidParameter {
    /// Name of the field, with dots between the levels.
    pub name: Option<String>,
    /// Reason for the refusal.
    pub reason: Option<String>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

impl From<&Problem> for InvalidParameter {
    fn from(problem: &Problem) -> Self {
        Self {
            name: Some(problem.parameter_name()),
            reason: Some(problem.message().to_owned()),
            ..Self::default()
        }
    }
}
