//! The journal of a run: a message is recorded before its request leaves, which proves what a kill left in doubt.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use crate::error::CommandError;
use crate::send::input::{Digest, Identity};
use crate::settings::private_file;

/// The journal of an earlier run, read line by line: it names every message that the run began to send.
pub(super) struct Journal {
    /// `None` without a journal: every started message has its outcome.
    reader: Option<BufReader<File>>,
    path: PathBuf,
    line: String,
}

/// A message that a run began to send.
pub(super) struct InFlight {
    pub(super) index: u64,
    pub(super) digest: Digest,
    pub(super) client_ref: Option<String>,
}

/// The first line of a journal.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Head {
    /// The length of the results when the run began: what lies behind that is the run's own.
    pub(super) results_length: u64,
    pub(super) input: Option<Identity>,
}

impl Head {
    fn parse(line: &str) -> Self {
        let mut words = line.split(' ');
        let mut number = || words.next().and_then(|word| word.parse().ok());
        let (results_length, bytes) = (number().unwrap_or_default(), number());
        let digest = words.next().and_then(|word| word.parse().ok());
        let input = bytes.zip(digest);
        Self {
            results_length,
            input: input.map(|(bytes, digest)| Identity { bytes, digest }),
        }
    }
}

impl Journal {
    pub(super) fn open(path: &Path) -> Result<Self, CommandError> {
        let reader = match private_file::open(OpenOptions::new().read(true), path)? {
            Ok(file) => Some(BufReader::new(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(CommandError::unreadable(path)(error)),
        };
        Ok(Self {
            reader,
            path: path.to_owned(),
            line: String::new(),
        })
    }

    pub(super) fn head(&mut self) -> Result<Head, CommandError> {
        Ok(self.next_line()?.map(Head::parse).unwrap_or_default())
    }

    /// The next message.
    pub(super) fn next_in_flight(&mut self) -> Result<Option<InFlight>, CommandError> {
        while let Some(line) = self.next_line()? {
            let mut words = line.splitn(3, ' ');
            if let (Some(index), Some(digest)) = (words.next(), words.next())
                && let (Ok(index), Ok(digest)) = (index.parse(), digest.parse())
            {
                let client_ref = words.next();
                return Ok(Some(InFlight {
                    index,
                    digest,
                    client_ref: client_ref.and_then(|text| serde_json::from_str(text).ok()),
                }));
            }
        }
        Ok(None)
    }

    /// The next whole line: one that was cut off was not followed by a request.
    fn next_line(&mut self) -> Result<Option<&str>, CommandError> {
        let Some(reader) = &mut self.reader else {
            return Ok(None);
        };
        self.line.clear();
        reader
            .read_line(&mut self.line)
            .map_err(CommandError::unreadable(&self.path))?;
        Ok(self.line.strip_suffix('\n'))
    }

    /// A new journal in place of the old one, in one step.
    pub(super) fn replace(path: &Path, head: Head) -> io::Result<File> {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
        let input = head
            .input
            .map(|input| format!(" {} {}", input.bytes, input.digest));
        let line = format!("{}{}\n", head.results_length, input.unwrap_or_default());
        file.write_all(line.as_bytes())?;
        file.persist(path).map_err(|error| error.error)
    }
}

/// The path of the journal for these results.
pub(super) fn journal_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".pending");
    name.into()
}
