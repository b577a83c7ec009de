//! Registered templates, by the API's own short form.

use crate::v1::outbound::{OPTIONS_ELSEWHERE, written_as};
use crate::value::Text;
use crate::wire::{wire_choice, wire_object};

/// The name of a template; `namespace:name` for accounts that came from WhatsApp's on-premise
/// API.
pub type TemplateName = Text<1, { usize::MAX }>;

/// The language of a template by WhatsApp's code, such as `en_GB`.
pub type Locale = Text<1, { usize::MAX }>;

wire_choice! {
    /// How the language is chosen. `fallback` was withdrawn in April 2020.
    closed enum Policy {
        /// Exactly the language that is asked for: the default.
        Deterministic = "deterministic",
    }
}

wire_object! {
    /// A registered template.
    outbound struct Template {
        required {
            /// Its name.
            name: TemplateName = "name",
        }
        optional {
            /// The texts that are filled in, in order.
            parameters: Vec<String> = "parameters",
        }
        elsewhere &["locale", "policy"];
    }
}

written_as! { Template(TemplateName); }

wire_object! {
    /// The options of a template.
    outbound struct TemplateOptions {
        required {
            /// Its language.
            locale: Locale = "locale",
        }
        optional {
            /// How the language is chosen.
            policy: Policy = "policy",
        }
        elsewhere OPTIONS_ELSEWHERE;
    }
}

written_as! { TemplateOptions(Locale); }

wire_object! {
    /// A template and its language.
    outbound new members struct TemplateContent {
        required {
            /// The template.
            template: Template = "template",
            /// Its options.
            whatsapp: TemplateOptions = "whatsapp",
        }
    }
}
