//! JSON with placeholders: one document for many recipients.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::error::{Invalid, Problems, Rule};
use crate::limits;
use crate::wire::{Check, Context, Decode, Json, Mode, Wire};

/// A JSON object with placeholders in its strings: `{{name}}` stands for the value of the variable `name`.
///
/// ```
/// use messages_types::{Template, Variables};
/// use serde_json::json;
///
/// let template = Template::new(json!({ "message_type": "text", "text": "Hello {{name}}" }))?;
/// let rendered = template.render(&Variables::from_iter([("name", "Ada")])).expect("complete");
/// assert_eq!(rendered, json!({ "message_type": "text", "text": "Hello Ada" }));
///
/// let missing = template.render(&Variables::default()).expect_err("nothing is given");
/// assert_eq!(missing.to_string(), "the variable `name`, used at /text, is missing");
/// # Ok::<(), messages_types::Problems>(())
/// ```
///
/// A name has 1 to 64 characters; spaces around it have no meaning, so that `{{ first name }}` is the variable
/// `first name`. Names of fields are not rendered, and a value is inserted as it is: a `{{` in it has no meaning.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, custom)]
pub struct Template(Map<String, Value>);

impl Template {
    /// Checks the placeholders of a JSON object.
    ///
    /// # Errors
    ///
    /// All malformed placeholders, each with its JSON pointer, or a value that is not an object.
    pub fn new(document: impl Into<Value>) -> Result<Self, Problems> {
        let mut cx = Context::new(Mode::Strict);
        let decoded = Self::decode(document.into().into(), &mut cx);
        Problems::check(cx.into_findings().0)?;
        decoded.map_err(|_| Invalid::new(Rule::Type, "must be an object").into())
    }

    /// The JSON object, with its placeholders.
    #[must_use]
    pub const fn as_object(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Names of all variables, in alphabetical order.
    #[must_use]
    pub fn names(&self) -> BTreeSet<&str> {
        names(&self.0)
    }

    /// Replaces every placeholder.
    ///
    /// # Errors
    ///
    /// All placeholders without a variable.
    pub fn render(&self, variables: &Variables) -> Result<Value, RenderError> {
        render(&self.0, variables)
    }
}

/// Replaces every placeholder of an object whose placeholders are well-formed.
pub(crate) fn render(
    object: &Map<String, Value>,
    variables: &Variables,
) -> Result<Value, RenderError> {
    let mut renderer = Renderer {
        variables,
        pointer: String::new(),
        missing: Vec::new(),
    };
    let rendered = renderer.object(object);
    if renderer.missing.is_empty() {
        Ok(rendered)
    } else {
        Err(RenderError(renderer.missing.into_boxed_slice()))
    }
}

struct Renderer<'a> {
    variables: &'a Variables,
    pointer: String,
    missing: Vec<MissingVariable>,
}

impl Renderer<'_> {
    fn object(&mut self, object: &Map<String, Value>) -> Value {
        let fields = object.iter().map(|(key, value)| {
            let segment = key.replace('~', "~0").replace('/', "~1");
            (key.clone(), self.within(&segment, value))
        });
        Value::Object(fields.collect())
    }

    fn within(&mut self, segment: &str, value: &Value) -> Value {
        let outside = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(segment);
        let rendered = self.value(value);
        self.pointer.truncate(outside);
        rendered
    }

    fn value(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(items) => {
                let items = items.iter().enumerate();
                items
                    .map(|(index, item)| self.within(&index.to_string(), item))
                    .collect()
            }
            Value::Object(object) => self.object(object),
            other => other.clone(),
        }
    }

    fn text(&mut self, text: &str) -> String {
        let mut rendered = String::with_capacity(text.len());
        for part in Parts(text) {
            match part {
                Part::Text(text) => rendered.push_str(text),
                Part::Name(name) => match self.variables.get(name) {
                    Some(value) => rendered.push_str(value),
                    None => self.missing.push(MissingVariable {
                        name: name.to_owned(),
                        pointer: self.pointer.clone(),
                    }),
                },
                // A template has none: it was checked.
                Part::Malformed => rendered.push_str("{{"),
            }
        }
        rendered
    }
}

/// Values of a template's placeholders, by name. `Debug` shows the names, and not the values.
#[derive(Clone, Default, PartialEq, Eq, Wire)]
#[wire(strict, custom)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Value of the variable `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Sets the variable `name`.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.insert(name.into(), value.into());
    }

    /// Names and values, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Variables {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        let variables = variables.into_iter();
        Self(
            variables
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

impl<N: Into<String>, V: Into<String>, const COUNT: usize> From<[(N, V); COUNT]> for Variables {
    fn from(variables: [(N, V); COUNT]) -> Self {
        Self::from_iter(variables)
    }
}

/// A placeholder without a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MissingVariable {
    /// Name of the variable.
    pub name: String,
    /// Place of the placeholder in the template: a JSON pointer.
    pub pointer: String,
}

impl fmt::Display for MissingVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, pointer } = self;
        write!(f, "the variable `{name}`, used at {pointer}, is missing")
    }
}

/// Error of rendering a template: placeholders without a variable, at least one.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub struct RenderError(Box<[MissingVariable]>);

impl RenderError {
    /// The placeholders without a variable, in the order of the template.
    #[must_use]
    pub fn missing(&self) -> &[MissingVariable] {
        &self.0
    }
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, missing) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            missing.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Debug for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::error::chain::debug(self, f)
    }
}

/// Part of a text with placeholders.
#[derive(PartialEq)]
enum Part<'a> {
    Text(&'a str),
    Name(&'a str),
    /// `{{` without a name and `}}`.
    Malformed,
}

/// The parts of a text, in order.
struct Parts<'a>(&'a str);

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        let Some(inside) = self.0.strip_prefix("{{") else {
            let end = self.0.find("{{").unwrap_or(self.0.len());
            let (text, rest) = self.0.split_at(end);
            self.0 = rest;
            return (!text.is_empty()).then_some(Part::Text(text));
        };
        if let Some((name, rest)) = inside.split_once("}}") {
            let name = name.trim();
            let is_name = !name.is_empty()
                && !name.contains(['{', '}'])
                && name.chars().count() <= limits::VARIABLE_NAME_MAX;
            if is_name {
                self.0 = rest;
                return Some(Part::Name(name));
            }
        }
        self.0 = inside;
        Some(Part::Malformed)
    }
}

/// Names of all variables of an object, in alphabetical order.
pub(crate) fn names(object: &Map<String, Value>) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for value in object.values() {
        collect_names(value, &mut names);
    }
    names
}

fn collect_names<'a>(value: &'a Value, names: &mut BTreeSet<&'a str>) {
    match value {
        Value::String(text) => names.extend(Parts(text).filter_map(|part| match part {
            Part::Name(name) => Some(name),
            Part::Text(_) | Part::Malformed => None,
        })),
        Value::Array(items) => items.iter().for_each(|item| collect_names(item, names)),
        Value::Object(object) => object
            .values()
            .for_each(|value| collect_names(value, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Reports the malformed placeholders of a JSON value; `true` if it has any.
pub(crate) fn malformed(value: &Value, cx: &mut Context) -> bool {
    match value {
        Value::String(text) if Parts(text).any(|part| part == Part::Malformed) => {
            const MAX: usize = limits::VARIABLE_NAME_MAX;
            let hint =
                format!("has {{{{ without a name of 1 to {MAX} characters and }}}} after it");
            cx.report(Rule::Format, hint);
            true
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .fold(false, |found, (index, item)| {
                cx.at_index(index, |cx| malformed(item, cx)) || found
            }),
        Value::Object(object) => object.iter().fold(false, |found, (key, value)| {
            cx.within(key.clone(), |cx| malformed(value, cx)) || found
        }),
        _ => false,
    }
}

impl Decode for Template {
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        let object = Map::decode(value, cx)?;
        let template = Value::Object(object);
        let is_well_formed = !malformed(&template, cx);
        match template {
            Value::Object(object) if is_well_formed => Ok(Self(object)),
            other => Err(other.into()),
        }
    }
}

impl Check for Template {}

impl Serialize for Template {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[template of {}]", self.0.len())
    }
}

impl Decode for Variables {
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        let object = Map::decode(value, cx)?;
        let mut variables = BTreeMap::new();
        let mut fits = true;
        for (name, value) in &object {
            match value.as_str() {
                Some(text) => {
                    variables.insert(name.clone(), text.to_owned());
                }
                None => {
                    cx.report_at(name.clone(), Rule::Type, "must be a string");
                    fits = false;
                }
            }
        }
        if fits {
            Ok(Self(variables))
        } else {
            Err(Value::Object(object).into())
        }
    }
}

impl Check for Variables {}

impl Serialize for Variables {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
