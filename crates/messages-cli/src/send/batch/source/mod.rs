//! The input of a batch: documents are read a few at a time, however large the input is.

mod chunks;
mod input;
mod json;
mod opened;

use std::path::PathBuf;

use messages_sdk::types::{Document, Submission};
use serde_json::Value;

use super::identity::Digest;
use super::table::{Row, Table};
use crate::error::CommandError;
use crate::finding::Finding;
use crate::io::input::BYTE_ORDER_MARK;
use crate::send::{from_slice, from_value};
pub(super) use chunks::Closed;
pub(super) use opened::Opened;

/// The input of a batch.
#[derive(Debug)]
pub(crate) enum Source {
    /// JSON from a file, or from stdin for `-`: one document, an array, or a document a line.
    Json(PathBuf),
    /// The rows of a table, filled into a template.
    Csv(Box<Table>),
}

/// One document of a batch.
pub(super) struct Item {
    /// Its place among the documents, from 0.
    pub(super) index: u64,
    /// The line of the input on which it begins, from 1, where it has one of its own.
    pub(super) line: Option<u64>,
    pub(super) content: Result<Raw, Vec<Finding>>,
    /// Bytes of the input before the document.
    pub(super) start: u64,
    /// Bytes of the input up to the document's end.
    pub(super) position: u64,
}

/// A document that may still have to be parsed: that is left to the tasks that send.
pub(super) enum Raw {
    Bytes(Vec<u8>),
    Value(Value),
    Row(Row),
}

impl Item {
    /// Parses and checks the document.
    pub(super) fn decode(self) -> Result<Submission, Vec<Finding>> {
        match self.content? {
            Raw::Bytes(bytes) => {
                let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&bytes);
                from_slice(text)
            }
            Raw::Row(row) => row.decode(),
            Raw::Value(value) => from_value(value),
        }
    }

    /// The digest of the posted message; `None` if the message is invalid.
    pub(super) fn digest(self) -> Option<Digest> {
        let submission = self.decode().ok()?;
        Some(Digest::of(&submission.to_vec()))
    }
}

impl Source {
    pub(super) fn open(self) -> Result<Opened, CommandError> {
        Opened::new(self)
    }
}
