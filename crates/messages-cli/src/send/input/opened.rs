//! An opened input: compared with the results of earlier runs first, read by the senders then.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;
use tokio::sync::mpsc;

use super::chunks::{Chunks, Closed};
use super::identity::{Identified, Identity, identify};
use super::{Item, Raw, Source, Table, json};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::document::{is_toml, read_document};
use crate::io::output::Output;

/// Chunks that are read ahead: enough that the senders do not wait while another program has the reader's core.
const READ_AHEAD: usize = 16;

/// Most bytes of an input that can be read only once and has to be read twice.
const SPOOL_MAX: u64 = 16 << 30;

/// The opened input of a batch.
pub(crate) struct Opened {
    bytes: Bytes,
    format: Format,
    path: PathBuf,
}

enum Bytes {
    /// A file that can be read again from its start.
    File(File),
    /// A pipe, or stdin.
    Stream(Box<dyn Read + Send>),
}

enum Format {
    Json,
    Csv(Box<Table>),
}

impl Opened {
    pub(super) fn new(source: Source) -> Result<Self, CommandError> {
        let (bytes, format, path) = match source {
            Source::Csv(table) => {
                let path = table.path().to_owned();
                let file = table.file().map_err(CommandError::unreadable(&path))?;
                (Bytes::File(file), Format::Csv(table), path)
            }
            Source::Json(path) if path.as_os_str() == "-" => {
                (Bytes::Stream(Box::new(io::stdin())), Format::Json, path)
            }
            Source::Json(path) if is_toml(&path) => {
                let document = read_document(Some(&path))?;
                let file = json_file(&document).map_err(spool_failed)?;
                (Bytes::File(file), Format::Json, path)
            }
            Source::Json(path) => (open(&path)?, Format::Json, path),
        };
        Ok(Self {
            bytes,
            format,
            path,
        })
    }

    /// Returns `true` if the input can be read more than once.
    pub(crate) fn is_repeatable(&self) -> bool {
        matches!(self.bytes, Bytes::File(_))
    }

    /// Warns of recipients that have more than one row of a table.
    pub(crate) fn warn_of_duplicates(&mut self, out: Output) -> Result<(), CommandError> {
        if let (Format::Csv(table), Bytes::File(file)) = (&self.format, &mut self.bytes) {
            // Both have one position.
            table
                .warn_of_duplicates(out)
                .and_then(|()| file.rewind())
                .map_err(CommandError::unreadable(&self.path))?;
        }
        Ok(())
    }

    /// Fails if one of these outputs is also the input, or its template, under whatever name.
    pub(crate) fn refuse_outputs(&self, outputs: [&Path; 2]) -> Result<(), CommandError> {
        let input = match &self.bytes {
            Bytes::File(file) => file.metadata().ok(),
            Bytes::Stream(_) => None,
        };
        let (option, template) = match &self.format {
            Format::Csv(table) => ("--csv", Some(table.template_path())),
            Format::Json => ("--file", None),
        };
        for output in outputs {
            let output_metadata = output.metadata().ok();
            let is_same = |path: &Path, input: Option<&Metadata>| {
                is_same_file((path, input), (output, output_metadata.as_ref()))
            };
            let option = if is_same(&self.path, input.as_ref()) {
                option
            } else if template.is_some_and(|path| is_same(path, path.metadata().ok().as_ref())) {
                "--template"
            } else {
                continue;
            };
            let message = format!("{option} and the results are the same file");
            return Err(CommandError::usage(message)
                .hint("name another file with --results: it gets a line for each message"));
        }
        Ok(())
    }

    /// The identity of an input that can be read twice.
    pub(crate) fn identify(
        &mut self,
        earlier: Option<Identity>,
    ) -> Result<Option<Identified>, CommandError> {
        let Bytes::File(file) = &mut self.bytes else {
            return Ok(None);
        };
        let prefix = match &self.format {
            Format::Csv(table) => table.text(),
            Format::Json => b"",
        };
        let identified = identify(&mut *file, prefix, earlier)
            .and_then(|identified| file.rewind().map(|()| identified))
            .map_err(CommandError::unreadable(&self.path))?;
        Ok(Some(identified))
    }

    /// Makes an input that can be read only once into one that can be read again: a file without a name, which is gone when
    /// the process ends.
    pub(crate) fn spool(&mut self) -> Result<(), CommandError> {
        let Bytes::Stream(stream) = &mut self.bytes else {
            return Ok(());
        };
        let file = copy(stream).map_err(spool_failed)?;
        self.bytes = Bytes::File(file);
        Ok(())
    }

    /// Reads the input without consuming it, until the end or until `sink` accepts no more.
    pub(crate) fn pass(
        &mut self,
        sink: impl FnMut(Vec<Item>) -> Result<(), Closed>,
    ) -> Result<(), CommandError> {
        match &mut self.bytes {
            Bytes::File(file) => {
                self.format.feed(&mut *file, sink);
                file.rewind().map_err(CommandError::unreadable(&self.path))
            }
            Bytes::Stream(stream) => {
                let mut spool = tempfile::tempfile().map_err(spool_failed)?;
                let mut tee = Tee {
                    stream: &mut *stream,
                    spool: &mut spool,
                    length: 0,
                    error: None,
                };
                self.format.feed(&mut tee, sink);
                if let Some(error) = tee.error {
                    return Err(spool_failed(error));
                }
                spool.rewind().map_err(spool_failed)?;
                let rest = std::mem::replace(stream, Box::new(io::empty()));
                *stream = Box::new(spool.chain(rest));
                Ok(())
            }
        }
    }

    /// Reads the input in a thread of its own, and hands the documents over in chunks: only a few are read ahead, and no
    /// document waits for one that is not there yet.
    ///
    /// The second value is the input's length in bytes, where it is known.
    pub(crate) fn read(self) -> (mpsc::Receiver<Vec<Item>>, Option<u64>) {
        let (sender, receiver) = mpsc::channel(READ_AHEAD);
        let sink = move |chunk| sender.blocking_send(chunk).map_err(|_| Closed);
        let format = self.format;
        let length = match self.bytes {
            Bytes::File(file) => {
                let length = file.metadata().ok().map(|metadata| metadata.len());
                std::thread::spawn(move || format.feed(file, sink));
                length
            }
            Bytes::Stream(stream) => {
                std::thread::spawn(move || format.feed(stream, sink));
                None
            }
        };
        (receiver, length)
    }
}

impl Format {
    fn feed(&self, reader: impl Read, sink: impl FnMut(Vec<Item>) -> Result<(), Closed>) {
        let mut chunks = Chunks::new(sink);
        match self {
            Self::Json => json::feed(chunks, reader),
            Self::Csv(table) => {
                for row in table.rows(reader) {
                    let content = row.content.map(Raw::Row);
                    let put = chunks.put(content, Some(row.line), Some(row.start), row.end);
                    if put.is_err() {
                        return;
                    }
                }
                // That no more documents are accepted is not an error of the input.
                let _ = chunks.flush();
            }
        }
    }
}

/// Copies everything that is read from a stream.
struct Tee<'a> {
    stream: &'a mut dyn Read,
    spool: &'a mut File,
    length: u64,
    error: Option<io::Error>,
}

impl Read for Tee<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        self.length += read as u64;
        let kept = if self.length > SPOOL_MAX {
            Err(io::ErrorKind::FileTooLarge.into())
        } else {
            self.spool.write_all(buffer.get(..read).unwrap_or_default())
        };
        if let Err(error) = kept {
            self.error = Some(error);
            return Ok(0);
        }
        Ok(read)
    }
}

fn copy(stream: &mut dyn Read) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    let length = io::copy(&mut stream.take(SPOOL_MAX + 1), &mut file)?;
    if length > SPOOL_MAX {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    file.rewind()?;
    Ok(file)
}

/// A file without a name that holds one document as JSON.
fn json_file(document: &Value) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    serde_json::to_writer(&mut file, document)?;
    file.rewind()?;
    Ok(file)
}

fn spool_failed(error: io::Error) -> CommandError {
    CommandError::new(
        Exit::Other,
        "the input cannot be stored for a second reading",
    )
    .because(error)
    .hint("write the input to a file, and name it with --file")
}

/// A file, or a pipe by name.
fn open(path: &Path) -> Result<Bytes, CommandError> {
    let unreadable = CommandError::unreadable(path);
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if metadata.is_dir() {
        let message = format!("{} is a folder", path.display());
        return Err(CommandError::new(Exit::Other, message));
    }
    Ok(if metadata.is_file() {
        Bytes::File(file)
    } else {
        Bytes::Stream(Box::new(file))
    })
}

/// Returns `true` if two names lead to one file, by a link of either kind.
#[cfg(unix)]
fn is_same_file(a: (&Path, Option<&Metadata>), b: (&Path, Option<&Metadata>)) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    let place = |file: &Metadata| (file.dev(), file.ino());
    a.1.is_some() && a.1.map(place) == b.1.map(place)
}

/// Returns `true` if two names lead to one file; hard links cannot be detected here.
#[cfg(not(unix))]
fn is_same_file(a: (&Path, Option<&Metadata>), b: (&Path, Option<&Metadata>)) -> bool {
    matches!((a.0.canonicalize(), b.0.canonicalize()), (Ok(a), Ok(b)) if a == b)
}
