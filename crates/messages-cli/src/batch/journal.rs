//! Which messages a run has begun to send: written before the request leaves, and so the proof of what a kill left in doubt.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// The journal of an earlier run, read line by line: it names every message that the run began to send.
pub(super) struct Journal {
    /// None when there is no journal: every message that was begun is settled.
    reader: Option<BufReader<File>>,
    path: PathBuf,
    line: String,
}

impl Journal {
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let reader = match File::open(path) {
            Ok(file) => Some(BufReader::new(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(Failure::unreadable(path)(error)),
        };
        Ok(Self {
            reader,
            path: path.to_owned(),
            line: String::new(),
        })
    }

    /// The first line: how long the results were when the run began. What lies behind that is the run's own.
    pub(super) fn results_length(&mut self) -> Result<u64, Failure> {
        let line = self.next_line()?;
        Ok(line.and_then(|line| line.parse().ok()).unwrap_or_default())
    }

    /// The place and the fingerprint of the next message.
    pub(super) fn next_begun(&mut self) -> Result<Option<(u64, u32)>, Failure> {
        while let Some(line) = self.next_line()? {
            if let Some((index, digest)) = line.split_once(' ')
                && let (Ok(index), Ok(digest)) = (index.parse(), digest.parse())
            {
                return Ok(Some((index, digest)));
            }
        }
        Ok(None)
    }

    /// The next whole line: one that was cut off was not followed by a request.
    fn next_line(&mut self) -> Result<Option<&str>, Failure> {
        let Some(reader) = &mut self.reader else {
            return Ok(None);
        };
        self.line.clear();
        reader
            .read_line(&mut self.line)
            .map_err(Failure::unreadable(&self.path))?;
        Ok(self.line.strip_suffix('\n'))
    }

    /// A new journal in place of the old one, in one step.
    pub(super) fn replace(path: &Path, results_length: u64) -> io::Result<File> {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
        file.write_all(format!("{results_length}\n").as_bytes())?;
        file.persist(path).map_err(|error| error.error)
    }
}

/// Where the journal of these results is.
pub(super) fn journal_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".pending");
    name.into()
}
