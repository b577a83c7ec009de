//! Registered templates in WhatsApp's own form, with header, body and buttons.

use super::Place;
use crate::v1::outbound::whatsapp::template::Policy;
use crate::value::Scalar;
use crate::wire::{wire_choice, wire_content, wire_object};

wire_object! {
    /// A registered template with the values of its components.
    passed struct ComponentTemplate {
        required {
            /// Its name.
            name: String = "name",
            /// Its language.
            language: Language = "language",
        }
        optional {
            /// The namespace, for accounts that came from WhatsApp's on-premise API.
            namespace: String = "namespace",
            /// What is filled into header, body and buttons.
            components: Vec<Component> = "components",
        }
    }
}

wire_object! {
    /// The language of a template.
    passed struct Language {
        required {
            /// WhatsApp's code, such as `en_GB`.
            code: String = "code",
        }
        optional {
            /// How it is chosen.
            policy: Policy = "policy",
        }
    }
}

impl From<&str> for Language {
    /// Exactly this language.
    fn from(code: &str) -> Self {
        Self::new(code).policy(Policy::Deterministic)
    }
}

wire_choice! {
    /// Which part of a template.
    closed enum ComponentKind {
        /// The header.
        Header = "header",
        /// The text.
        Body = "body",
        /// One button.
        Button = "button",
    }
}

wire_choice! {
    /// What a template's button does.
    closed enum ButtonKind {
        /// Opens a page; the parameter is the end of its URL.
        Url = "url",
        /// Sends its payload back.
        QuickReply = "quick_reply",
    }
}

wire_object! {
    /// What is filled into a part of a template.
    outbound struct Component {
        required {
            /// Which part.
            kind: ComponentKind = "type",
            /// What is filled in, in order.
            parameters: Vec<Parameter> = "parameters",
        }
        optional {
            /// What the button does.
            sub_type: ButtonKind = "sub_type",
            /// Which button, from 0.
            index: Scalar = "index",
        }
    }
}

impl Component {
    /// The header.
    #[must_use]
    pub fn header(parameter: Parameter) -> Self {
        Self::bare(ComponentKind::Header, vec![parameter])
    }

    /// The text.
    #[must_use]
    pub fn body(parameters: impl IntoIterator<Item = Parameter>) -> Self {
        Self::bare(ComponentKind::Body, parameters.into_iter().collect())
    }

    /// The button at `index`, from 0.
    #[must_use]
    pub fn button(kind: ButtonKind, index: u64, parameter: Parameter) -> Self {
        Self::bare(ComponentKind::Button, vec![parameter])
            .sub_type(kind)
            .index(index.into())
    }
}

wire_object! {
    /// A medium.
    passed struct Link {
        required {
            /// Where WhatsApp fetches it.
            link: String = "link",
        }
    }
}

wire_object! {
    /// A document.
    passed struct Document {
        required {
            /// Where WhatsApp fetches it.
            link: String = "link",
        }
        optional {
            /// The name under which it is shown.
            filename: String = "filename",
        }
    }
}

wire_content! {
    /// A value that is filled in.
    outbound enum ParameterValue by "type" {
        nested {
            /// A text.
            Text(String) = "text",
            /// An image, in a header.
            Image(Link) = "image",
            /// A video, in a header.
            Video(Link) = "video",
            /// A document, in a header.
            Document(Document) = "document",
            /// A place, in a header.
            Place(Place) = "location",
            /// What a quick-reply button sends back.
            Payload(String) = "payload",
        }
    }
}

wire_object! {
    /// A value that is filled in, and into which gap.
    outbound struct Parameter {
        flatten {
            /// The value.
            value: ParameterValue,
        }
        optional {
            /// The gap's name, in templates with named gaps.
            parameter_name: String = "parameter_name",
        }
    }
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
        Self::bare(value)
    }
}
