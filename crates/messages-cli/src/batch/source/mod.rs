//! Where a batch comes from: documents read a few at a time, however large the input is.

mod chunks;
mod input;
mod json;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tokio::sync::mpsc;

use super::csv_template::CsvTemplate;
use super::journal::journal_path;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::finding::Finding;
use crate::order::Order;
use chunks::Chunks;

/// The input of a batch.
#[derive(Debug)]
pub(crate) enum Source {
    /// JSON from a file, or from stdin for `-`: one document, an array, or a document a line.
    Json(PathBuf),
    /// The rows of a table, filled into a template.
    Csv(CsvTemplate),
}

/// One document of a batch.
pub(super) struct Item {
    /// Its place among the documents, from 0.
    pub(super) index: u64,
    pub(super) content: Result<Raw, Finding>,
    /// How many bytes of the input have been read with it.
    pub(super) position: u64,
}

/// A document that may still have to be parsed: that is left to the tasks that send.
pub(super) enum Raw {
    Bytes(Vec<u8>),
    Value(Value),
}

impl Item {
    /// Parses and checks the document.
    pub(super) fn order(self) -> Result<Order, Vec<Finding>> {
        match self.content.map_err(|finding| vec![finding])? {
            Raw::Bytes(bytes) => Order::from_slice(&bytes),
            Raw::Value(value) => Order::from_value(value),
        }
    }
}

impl Source {
    /// Refuses results that would be read as the input, or would overwrite it.
    pub(super) fn refuse_output(&self, results: &Path) -> Result<(), Failure> {
        let (option, input) = match self {
            Self::Csv(template) => ("--csv", template.table()),
            Self::Json(path) => ("--file", path.as_path()),
        };
        let journal = journal_path(results);
        for output in [results, &journal] {
            if let (Ok(input), Ok(output)) = (input.canonicalize(), output.canonicalize())
                && input == output
            {
                let message = format!("{option} and the results are the same file");
                return Err(Failure::usage(message)
                    .hint("name another file with --results: it gets a line for each message"));
            }
        }
        Ok(())
    }

    /// Opens the input, reads it in a thread of its own, and hands the documents over in chunks: only a few are read
    /// ahead, and no document waits for one that is not there yet.
    ///
    /// The second value is the input's length in bytes, where it is known.
    pub(super) fn read(self) -> Result<(mpsc::Receiver<Vec<Item>>, Option<u64>), Failure> {
        let (chunks, receiver) = Chunks::channel();
        let length = match self {
            Self::Csv(template) => {
                let length = template.length();
                let rows = template.rows()?;
                std::thread::spawn(move || feed_rows(chunks, rows));
                length
            }
            Self::Json(path) if path.as_os_str() == "-" => {
                std::thread::spawn(move || json::feed(chunks, io::stdin()));
                None
            }
            Self::Json(path) => {
                let (file, length) = open(&path)?;
                std::thread::spawn(move || json::feed(chunks, file));
                length
            }
        };
        Ok((receiver, length))
    }
}

/// A file and, where it has one, its length: a pipe by name has none.
fn open(path: &Path) -> Result<(File, Option<u64>), Failure> {
    let unreadable = Failure::unreadable(path);
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if metadata.is_dir() {
        let message = format!("{} is a folder", path.display());
        return Err(Failure::new(Exit::Other, message));
    }
    Ok((file, metadata.is_file().then_some(metadata.len())))
}

fn feed_rows(mut chunks: Chunks, rows: impl Iterator<Item = (Result<Value, Finding>, u64)>) {
    for (row, position) in rows {
        if chunks.put(row.map(Raw::Value), position).is_err() {
            return;
        }
    }
    // That nobody takes them any more is no error of the input.
    let _ = chunks.flush();
}
