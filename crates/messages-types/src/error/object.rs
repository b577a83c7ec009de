//! The body of an error answer.

use std::fmt;

use serde::{Serialize, Serializer};

use super::{Problem, Problems, RequestErrorCode, Rule};
use crate::Extra;
use crate::value::NumberOrString;
use crate::wire::{Check, Context, Decode, Json, Wire};

/// The body of an error answer, in the shape of RFC 9457 ("problem details").
///
/// Every member may be missing: gateways and older generations leave out what they like.
/// Tell answers apart by [`ErrorObject::sync_code`] and by the HTTP status, not by `title`.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open, document)]
#[wire(misplaced("errors", "error-code-label"))]
#[non_exhaustive]
pub struct ErrorObject {
    /// A URL whose fragment names the error; may be empty.
    #[wire(rename = "type")]
    pub kind: Option<String>,
    /// What it is, for people.
    pub title: Option<String>,
    /// What happened this time, for people.
    pub detail: Option<String>,
    /// The id of this occurrence, for the vendor's support.
    pub instance: Option<String>,
    /// Which members of the request were refused, and why.
    pub invalid_parameters: Option<InvalidParameters>,
    /// A number of its own that some gateways add.
    pub code: Option<NumberOrString>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

impl ErrorObject {
    /// The answer for `code`, with the documented type and title.
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

    /// The answer to a message that breaks rules: each problem becomes one of
    /// `invalid_parameters`, with its place written as the API does (`image.url`).
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

    /// What the type names, if anything.
    #[must_use]
    pub fn sync_code(&self) -> Option<RequestErrorCode> {
        RequestErrorCode::from_type(self.kind.as_deref()?, self.title.as_deref())
    }
}

/// Which members of a request were refused. The API writes a list; older generations wrote a
/// single object.
#[derive(Clone, PartialEq, Wire)]
#[wire(open, custom)]
pub enum InvalidParameters {
    /// A list, as documented for v1.
    List(Vec<InvalidParameter>),
    /// One object, as the workflows of 2018 had it.
    Single(InvalidParameter),
}

impl InvalidParameters {
    /// The refused members, in either form.
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
            other => {
                cx.report(Rule::Type, "must be an array or an object");
                Err(other)
            }
        }
    }
}

impl Check for InvalidParameters {}

impl Serialize for InvalidParameters {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::List(list) => list.serialize(serializer),
            Self::Single(single) => single.serialize(serializer),
        }
    }
}

impl fmt::Debug for InvalidParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.as_slice()).finish()
    }
}

/// A refused member of a request.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct InvalidParameter {
    /// The member, with dots between the levels.
    pub name: Option<String>,
    /// What is wrong with it.
    pub reason: Option<String>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
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
