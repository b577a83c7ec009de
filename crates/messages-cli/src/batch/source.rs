//! Where a batch comes from: documents read one at a time, however large the input is.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::PathBuf;

use serde::Deserializer as _;
use serde::de::{DeserializeSeed, IgnoredAny, SeqAccess, Visitor};
use serde_json::{Deserializer, Value};
use tokio::sync::mpsc;

use super::csv_template::CsvTemplate;
use crate::command::Finding;
use crate::exit::Exit;
use crate::failure::Failure;

/// No message is longer than this.
const LINE_MAX: u64 = 16 * 1024 * 1024;

/// What is read ahead of what is sent.
const READ_AHEAD: usize = 256;

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

impl Raw {
    pub(super) fn into_value(self) -> Result<Value, Finding> {
        match self {
            Self::Value(value) => Ok(value),
            Self::Bytes(bytes) => serde_json::from_slice(&bytes).map_err(|error| not_json(&error)),
        }
    }
}

fn not_json(error: &serde_json::Error) -> Finding {
    Finding::new("json", format!("is not JSON: {error}"))
}

impl Source {
    /// Opens the input, reads it in a thread of its own, and hands the documents over one at a time.
    ///
    /// The second value is the input's length in bytes, where it is known.
    pub(super) fn read(self) -> Result<(mpsc::Receiver<Item>, Option<u64>), Failure> {
        let (sender, receiver) = mpsc::channel(READ_AHEAD);
        let feeder = Feeder { sender, index: 0 };
        let length = match self {
            Self::Csv(template) => {
                let length = template.length();
                let rows = template.rows()?;
                std::thread::spawn(move || feeder.rows(rows));
                length
            }
            Self::Json(path) if path.as_os_str() == "-" => {
                std::thread::spawn(move || feeder.json(io::stdin()));
                None
            }
            Self::Json(path) => {
                let unreadable = |error| {
                    Failure::new(Exit::Other, format!("cannot read {}", path.display()))
                        .because(error)
                };
                let file = File::open(&path).map_err(unreadable)?;
                let metadata = file.metadata().map_err(unreadable)?;
                if metadata.is_dir() {
                    return Err(Failure::new(
                        Exit::Other,
                        format!("{} is a folder", path.display()),
                    ));
                }
                std::thread::spawn(move || feeder.json(file));
                metadata.is_file().then_some(metadata.len())
            }
        };
        Ok((receiver, length))
    }
}

/// Sends documents to whoever sends the messages, and stops when nobody takes them any more.
struct Feeder {
    sender: mpsc::Sender<Item>,
    index: u64,
}

/// Nobody takes documents any more.
struct Closed;

impl Feeder {
    fn put(&mut self, content: Result<Raw, Finding>, position: u64) -> Result<(), Closed> {
        let item = Item {
            index: self.index,
            content,
            position,
        };
        self.index += 1;
        self.sender.blocking_send(item).map_err(|_| Closed)
    }

    fn rows(mut self, rows: impl Iterator<Item = (Result<Value, Finding>, u64)>) {
        for (row, position) in rows {
            if self.put(row.map(Raw::Value), position).is_err() {
                return;
            }
        }
    }

    fn json(mut self, input: impl Read) {
        let mut input = Counting {
            inner: BufReader::with_capacity(64 * 1024, input),
            count: 0,
        };
        // That nobody listens any more is no error of the input.
        let _ = self.feed(&mut input);
    }

    fn feed<R: Read>(&mut self, input: &mut Counting<R>) -> Result<(), Closed> {
        match input.first_byte() {
            Ok(None) => Ok(()),
            Ok(Some(b'[')) => self.array(input),
            Ok(Some(_)) => self.documents(input),
            Err(error) => self.put(Err(unreadable(&error)), input.count),
        }
    }

    /// An array, element by element.
    fn array<R: Read>(&mut self, input: &mut Counting<R>) -> Result<(), Closed> {
        let mut deserializer = Deserializer::from_reader(&mut *input);
        let mut closed = false;
        let elements = Elements {
            feeder: self,
            closed: &mut closed,
        };
        let result = (&mut deserializer)
            .deserialize_seq(elements)
            .and_then(|()| deserializer.end());
        match result {
            _ if closed => Err(Closed),
            Ok(()) => Ok(()),
            Err(error) => self.put(Err(not_json(&error)), input.count),
        }
    }

    /// A document a line; or, where the first line is not a whole document, documents of several lines.
    fn documents<R: Read>(&mut self, input: &mut Counting<R>) -> Result<(), Closed> {
        let mut line = Vec::new();
        let mut is_first = true;
        loop {
            line.clear();
            let read = (&mut *input).take(LINE_MAX).read_until(b'\n', &mut line);
            match read {
                Ok(0) => return Ok(()),
                Ok(read) if read as u64 == LINE_MAX => {
                    let finding = Finding::new("json", "is longer than any message: 16 MiB");
                    return self.put(Err(finding), input.count);
                }
                Ok(_) => {}
                Err(error) => return self.put(Err(unreadable(&error)), input.count),
            }
            if line.trim_ascii().is_empty() {
                continue;
            }
            if is_first && is_cut_short(&line) {
                return self.stream(&line, input);
            }
            is_first = false;
            let bytes = std::mem::take(&mut line);
            self.put(Ok(Raw::Bytes(bytes)), input.count)?;
        }
    }

    fn stream<R: Read>(&mut self, begun: &[u8], input: &mut Counting<R>) -> Result<(), Closed> {
        let whole = Cursor::new(begun).chain(input);
        for document in Deserializer::from_reader(whole).into_iter::<Value>() {
            let failed = document.is_err();
            let content = document.map(Raw::Value).map_err(|error| not_json(&error));
            self.put(content, 0)?;
            if failed {
                break;
            }
        }
        Ok(())
    }
}

fn unreadable(error: &io::Error) -> Finding {
    Finding::new("read", format!("cannot be read: {error}"))
}

/// Whether a line is the beginning of a document that goes on.
fn is_cut_short(line: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(line).is_err_and(|error| error.is_eof())
}

/// Hands an array's elements over while they are parsed.
struct Elements<'a> {
    feeder: &'a mut Feeder,
    closed: &'a mut bool,
}

impl<'de> Visitor<'de> for Elements<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array of messages")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while let Some(value) = elements.next_element_seed(AnyValue)? {
            if self.feeder.put(Ok(Raw::Value(value)), 0).is_err() {
                *self.closed = true;
                return Err(serde::de::Error::custom("nobody takes the messages"));
            }
        }
        Ok(())
    }
}

struct AnyValue;

impl<'de> DeserializeSeed<'de> for AnyValue {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        serde::Deserialize::deserialize(deserializer)
    }
}

/// A reader that knows how much was taken from it.
struct Counting<R> {
    inner: BufReader<R>,
    count: u64,
}

impl<R: Read> Counting<R> {
    /// The first byte that is neither white space nor a byte order mark, which stays where it is.
    fn first_byte(&mut self) -> io::Result<Option<u8>> {
        const MARK: &[u8] = b"\xef\xbb\xbf";
        if self.fill_buf()?.starts_with(MARK) {
            self.consume(MARK.len());
        }
        loop {
            match self.fill_buf()?.first().copied() {
                Some(byte) if byte.is_ascii_whitespace() => self.consume(1),
                byte => return Ok(byte),
            }
        }
    }
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count += read as u64;
        Ok(read)
    }
}

impl<R: Read> BufRead for Counting<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.inner.consume(amount);
        self.count += amount as u64;
    }
}
