//! Registered templates, by the API's own short form.

use crate::Extra;
use crate::v1::IN_OPTIONS;
use crate::value;
use crate::wire::Wire;

/// The name of a template; `namespace:name` for accounts that came from WhatsApp's on-premise
/// API.
pub type TemplateName = value::Text<1, { usize::MAX }>;

/// The language of a template by WhatsApp's code, such as `en_GB`.
pub type Locale = value::Text<1, { usize::MAX }>;

/// How the language is chosen. `fallback` was withdrawn in April 2020.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub enum Policy {
    /// Exactly the language that is asked for: the default.
    Deterministic,
}

/// A registered template.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value)]
#[wire(misplaced("locale", "policy"))]
#[non_exhaustive]
pub struct Template {
    /// Its name.
    pub name: TemplateName,
    /// The texts that are filled in, in order.
    pub parameters: Option<Vec<String>>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// The options of a template.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value)]
#[wire(misplaced = IN_OPTIONS)]
#[non_exhaustive]
pub struct TemplateOptions {
    /// Its language.
    pub locale: Locale,
    /// How the language is chosen.
    pub policy: Option<Policy>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}
