//! A file that lines are appended to from many workers.

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

#[cfg(all(test, unix))]
mod tests {
    use std::io::Read;
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;

    use super::*;

    /// Reads everything that is available.
    fn drain(reader: &mut UnixStream) -> usize {
        let mut buffer = vec![0; 1 << 16];
        std::iter::from_fn(|| reader.read(&mut buffer).ok()).sum()
    }

    #[test]
    fn nothing_is_written_behind_a_line_that_was_cut_off() -> io::Result<()> {
        // A stream without a reader is as full as a disk, and has room again afterwards.
        let (mut reader, writer) = UnixStream::pair()?;
        reader.set_nonblocking(true)?;
        writer.set_nonblocking(true)?;
        let lines = Lines::new(File::from(OwnedFd::from(writer)));
        lines.write(b"whole\n")?;
        lines.check()?;
        assert!(lines.write(&vec![b'x'; 16 << 20]).is_err());
        assert!(drain(&mut reader) > 6, "a part of the line");
        assert!(lines.check().is_err());
        assert!(lines.write(b"whole\n").is_err());
        assert_eq!(drain(&mut reader), 0);
        Ok(())
    }
}
