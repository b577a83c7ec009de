//! A table's rows, filled into a message.

use std::collections::{BTreeMap, HashMap};
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use csv::StringRecord;
use serde_json::Value;

use super::quotes::{self, Mistake, MistakeKind};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::finding::Finding;
use crate::input::read_file;
use crate::order::Order;
use crate::output::{Line, Output};

/// How many bad rows are shown before the rest is counted.
const SHOWN_MAX: usize = 20;

/// The members of a message that lead to its recipient or name its sender: no line break belongs into them.
const ADDRESSES: [&str; 4] = ["to", "from", "number", "id"];

/// A CSV file with a header, and a message with `{{column}}` in its texts.
#[derive(Debug)]
pub(crate) struct CsvTemplate {
    path: PathBuf,
    table: File,
    template_path: PathBuf,
    /// The bytes of the template.
    text: Vec<u8>,
    template: Value,
    columns: HashMap<String, usize>,
}

impl CsvTemplate {
    /// Refuses a table that cannot be read more than once, or whose quotes are not in order; reads the header and the template,
    /// and makes sure that every column that the template names is there.
    pub(crate) fn open(path: &Path, template_path: &Path) -> Result<Self, Failure> {
        let mut table = open_table(path)?;
        let text = read_file(template_path).map_err(|error| unreadable(template_path, error))?;
        let template: Value = serde_json::from_slice(&text).map_err(|error| {
            Failure::invalid(format!("{} is not JSON", template_path.display())).because(error)
        })?;
        // Before the header is read: without this, a quote there would take in the whole table.
        let mut breaks = BTreeMap::new();
        let mistake = quotes::mistake(BufReader::with_capacity(64 * 1024, &table), &mut breaks)
            .and_then(|mistake| table.rewind().map(|()| mistake))
            .map_err(|error| unreadable(path, error))?;
        let header = match mistake {
            Some(mistake) if mistake.is_header => return Err(refused(path, &[], mistake)),
            _ => read_header(&mut table, path)?,
        };
        if let Some(mistake) = mistake {
            return Err(refused(path, &header, mistake));
        }
        let columns: HashMap<String, usize> = header
            .iter()
            .enumerate()
            .map(|(index, name)| (name.clone(), index))
            .collect();
        let mut named = Vec::new();
        names(&template, false, &mut named);
        for (name, is_address) in named {
            let Some(column) = columns.get(name) else {
                return Err(Failure::invalid(format!(
                    "the template names a column {name}, which {} has not",
                    path.display()
                )));
            };
            if let Some(line) = breaks.get(column)
                && is_address
            {
                let mistake = Mistake {
                    kind: MistakeKind::Break,
                    line: *line,
                    column: *column,
                    is_header: false,
                };
                return Err(refused(path, &header, mistake));
            }
        }
        Ok(Self {
            path: path.to_owned(),
            table,
            template_path: template_path.to_owned(),
            text,
            template,
            columns,
        })
    }

    /// Checks every row, so that a mistake in the last one is known before the first one is sent.
    pub(crate) fn check(&self, out: Output) -> Result<(), Failure> {
        let mut bad = 0;
        let table = self
            .table()
            .map_err(|error| unreadable(&self.path, error))?;
        for (index, (row, _)) in self.rows(table).enumerate() {
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

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn template_path(&self) -> &Path {
        &self.template_path
    }

    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The table, from its start.
    pub(super) fn table(&self) -> io::Result<File> {
        let mut table = self.table.try_clone()?;
        table.rewind()?;
        Ok(table)
    }

    /// The messages of a table, with the number of bytes read up to each.
    pub(super) fn rows<R: Read>(
        &self,
        table: R,
    ) -> impl Iterator<Item = (Result<Value, Finding>, u64)> + use<'_, R> {
        let mut records = csv::Reader::from_reader(table).into_records();
        std::iter::from_fn(move || {
            let record = records.next()?;
            let position = records.reader().position().byte();
            let row = match record {
                Ok(record) => Ok(fill(&self.template, &self.columns, &record)),
                Err(_) => Err(Finding::new(
                    "csv",
                    "has another number of fields than the header, or is no text",
                )),
            };
            Some((row, position))
        })
    }
}

/// Refuses what gives its rows once: they are wanted more than once, to be checked and to be sent. The second time a pipe would
/// look like a table without rows.
fn open_table(path: &Path) -> Result<File, Failure> {
    let refused = || {
        Failure::usage("--csv is no regular file")
            .hint("write the table to a file: every row is checked before the first is sent")
    };
    if path.as_os_str() == "-" {
        return Err(refused());
    }
    let mut options = OpenOptions::new();
    options.read(true);
    // A pipe without a writer would keep the command waiting.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    let file = options
        .open(path)
        .map_err(|error| unreadable(path, error))?;
    let metadata = file.metadata().map_err(|error| unreadable(path, error))?;
    if metadata.is_file() {
        Ok(file)
    } else {
        Err(refused())
    }
}

fn read_header(table: &mut File, path: &Path) -> Result<Vec<String>, Failure> {
    let mut reader = csv::Reader::from_reader(&*table);
    let header = reader.headers().map_err(|error| unreadable(path, error))?;
    let header = header.iter();
    Ok(header
        .map(|name| name.trim().trim_start_matches('\u{feff}').to_owned())
        .collect())
}

fn refused(path: &Path, header: &[String], mistake: Mistake) -> Failure {
    let (line, table) = (mistake.line, path.display());
    let column = header.get(mistake.column);
    let column = column.map_or_else(String::new, |name| format!(" in the column {name}"));
    let (message, hint) = match mistake.kind {
        MistakeKind::Open => (
            format!("{table}: the quote on line {line}{column} is not closed"),
            "close the quote; a quote within a quoted cell is written twice",
        ),
        MistakeKind::Midst => (
            format!(
                "{table}: the quoted cell on line {line}{column} goes on behind its closing quote"
            ),
            "a quote within a quoted cell is written twice, and nothing but a comma follows the closing one",
        ),
        MistakeKind::TooLong => (
            format!("{table}: the cell on line {line}{column} is longer than any message: 64 KiB"),
            "shorten it, or close a quote that was left open",
        ),
        MistakeKind::RowTooLong => (
            format!(
                "{table}: the row with the cell on line {line} is longer than any message: 1 MiB"
            ),
            "shorten it, or close a quote that was left open",
        ),
        MistakeKind::Break => (
            format!(
                "{table}: the cell on line {line}{column} has a line break, and is part of an address"
            ),
            "correct it, or close a quote that was left open",
        ),
    };
    Failure::invalid(message).hint(hint)
}

fn unreadable(path: &Path, error: impl std::error::Error + Send + Sync + 'static) -> Failure {
    Failure::new(Exit::Invalid, format!("cannot read {}", path.display())).because(error)
}

/// The columns that a template names, each with whether it is filled into an address.
fn names<'a>(template: &'a Value, is_address: bool, found: &mut Vec<(&'a str, bool)>) {
    match template {
        Value::String(text) => {
            let mut rest = text.as_str();
            while let Some((_, name, tail)) = placeholder(rest) {
                found.push((name, is_address));
                rest = tail;
            }
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, is_address, found)),
        Value::Object(map) => map.iter().for_each(|(key, value)| {
            names(
                value,
                is_address || ADDRESSES.contains(&key.as_str()),
                found,
            );
        }),
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
