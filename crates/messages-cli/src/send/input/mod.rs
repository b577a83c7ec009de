//! The input of a batch: documents are read a few at a time, however large the input is.

mod check;
mod chunks;
mod identity;
mod json;
mod opened;
mod reader;
mod table;

use std::path::{Path, PathBuf};

use clap::Args;
use messages_sdk::types::{Document, Submission, Variables};
use serde_json::Value;

use crate::error::CommandError;
use crate::finding::Finding;
use crate::io::input::BYTE_ORDER_MARK;
use crate::send::Outgoing;
pub(crate) use check::{print_all_invalid, print_invalid};
pub(crate) use chunks::Closed;
pub(crate) use identity::{Digest, Identity};
pub(crate) use opened::Opened;
use table::{Row, Table};

/// Options of a table of recipients.
#[derive(Debug, Args)]
pub(crate) struct TableArgs {
    /// A CSV file with a header; --template names the message that its rows are filled into
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,

    /// Separator of the CSV columns: a character, or `tab`; by default the one of comma, semicolon and tab that fits the
    /// header, or that a first line `sep=;` declares
    #[arg(long, value_name = "CHAR", requires = "csv", allow_hyphen_values = true, value_parser = table::parse_delimiter)]
    pub(crate) delimiter: Option<u8>,

    /// Omits the warning of recipients that have more than one row of the CSV file
    #[arg(long, requires = "csv")]
    pub(crate) allow_duplicates: bool,
}

impl TableArgs {
    /// The table filled into this template, if one is named.
    pub(crate) fn source(&self, template: Option<&Path>) -> Result<Option<Source>, CommandError> {
        self.source_with(template, &[])
    }

    /// The same, whose rows also have these columns.
    pub(crate) fn source_with(
        &self,
        template: Option<&Path>,
        others: &[String],
    ) -> Result<Option<Source>, CommandError> {
        let Some(table) = &self.csv else {
            return Ok(None);
        };
        let template = template
            .ok_or_else(|| CommandError::usage("--csv needs --template with the message's file"))?;
        let table = Table::open(table, template, self.delimiter, others)?;
        Ok(Some(Source::Csv(Box::new(table))))
    }
}

/// The input of a batch.
#[derive(Debug)]
pub(crate) enum Source {
    /// JSON from a file, or from stdin for `-`: one document, an array, or a document a line. A file whose name ends with
    /// `.toml` has one document as TOML.
    Json(PathBuf),
    /// The rows of a table, filled into a template.
    Csv(Box<Table>),
}

/// One document of a batch.
pub(crate) struct Item {
    /// Its place among the documents, from 0.
    pub(crate) index: u64,
    /// The line of the input on which it begins, from 1, where it has one of its own.
    pub(crate) line: Option<u64>,
    pub(crate) content: Result<Raw, Vec<Finding>>,
    /// Bytes of the input before the document.
    pub(crate) start: u64,
    /// Bytes of the input up to the document's end.
    pub(crate) position: u64,
}

/// A document that may still have to be parsed: that is left to the tasks that send.
pub(crate) enum Raw {
    Bytes(Vec<u8>),
    Value(Value),
    Row(Row),
}

impl Item {
    /// Parses and checks the document, which is posted as it is.
    pub(crate) fn decode(self) -> Result<Submission, Vec<Finding>> {
        self.decode_any()?.into_submission()
    }

    /// Parses and checks the document.
    pub(crate) fn decode_any(self) -> Result<Outgoing, Vec<Finding>> {
        match self.content? {
            Raw::Bytes(bytes) => {
                let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&bytes);
                Outgoing::from_slice(text)
            }
            Raw::Row(row) => row.decode(),
            Raw::Value(value) => Outgoing::from_value(value),
        }
    }

    /// Parses and checks the document. The second value is the text or number at `pointer` in it, as text.
    pub(crate) fn decode_with_key(
        self,
        pointer: Option<&str>,
    ) -> Result<(Outgoing, Option<String>), Vec<Finding>> {
        let Some(pointer) = pointer else {
            return Ok((self.decode_any()?, None));
        };
        let key = match &self.content {
            Ok(Raw::Bytes(bytes)) => {
                let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
                let value: Option<Value> = serde_json::from_slice(text).ok();
                value.as_ref().and_then(|value| key_at(value, pointer))
            }
            Ok(Raw::Row(row)) => key_at(row.value(), pointer),
            Ok(Raw::Value(value)) => key_at(value, pointer),
            Err(_) => None,
        };
        let document = self.decode_any()?;
        match key {
            Some(key) => Ok((document, Some(key))),
            None => {
                let mut finding = Finding::new("key", "must be a text or a number: --key names it");
                finding.pointer = pointer.to_owned();
                Err(vec![finding])
            }
        }
    }

    /// The values of the placeholders of a template: those of a row, or of a JSON object's fields.
    pub(crate) fn into_variables(self) -> Result<Variables, Vec<Finding>> {
        let object = match self.content? {
            Raw::Row(row) => return row.into_variables(),
            Raw::Value(value) => value,
            Raw::Bytes(bytes) => {
                let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&bytes);
                serde_json::from_slice(text)
                    .map_err(|error| vec![Finding::new("json", error.to_string())])?
            }
        };
        let Value::Object(fields) = object else {
            return Err(vec![Finding::new("type", "must be an object")]);
        };
        let mut findings = Vec::new();
        let mut variables = Variables::default();
        for (name, value) in fields {
            match value {
                Value::String(text) => variables.insert(name, text),
                Value::Number(number) => variables.insert(name, number.to_string()),
                _ => {
                    let mut finding = Finding::new("type", "must be a text or a number");
                    finding.pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
                    findings.push(finding);
                }
            }
        }
        if findings.is_empty() {
            Ok(variables)
        } else {
            Err(findings)
        }
    }

    /// The digest of the posted message; `None` if the message is invalid.
    pub(crate) fn digest(self) -> Option<Digest> {
        let submission = self.decode().ok()?;
        Some(Digest::of(&submission.to_vec()))
    }
}

/// The text or number at a pointer, as text; `None` if it is empty.
fn key_at(value: &Value, pointer: &str) -> Option<String> {
    match value.pointer(pointer)? {
        Value::String(key) if !key.is_empty() => Some(key.clone()),
        Value::Number(key) => Some(key.to_string()),
        _ => None,
    }
}

impl Source {
    pub(crate) fn open(self) -> Result<Opened, CommandError> {
        Opened::new(self)
    }
}
