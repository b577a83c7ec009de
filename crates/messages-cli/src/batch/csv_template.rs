//! A table's rows, filled into a message.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use csv::StringRecord;
use serde_json::Value;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::finding::Finding;
use crate::order::Order;
use crate::output::{Line, Output};

/// How many bad rows are shown before the rest is counted.
const SHOWN_MAX: usize = 20;

/// A CSV file with a header, and a message with `{{column}}` in its texts.
#[derive(Debug)]
pub(crate) struct CsvTemplate {
    table: PathBuf,
    template: Value,
    columns: HashMap<String, usize>,
}

impl CsvTemplate {
    /// Refuses a table that cannot be opened more than once, reads the header and the template, and makes sure that every
    /// column that the template names is there.
    pub(crate) fn open(table: &Path, template: &Path) -> Result<Self, Failure> {
        refuse_stream(table)?;
        let bytes = std::fs::read(template).map_err(|error| unreadable(template, error))?;
        let template: Value = serde_json::from_slice(&bytes).map_err(|error| {
            Failure::invalid(format!("{} is not JSON", template.display())).because(error)
        })?;
        let mut reader = csv::Reader::from_path(table).map_err(|error| unreadable(table, error))?;
        let header = reader.headers().map_err(|error| unreadable(table, error))?;
        let columns: HashMap<String, usize> = header
            .iter()
            .enumerate()
            .map(|(index, name)| (name.trim().trim_start_matches('\u{feff}').to_owned(), index))
            .collect();
        let mut named = Vec::new();
        names(&template, &mut named);
        if let Some(name) = named.iter().find(|name| !columns.contains_key(**name)) {
            return Err(Failure::invalid(format!(
                "the template names a column {name}, which {} has not",
                table.display()
            )));
        }
        Ok(Self {
            table: table.to_owned(),
            template,
            columns,
        })
    }

    /// Checks every row, so that a mistake in the last one is known before the first one is sent.
    pub(crate) fn check(&self, out: Output) -> Result<(), Failure> {
        let mut bad = 0;
        for (index, (row, _)) in self.rows()?.enumerate() {
            let row = row.map_err(|finding| vec![finding]);
            let Err(findings) = row.and_then(Order::from_value) else {
                continue;
            };
            bad += 1;
            if bad <= SHOWN_MAX {
                out.note(&Line::new().strong(format!("row {}", index + 1)));
                findings
                    .iter()
                    .for_each(|finding| out.note(&finding.line()));
            }
        }
        if bad == 0 {
            return Ok(());
        }
        Err(Failure::invalid(format!(
            "{bad} rows are no valid messages; nothing was sent"
        )))
    }

    pub(super) fn table(&self) -> &Path {
        &self.table
    }

    pub(super) fn length(&self) -> Option<u64> {
        std::fs::metadata(&self.table)
            .ok()
            .map(|metadata| metadata.len())
    }

    /// The messages, with the number of bytes read up to each.
    pub(super) fn rows(
        &self,
    ) -> Result<impl Iterator<Item = (Result<Value, Finding>, u64)> + use<>, Failure> {
        let file = File::open(&self.table).map_err(|error| unreadable(&self.table, error))?;
        let (template, columns) = (self.template.clone(), self.columns.clone());
        let mut records = csv::Reader::from_reader(file).into_records();
        Ok(std::iter::from_fn(move || {
            let record = records.next()?;
            let position = records.reader().position().byte();
            let row = match record {
                Ok(record) => Ok(fill(&template, &columns, &record)),
                Err(_) => Err(Finding::new(
                    "csv",
                    "has another number of fields than the header, or is no text",
                )),
            };
            Some((row, position))
        }))
    }
}

/// A pipe gives its rows once, and they are wanted twice: to be checked, and to be sent. The second time it would look
/// like a table without rows.
fn refuse_stream(table: &Path) -> Result<(), Failure> {
    let is_file = table.as_os_str() != "-"
        && std::fs::metadata(table)
            .map_err(|error| unreadable(table, error))?
            .is_file();
    if is_file {
        return Ok(());
    }
    Err(Failure::usage("--csv is no regular file")
        .hint("write the table to a file: every row is checked before the first is sent"))
}

fn unreadable(path: &Path, error: impl std::error::Error + Send + Sync + 'static) -> Failure {
    Failure::new(Exit::Invalid, format!("cannot read {}", path.display())).because(error)
}

/// The columns that a template names.
fn names<'a>(template: &'a Value, found: &mut Vec<&'a str>) {
    match template {
        Value::String(text) => {
            let mut rest = text.as_str();
            while let Some((_, name, tail)) = placeholder(rest) {
                found.push(name);
                rest = tail;
            }
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, found)),
        Value::Object(map) => map.values().for_each(|value| names(value, found)),
        _ => {}
    }
}

/// The text before the first placeholder, its name, and the text behind it.
fn placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{")?;
    let (name, after) = rest.split_once("}}")?;
    Some((before, name.trim(), after))
}

fn fill(template: &Value, columns: &HashMap<String, usize>, row: &StringRecord) -> Value {
    match template {
        Value::String(text) => Value::String(fill_text(text, columns, row)),
        Value::Array(items) => items.iter().map(|item| fill(item, columns, row)).collect(),
        Value::Object(map) => {
            let filled = map
                .iter()
                .map(|(key, value)| (key.clone(), fill(value, columns, row)));
            Value::Object(filled.collect())
        }
        other => other.clone(),
    }
}

fn fill_text(text: &str, columns: &HashMap<String, usize>, row: &StringRecord) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, name, after)) = placeholder(rest) {
        filled.push_str(before);
        let cell = columns.get(name).and_then(|column| row.get(*column));
        filled.push_str(cell.unwrap_or_default());
        rest = after;
    }
    filled.push_str(rest);
    filled
}
