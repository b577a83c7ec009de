//! A message with `{{column}}` in its texts, and the messages that rows fill it into.

use std::sync::Arc;

use serde_json::Value;

use super::cell;
use crate::finding::Finding;
use crate::send::Outgoing;

/// The fields of a message that address its recipient or name its sender: they must not hold a line break.
const ADDRESSES: [&str; 4] = ["to", "from", "number", "id"];

/// A message with placeholders.
#[derive(Debug)]
pub(super) struct Template {
    value: Value,
    texts: Vec<Text>,
}

/// A text of the message that names columns.
#[derive(Debug)]
struct Text {
    pointer: String,
    /// The names of the columns, and their places in a row.
    columns: Vec<(String, usize)>,
    is_address: bool,
    is_recipient: bool,
}

/// A column that a template names.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) is_address: bool,
}

impl Template {
    /// A template whose columns are at the places that `place` returns.
    pub(super) fn new(value: Value, place: impl Fn(&str) -> usize) -> Self {
        let mut texts = Vec::new();
        visit(&value, &mut String::new(), &mut |pointer, text| {
            let columns = placeholders(text).map(|name| (name.to_owned(), place(name)));
            texts.push(Text {
                columns: columns.collect(),
                is_address: is_address(pointer),
                is_recipient: pointer.split('/').any(|key| key == "to"),
                pointer: pointer.to_owned(),
            });
        });
        texts.retain(|text| !text.columns.is_empty());
        Self { value, texts }
    }

    /// The columns that a template names.
    pub(super) fn named(value: &Value) -> Vec<Named> {
        let mut named = Vec::new();
        visit(value, &mut String::new(), &mut |pointer, text| {
            named.extend(placeholders(text).map(|name| Named {
                name: name.to_owned(),
                is_address: is_address(pointer),
            }));
        });
        named
    }

    /// Returns `true` if the recipient comes from the table.
    pub(super) fn has_recipient(&self) -> bool {
        self.texts.iter().any(|text| text.is_recipient)
    }

    /// The recipient of a row, as its template has it.
    pub(super) fn recipient(&self, cells: &[&str]) -> String {
        let texts = self.texts.iter().filter(|text| text.is_recipient);
        let cells = texts
            .flat_map(|text| &text.columns)
            .filter_map(|(_, place)| cells.get(*place));
        let cells: Vec<&str> = cells.map(|cell| cell.trim()).collect();
        cells.join("\n").to_lowercase()
    }

    /// The message of a row.
    pub(super) fn fill(self: &Arc<Self>, cells: &[&str]) -> Row {
        let value = fill(&self.value, &|name| {
            let mut columns = self.texts.iter().flat_map(|text| &text.columns);
            let place = columns.find(|(column, _)| column == name);
            place.and_then(|(_, place)| cells.get(*place).copied())
        });
        let addresses = self.texts.iter().filter(|text| text.is_address);
        let findings = addresses.filter_map(|text| {
            let is_empty = value
                .pointer(&text.pointer)
                .and_then(Value::as_str)
                .is_some_and(|text| text.trim().is_empty());
            text.columns.iter().find_map(|(name, place)| {
                let cell = cells.get(*place).copied().unwrap_or_default();
                let fault = if is_empty {
                    Some(cell::EMPTY)
                } else {
                    cell::address_fault(cell)
                };
                let mut finding = Finding::new(fault?.rule, fault?.message);
                finding.pointer.clone_from(&text.pointer);
                finding.column = Some(name.clone());
                Some(finding)
            })
        });
        Row {
            findings: findings.collect(),
            value,
            template: Arc::clone(self),
        }
    }

    /// Names the columns that the value of a finding came from.
    fn name_columns(&self, finding: &mut Finding) {
        if let Some(text) = self
            .texts
            .iter()
            .find(|text| text.pointer == finding.pointer)
        {
            let names: Vec<&str> = text.columns.iter().map(|(name, _)| name.as_str()).collect();
            finding.column = Some(names.join(", "));
        }
    }
}

/// The message of a row, which still has to be checked.
pub(crate) struct Row {
    value: Value,
    /// Faults of cells, about which the message's rules would say less.
    findings: Vec<Finding>,
    template: Arc<Template>,
}

impl Row {
    /// The filled message.
    pub(crate) const fn value(&self) -> &Value {
        &self.value
    }

    /// Decodes and checks the message.
    pub(crate) fn decode(self) -> Result<Outgoing, Vec<Finding>> {
        let mut findings = self.findings;
        match Outgoing::from_value(self.value) {
            Ok(document) if findings.is_empty() => return Ok(document),
            Ok(_) => {}
            Err(broken) => {
                for mut finding in broken {
                    if findings
                        .iter()
                        .all(|of_cell| of_cell.pointer != finding.pointer)
                    {
                        self.template.name_columns(&mut finding);
                        findings.push(finding);
                    }
                }
            }
        }
        Err(findings)
    }
}

fn is_address(pointer: &str) -> bool {
    pointer.split('/').any(|key| ADDRESSES.contains(&key))
}

/// Visits the texts of a value with their JSON pointers.
fn visit(value: &Value, pointer: &mut String, found: &mut impl FnMut(&str, &str)) {
    let mut child = |key: &str, value: &Value, pointer: &mut String| {
        let length = pointer.len();
        pointer.push('/');
        pointer.push_str(key);
        visit(value, pointer, found);
        pointer.truncate(length);
    };
    match value {
        Value::String(text) => found(pointer, text),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                child(&index.to_string(), item, pointer);
            }
        }
        Value::Object(map) => {
            for (key, value) in map {
                child(&key.replace('~', "~0").replace('/', "~1"), value, pointer);
            }
        }
        _ => {}
    }
}

/// The text before the first placeholder, its name, and the text behind it.
fn placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{")?;
    let (name, after) = rest.split_once("}}")?;
    Some((before, name.trim(), after))
}

/// The columns that a text names.
fn placeholders(mut text: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let (_, name, after) = placeholder(text)?;
        text = after;
        Some(name)
    })
}

fn fill<'a>(template: &Value, cell: &impl Fn(&str) -> Option<&'a str>) -> Value {
    match template {
        Value::String(text) => Value::String(fill_text(text, cell)),
        Value::Array(items) => items.iter().map(|item| fill(item, cell)).collect(),
        Value::Object(map) => {
            let filled = map
                .iter()
                .map(|(key, value)| (key.clone(), fill(value, cell)));
            Value::Object(filled.collect())
        }
        other => other.clone(),
    }
}

fn fill_text<'a>(text: &str, cell: &impl Fn(&str) -> Option<&'a str>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, name, after)) = placeholder(rest) {
        filled.push_str(before);
        filled.push_str(cell(name).unwrap_or_default());
        rest = after;
    }
    filled.push_str(rest);
    filled
}
