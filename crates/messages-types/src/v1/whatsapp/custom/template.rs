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
    /// Name of the template.
    pub name: String,
    /// Language of the template.
    pub language: Language,
    /// Namespace, for accounts migrated from WhatsApp's on-premise API.
    pub namespace: Option<String>,
    /// Values for the header, the body and the buttons.
    pub components: Option<Vec<Component>>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// The language of a template.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct Language {
    /// WhatsApp's code, such as `en_GB`.
    pub code: String,
    /// Policy for choosing the language.
    pub policy: Option<Policy>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

impl From<&str> for Language {
    /// Exactly this language.
    fn from(code: &str) -> Self {
        Self::new(code).policy(Policy::Deterministic)
    }
}

/// Part of a template.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub enum ComponentKind {
    /// Header.
    Header,
    /// Body.
    Body,
    /// Button.
    Button,
}

/// Action of a template's button.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub enum ButtonKind {
    /// Opens a page; the parameter is the end of its URL.
    Url,
    /// Sends its payload back.
    QuickReply,
}

/// Values for one part of a template.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub struct Component {
    /// Part of the template.
    #[wire(rename = "type")]
    pub kind: ComponentKind,
    /// Values of the parameters, in order.
    pub parameters: Vec<Parameter>,
    /// Action of the button.
    pub sub_type: Option<ButtonKind>,
    /// Index of the button, from 0.
    pub index: Option<NumberOrString>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

impl Component {
    /// The header.
    #[must_use]
    pub fn header(parameter: Parameter) -> Self {
        Self::from_parts(ComponentKind::Header, vec![parameter])
    }

    /// The body.
    #[must_use]
    pub fn body(parameters: impl IntoIterator<Item = Parameter>) -> Self {
        Self::from_parts(ComponentKind::Body, parameters.into_iter().collect())
    }

    /// The button at `index`, from 0.
    #[must_use]
    pub fn button(kind: ButtonKind, index: u64, parameter: Parameter) -> Self {
        Self::from_parts(ComponentKind::Button, vec![parameter])
            .sub_type(kind)
            .index(index)
    }
}

/// A media file.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct Link {
    /// URL WhatsApp downloads the file from.
    pub link: String,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// A document.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct Document {
    /// URL WhatsApp downloads the document from.
    pub link: String,
    /// Displayed name of the document.
    pub filename: Option<String>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// Value of a parameter.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, tag = "type")]
#[non_exhaustive]
pub enum ParameterValue {
    /// Text.
    Text(String),
    /// Image, in a header.
    Image(Link),
    /// Video, in a header.
    Video(Link),
    /// Document, in a header.
    Document(Document),
    /// Place, in a header.
    #[wire(rename = "location")]
    Place(Place),
    /// Payload that a quick-reply button sends back.
    Payload(String),
}

/// A parameter: its value and, for named parameters, its name.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub struct Parameter {
    /// The value.
    #[wire(flatten)]
    pub value: ParameterValue,
    /// Name of the parameter, in templates with named parameters.
    pub parameter_name: Option<String>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

impl Parameter {
    /// Text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        ParameterValue::Text(text.into()).into()
    }

    /// Image, in a header.
    #[must_use]
    pub fn image(link: impl Into<String>) -> Self {
        ParameterValue::Image(Link::new(link)).into()
    }

    /// Video, in a header.
    #[must_use]
    pub fn video(link: impl Into<String>) -> Self {
        ParameterValue::Video(Link::new(link)).into()
    }

    /// Document, in a header.
    #[must_use]
    pub fn document(document: Document) -> Self {
        ParameterValue::Document(document).into()
    }

    /// Payload that a quick-reply button sends back.
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
