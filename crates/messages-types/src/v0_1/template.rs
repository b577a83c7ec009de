//! Templates of WhatsApp and Viber.

use crate::v1::whatsapp::template::COMPONENTS;
use crate::wire::{Context, Decode, Json, Wire};
use crate::{Extra, Rule};

/// A template parameter in its older form, an object.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub struct DefaultParameter {
    /// Value of the parameter.
    pub default: String,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// A template parameter. The description of the API has strings, its samples
/// have objects; both are accepted, and written as given.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, untagged)]
pub enum Parameter {
    /// `"text"`.
    Text(String),
    /// `{"default": "text"}`.
    Object(DefaultParameter),
}

impl Parameter {
    /// Value of the parameter.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Object(object) => &object.default,
        }
    }
}

impl From<&str> for Parameter {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl Decode for Parameter {
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        match value {
            Json::String(text) => Ok(Self::Text(text.into_owned())),
            Json::Object(_) => DefaultParameter::decode(value, cx).map(Self::Object),
            other => cx.unfit(other, "must be a string or an object with default"),
        }
    }
}

/// A registered template and its parameters.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, misplaced("locale", "policy", "components" = COMPONENTS))]
#[wire(validate = name_rule(name))]
#[non_exhaustive]
pub struct Template {
    /// The name: `namespace:name`, or the old form `whatsapp:hsm:technology:…`.
    pub name: String,
    /// Parameters, in order.
    pub parameters: Option<Vec<Parameter>>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

fn name_rule(name: &str, cx: &mut Context) {
    if name.is_empty() {
        cx.report_at("name", Rule::MinLength(1), "must not be empty");
    }
}

impl Template {
    /// A template by its name, without parameters.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self::from_parts(name.into())
    }

    /// Sets the parameters, in order.
    #[must_use]
    pub fn with(self, texts: impl IntoIterator<Item = impl Into<Parameter>>) -> Self {
        self.parameters(texts.into_iter().map(Into::into).collect::<Vec<_>>())
    }
}

impl From<&str> for Template {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}
