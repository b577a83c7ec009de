//! Registered templates in the API's own short form.

use crate::v1::IN_OPTIONS;
use crate::wire::Wire;
use crate::{Extra, value};

/// Name of a template; `namespace:name` for accounts migrated from WhatsApp's on-premise
/// API.
pub type TemplateName = value::Text<1, { usize::MAX }>;

/// Language of a template: a WhatsApp code such as `en_GB`.
pub type Locale = value::Text<1, { usize::MAX }>;

/// Policy for choosing the language. `fallback` was withdrawn in April 2020.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub enum Policy {
    /// Exactly the requested language: the default.
    Deterministic,
}

/// Advice on the `components` of WhatsApp's own template object.
pub(crate) const COMPONENTS: &str = "is not part of a template here: a template with components, such as an image in its header or a button, is \
     content of the type `custom`, in WhatsApp's own form";

/// A registered template.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value)]
#[wire(misplaced("locale", "policy", "components" = COMPONENTS))]
#[non_exhaustive]
pub struct Template {
    /// Name of the template.
    pub name: TemplateName,
    /// Values of the template's parameters, in order.
    pub parameters: Option<Vec<String>>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// Options of a template.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value, misplaced = IN_OPTIONS)]
#[non_exhaustive]
pub struct TemplateOptions {
    /// Language of the template.
    pub locale: Locale,
    /// Policy for choosing the language.
    pub policy: Option<Policy>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}
