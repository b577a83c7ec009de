//! A file that lines are appended to from many lanes.

use std::fs::File;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// A file of lines, up to the first that cannot be written: half of it may stand there, and what came behind that could
/// not be read.
pub(super) struct Lines {
    file: Mutex<File>,
    is_broken: AtomicBool,
}

impl Lines {
    pub(super) fn new(file: File) -> Self {
        Self {
            file: Mutex::new(file),
            is_broken: AtomicBool::new(false),
        }
    }

    /// Writes a whole line.
    pub(super) fn write(&self, line: &[u8]) -> io::Result<()> {
        // Nothing is left half done by a panic elsewhere.
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        self.check()?;
        file.write_all(line)
            .inspect_err(|_| self.is_broken.store(true, Ordering::Relaxed))
    }

    /// Fails when a line could not be written.
    pub(super) fn check(&self) -> io::Result<()> {
        if self.is_broken.load(Ordering::Relaxed) {
            return Err(io::Error::other("an earlier line could not be written"));
        }
        Ok(())
    }
}
