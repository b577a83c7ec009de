//! A table whose rows are filled into a message.

mod cell;
mod duplicates;
mod error;
mod reader;
mod template;

use std::collections::{BTreeMap, HashMap};
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use messages_sdk::types;
use serde_json::Value;

use crate::error::CommandError;
use crate::exit::Exit;
use crate::finding::Finding;
use crate::io::input::{EncodingError, SAVE_AS_UTF_8, read_file, text_of};
use error::{missing_columns, refused};
use reader::{Mistake, MistakeKind, Reader, Record};
pub(super) use template::Row;
use template::{Named, Template};

/// The separators that a header is searched for.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// A CSV file with a header, and a message with `{{column}}` in its texts.
#[derive(Debug)]
pub(crate) struct Table {
    path: PathBuf,
    file: File,
    delimiter: u8,
    header: Vec<String>,
    template_path: PathBuf,
    /// The bytes of the template.
    text: Vec<u8>,
    template: Arc<Template>,
}

/// A row of a table, with its place.
pub(super) struct Placed {
    /// The line of the file on which the row begins, from 1.
    pub(super) line: u64,
    /// The bytes of the table before the row, and with it.
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) content: Result<Row, Vec<Finding>>,
}

impl Table {
    /// Refuses a table that cannot be read more than once, or whose quotes are not in order; reads the header and the template,
    /// and makes sure that every column that the template names is there.
    pub(crate) fn open(
        path: &Path,
        template_path: &Path,
        delimiter: Option<u8>,
        others: &[String],
    ) -> Result<Self, CommandError> {
        let mut file = open_file(path)?;
        let text = read_file(template_path).map_err(|error| unreadable(template_path, error))?;
        let template = text_of(&text).map_err(|error| error.in_file(template_path.display()))?;
        let template: Value = serde_json::from_str(template).map_err(|error| {
            CommandError::invalid(format!("{} is not JSON", template_path.display())).because(error)
        })?;
        let mut head = [0; 8];
        let read = read_head(&mut file, &mut head).map_err(|error| unreadable(path, error))?;
        if let Some(error) = EncodingError::of_head(head.get(..read).unwrap_or_default()) {
            return Err(error.in_file(path.display()));
        }
        let template = types::Template::new(template).map_err(|problems| {
            CommandError::invalid(format!("{} is not a template", template_path.display()))
                .because(problems)
        })?;
        let mut named = Template::named(&template);
        named.extend(others.iter().map(|name| Named {
            name: name.clone(),
            is_address: false,
        }));
        let declared = reader::declared_delimiter(head.get(..read).unwrap_or_default());
        let (delimiter, header) = match delimiter.or(declared) {
            Some(delimiter) => (delimiter, header(&mut file, delimiter)),
            None => detect(&mut file, &named),
        };
        let header = header.map_err(|error| unreadable(path, error))?;
        let mut breaks = BTreeMap::new();
        let mistake =
            mistake(&mut file, delimiter, &mut breaks).map_err(|error| unreadable(path, error))?;
        if let Some(mistake) = mistake {
            return Err(refused(path, &header.unwrap_or_default(), mistake));
        }
        let header = header.ok_or_else(|| {
            CommandError::invalid(format!(
                "the header of {} is not valid UTF-8",
                path.display()
            ))
            .hint(SAVE_AS_UTF_8)
        })?;
        let places: HashMap<&str, usize> = header
            .iter()
            .enumerate()
            .map(|(place, name)| (name.as_str(), place))
            .collect();
        let missing: Vec<&Named> = named
            .iter()
            .filter(|named| !places.contains_key(named.name.as_str()))
            .collect();
        if !missing.is_empty() {
            return Err(missing_columns(path, &header, delimiter, &missing));
        }
        let mut names = named.iter().map(|named| named.name.as_str());
        if let Some(name) =
            names.find(|name| header.iter().filter(|column| column == name).count() > 1)
        {
            let message = format!(
                "{} has several columns named `{name}`, and the template names it",
                path.display()
            );
            return Err(
                CommandError::invalid(message).hint("give each of them its own name in the header")
            );
        }
        for named in named.iter().filter(|named| named.is_address) {
            if let Some(column) = places.get(named.name.as_str())
                && let Some(line) = breaks.get(column)
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
        let template = Template::new(template, others, |name| {
            places.get(name).copied().unwrap_or(usize::MAX)
        });
        Ok(Self {
            path: path.to_owned(),
            file,
            delimiter,
            template_path: template_path.to_owned(),
            text,
            template: Arc::new(template),
            header,
        })
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

    /// The file, from its start.
    pub(super) fn file(&self) -> io::Result<File> {
        let mut file = self.file.try_clone()?;
        file.rewind()?;
        Ok(file)
    }

    /// The messages of the rows; those without any value are left out.
    pub(super) fn rows<R: Read>(&self, table: R) -> impl Iterator<Item = Placed> + use<'_, R> {
        let mut records = self.records(table);
        std::iter::from_fn(move || {
            let content = match records.next() {
                Ok(true) => self.row(&records.record),
                Ok(false) => return None,
                Err(error) => Err(vec![Finding::new(
                    "read",
                    format!("cannot be read: {error}"),
                )]),
            };
            let placed = Placed {
                line: records.record.line,
                start: records.record.start,
                end: records.record.end,
                content,
            };
            Some(placed)
        })
    }

    fn row(&self, record: &Record) -> Result<Row, Vec<Finding>> {
        let mut findings = Vec::new();
        let mut cells = Vec::with_capacity(record.len());
        for (place, cell) in record.cells().enumerate() {
            match std::str::from_utf8(cell) {
                Ok(cell) => cells.push(cell),
                Err(_) => {
                    let message = "is not valid UTF-8: save the table as UTF-8";
                    let mut finding = Finding::new("encoding", message);
                    finding.column = self.header.get(place).cloned();
                    findings.push(finding);
                }
            }
        }
        let (columns, found) = (self.header.len(), record.len());
        let surplus = record.cells().skip(columns);
        // Spreadsheets leave separators where cells were cleared.
        if found < columns
            || surplus
                .into_iter()
                .any(|cell| !cell.trim_ascii().is_empty())
        {
            let plural = if found == 1 { "" } else { "s" };
            let message = format!("has {found} cell{plural}, and the header has {columns}");
            let mut finding = Finding::new("csv", message);
            finding.place = Some("the row".to_owned());
            findings.push(finding);
        }
        if findings.is_empty() {
            Ok(self.template.fill(&cells))
        } else {
            Err(findings)
        }
    }

    fn records<R: Read>(&self, table: R) -> Records<R> {
        Records {
            reader: Reader::new(buffered(table), self.delimiter),
            record: Record::default(),
            is_behind_header: false,
            is_over: false,
        }
    }
}

/// The records behind the header that have a value.
struct Records<R> {
    reader: Reader<BufReader<R>>,
    record: Record,
    is_behind_header: bool,
    is_over: bool,
}

impl<R: Read> Records<R> {
    fn next(&mut self) -> io::Result<bool> {
        while !self.is_over {
            match self.reader.read(&mut self.record) {
                Ok(Ok(true)) if !self.is_behind_header => self.is_behind_header = true,
                Ok(Ok(true)) if self.record.is_blank() => {}
                Ok(Ok(true)) => return Ok(true),
                Ok(Ok(false)) => self.is_over = true,
                // The table was read without a mistake when it was opened.
                Ok(Err(_)) => {
                    self.is_over = true;
                    return Err(io::Error::other("the table was changed while it was read"));
                }
                Err(error) => {
                    self.is_over = true;
                    return Err(error);
                }
            }
        }
        Ok(false)
    }
}

fn buffered<R: Read>(table: R) -> BufReader<R> {
    BufReader::with_capacity(64 * 1024, table)
}

/// Refuses what gives its rows once: they are wanted more than once, to be checked and to be sent. The second time a pipe would
/// look like a table without rows.
fn open_file(path: &Path) -> Result<File, CommandError> {
    let refused = || {
        CommandError::usage("--csv must be a regular file")
            .hint("write the table to a file: every row is checked before the first is sent")
    };
    if path.as_os_str() == "-" {
        return Err(refused());
    }
    let mut options = OpenOptions::new();
    options.read(true);
    // Opening a pipe without a writer would block.
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

/// Reads the first bytes, and goes back to the start.
fn read_head(file: &mut File, head: &mut [u8]) -> io::Result<usize> {
    let mut read = 0;
    while let Some(rest) = head.get_mut(read..).filter(|rest| !rest.is_empty()) {
        match file.read(rest)? {
            0 => break,
            more => read += more,
        }
    }
    file.rewind()?;
    Ok(read)
}

/// The separator with which a header has most of the columns that a template names, or else most cells.
fn detect(file: &mut File, named: &[Named]) -> (u8, io::Result<Option<Vec<String>>>) {
    let mut best: Option<((usize, usize), u8, _)> = None;
    for delimiter in DELIMITERS {
        let header = header(file, delimiter);
        let score = match &header {
            Ok(Some(header)) => {
                let found = named.iter().filter(|named| header.contains(&named.name));
                (found.count(), header.len())
            }
            // A quote that is not closed is named with its line.
            Ok(None) => (0, usize::MAX),
            Err(_) => (0, 0),
        };
        if best.as_ref().is_none_or(|(most, ..)| score > *most) {
            best = Some((score, delimiter, header));
        }
    }
    best.map_or((b',', Ok(None)), |(_, delimiter, header)| {
        (delimiter, header)
    })
}

/// The names of a table's columns; none where they are not UTF-8, or their quotes are not in order.
fn header(file: &mut File, delimiter: u8) -> io::Result<Option<Vec<String>>> {
    let mut record = Record::default();
    let read = Reader::new(buffered(&*file), delimiter).read(&mut record)?;
    file.rewind()?;
    if read.is_err() {
        return Ok(None);
    }
    let names = record.cells().map(|name| {
        let name = std::str::from_utf8(name).ok()?;
        Some(name.trim().to_owned())
    });
    Ok(names.collect())
}

/// The first mistake of a table. `breaks` gets the line of the first cell with a line break in each column.
fn mistake(
    file: &mut File,
    delimiter: u8,
    breaks: &mut BTreeMap<usize, u64>,
) -> io::Result<Option<Mistake>> {
    let mut reader = Reader::new(buffered(&*file), delimiter);
    let mut record = Record::default();
    let mistake = loop {
        match reader.read(&mut record)? {
            Ok(true) => {
                for (column, line) in &record.breaks {
                    breaks.entry(*column).or_insert(*line);
                }
            }
            Ok(false) => break None,
            Err(mistake) => break Some(mistake),
        }
    };
    file.rewind()?;
    Ok(mistake)
}

/// Reads the argument of `--delimiter`.
pub(super) fn parse_delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" | b"\\t" | b"\t" => Ok(b'\t'),
        [byte] if byte.is_ascii_punctuation() && *byte != b'"' => Ok(*byte),
        _ => Err("must be one character such as `;`, or `tab`".to_owned()),
    }
}

fn unreadable(path: &Path, error: impl std::error::Error + Send + Sync + 'static) -> CommandError {
    CommandError::new(Exit::Invalid, format!("cannot read {}", path.display())).because(error)
}
