//! Registered templates in WhatsApp's own form, with header, body and buttons.

use super::Place;
use crate::Extra;
use crate::v1::whatsapp::template::Policy;
use crate::value::NumberOrString;
use crate::wire::Wire;

/// A registered template with the values of its components.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct ComponentTemplate {
    /// Its name.
    pub name: String,
    /// Its language.
    pub language: Language,
    /// The namespace, for accounts that came from WhatsApp's on-premise API.
    pub namespace: Option<String>,
    /// What is filled into header, body and buttons.
    pub components: Option<Vec<Component>>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// The language of a template.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct Language {
    /// WhatsApp's code, such as `en_GB`.
    pub code: String,
    /// How it is chosen.
    pub policy: Option<Policy>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

impl From<&str> for Language {
    /// Exactly this language.
    fn from(code: &str) -> Self {
        Self::new(code).policy(Policy::Deterministic)
    }
}

/// Which part of a template.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub enum ComponentKind {
    /// The header.
    Header,
    /// The text.
    Body,
    /// One button.
    Button,
}

/// What a template's button does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub enum ButtonKind {
    /// Opens a page; the parameter is the end of its URL.
    Url,
    /// Sends its payload back.
    QuickReply,
}

/// What is filled into a part of a template.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub struct Component {
    /// Which part.
    #[wire(rename = "type")]
    pub kind: ComponentKind,
    /// What is filled in, in order.
    pub parameters: Vec<Parameter>,
    /// What the button does.
    pub sub_type: Option<ButtonKind>,
    /// Which button, from 0.
    pub index: Option<NumberOrString>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

impl Component {
    /// The header.
    #[must_use]
    pub fn header(parameter: Parameter) -> Self {
        Self::from_parts(ComponentKind::Header, vec![parameter])
    }

    /// The text.
    #[must_use]
    pub fn body(parameters: impl IntoIterator<Item = Parameter>) -> Self {
        Self::from_parts(ComponentKind::Body, parameters.into_iter().collect())
    }

    /// The button at `index`, from 0.
    #[must_use]
    pub fn button(kind: ButtonKind, index: u64, parameter: Parameter) -> Self {
        Self::from_parts(ComponentKind::Button, vec![parameter])
            .sub_type(kind)
            .index(index.into())
    }
}

/// A medium.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct Link {
    /// Where WhatsApp fetches it.
    pub link: String,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// A document.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct Document {
    /// Where WhatsApp fetches it.
    pub link: String,
    /// The name under which it is shown.
    pub filename: Option<String>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// A value that is filled in.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, tag = "type")]
#[non_exhaustive]
pub enum ParameterValue {
    /// A text.
    Text(String),
    /// An image, in a header.
    Image(Link),
    /// A video, in a header.
    Video(Link),
    /// A document, in a header.
    Document(Document),
    /// A place, in a header.
    #[wire(rename = "location")]
    Place(Place),
    /// What a quick-reply button sends back.
    Payload(String),
}

/// A value that is filled in, and into which gap.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub struct Parameter {
    /// The value.
    #[wire(flatten)]
    pub value: ParameterValue,
    /// The gap's name, in templates with named gaps.
    pub parameter_name: Option<String>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

impl Parameter {
    /// A text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        ParameterValue::Text(text.into()).into()
    }

    /// An image, in a header.
    #[must_use]
    pub fn image(link: impl Into<String>) -> Self {
        ParameterValue::Image(Link::new(link)).into()
    }

    /// A video, in a header.
    #[must_use]
    pub fn video(link: impl Into<String>) -> Self {
        ParameterValue::Video(Link::new(link)).into()
    }

    /// A document, in a header.
    #[must_use]
    pub fn document(document: Document) -> Self {
        ParameterValue::Document(document).into()
    }

    /// What a quick-reply button sends back.
    #[must_use]
    pub fn payload(payload: impl Into<String>) -> Self {
        ParameterValue::Payload(payload.into()).into()
    }
}

impl From<ParameterValue> for Parameter {
    fn from(value: ParameterValue) -> Self {
        Self::from_parts(value)
    }
}
