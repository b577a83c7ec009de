//! A message with `{{column}}` in its texts, and the messages that rows fill it into.

use std::sync::Arc;

use messages_sdk::types::{self, Variables};
use serde_json::{Value, json};

use super::cell;
use crate::finding::Finding;
use crate::send::Outgoing;

/// The fields of a message that address its recipient or name its sender: they must not hold a line break.
const ADDRESSES: [&str; 4] = ["to", "from", "number", "id"];

/// A message with placeholders.
#[derive(Debug)]
pub(super) struct Template {
    template: types::Template,
    /// The names of its variables and of others that are wanted, and their places in a row.
    columns: Vec<(String, usize)>,
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
    /// A template whose columns are at the places that `place` returns, with these columns besides.
    pub(super) fn new(
        template: types::Template,
        others: &[String],
        place: impl Fn(&str) -> usize,
    ) -> Self {
        let names = template.names().into_iter().map(str::to_owned);
        let mut columns: Vec<String> = names.chain(others.iter().cloned()).collect();
        columns.sort_unstable();
        columns.dedup();
        let mut texts = Vec::new();
        visit_all(&template, &mut |pointer, text| {
            let columns = names_in(text).into_iter().map(|name| {
                let place = place(&name);
                (name, place)
            });
            texts.push(Text {
                columns: columns.collect(),
                is_address: is_address(pointer),
                is_recipient: pointer.split('/').any(|key| key == "to"),
                pointer: pointer.to_owned(),
            });
        });
        texts.retain(|text| !text.columns.is_empty());
        let columns = columns.into_iter().map(|name| {
            let place = place(&name);
            (name, place)
        });
        Self {
            columns: columns.collect(),
            texts,
            template,
        }
    }

    /// The columns that a template names.
    pub(super) fn named(template: &types::Template) -> Vec<Named> {
        let mut named = Vec::new();
        visit_all(template, &mut |pointer, text| {
            named.extend(names_in(text).into_iter().map(|name| Named {
                name,
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
        let cell = |place: usize| cells.get(place).copied().unwrap_or_default();
        let columns = self.columns.iter();
        let variables: Variables = columns.map(|(name, place)| (name, cell(*place))).collect();
        // Every column has a cell, if an empty one.
        let value = self.template.render(&variables).unwrap_or_default();
        let addresses = self.texts.iter().filter(|text| text.is_address);
        let findings = addresses.filter_map(|text| {
            let is_empty = value
                .pointer(&text.pointer)
                .and_then(Value::as_str)
                .is_some_and(|text| text.trim().is_empty());
            text.columns.iter().find_map(|(name, place)| {
                let fault = if is_empty {
                    Some(cell::EMPTY)
                } else {
                    cell::address_fault(cell(*place))
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
            variables,
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
    variables: Variables,
    /// Faults of cells, about which the message's rules would say less.
    findings: Vec<Finding>,
    template: Arc<Template>,
}

impl Row {
    /// The filled message.
    pub(crate) const fn value(&self) -> &Value {
        &self.value
    }

    /// The values of the row, or the faults of its cells.
    pub(crate) fn into_variables(self) -> Result<Variables, Vec<Finding>> {
        if self.findings.is_empty() {
            Ok(self.variables)
        } else {
            Err(self.findings)
        }
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

/// Visits the texts of a template with their JSON pointers.
fn visit_all(template: &types::Template, found: &mut impl FnMut(&str, &str)) {
    for (key, value) in template.as_object() {
        let mut pointer = format!("/{}", key.replace('~', "~0").replace('/', "~1"));
        visit(value, &mut pointer, found);
    }
}

/// The columns that a text of a template names.
fn names_in(text: &str) -> Vec<String> {
    let template = types::Template::new(json!({ "text": text }));
    // The template as a whole was checked.
    template.map_or_else(
        |_| Vec::new(),
        |template| template.names().into_iter().map(str::to_owned).collect(),
    )
}
