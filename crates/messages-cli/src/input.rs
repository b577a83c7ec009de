//! Reading files of bounded length.

use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::Path;

use crate::exit::Exit;
use crate::failure::Failure;

/// No document is longer than this.
pub(crate) const LEN_MAX: u64 = 4 * 1024 * 1024;

/// What a document is that is longer.
pub(crate) const TOO_LONG: &str = "longer than any document: 4 MiB";

/// A file's text, or stdin's.
pub(crate) fn read_text(file: Option<&Path>) -> Result<String, Failure> {
    let bytes = read_bytes(file)?;
    String::from_utf8(bytes).map_err(|_| Failure::invalid("the input is no text"))
}

/// The same without the line's end that editors and other programs add.
pub(crate) fn read_plain(file: Option<&Path>) -> Result<String, Failure> {
    let mut text = read_text(file)?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}

/// A file's bytes; stdin's without a file, or for `-`.
pub(crate) fn read_bytes(file: Option<&Path>) -> Result<Vec<u8>, Failure> {
    let file = file.filter(|path| path.as_os_str() != "-");
    let (name, bytes) = match file {
        Some(path) => (path.display().to_string(), read_file(path)),
        None => ("stdin".to_owned(), read_bounded(io::stdin())),
    };
    bytes.map_err(|error| {
        if error.kind() != io::ErrorKind::FileTooLarge {
            return Failure::new(Exit::Other, format!("cannot read {name}")).because(error);
        }
        Failure::invalid(format!("{name} is {TOO_LONG}")).hint(
            "write one document a line: `send --file` and `check --ndjson` read such a file whatever its length",
        )
    })
}

/// A file's bytes; [`FileTooLarge`](io::ErrorKind::FileTooLarge) where it has more than any document.
pub(crate) fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    read_bounded(File::open(path)?)
}

fn read_bounded(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(LEN_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LEN_MAX {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, TOO_LONG));
    }
    Ok(bytes)
}

/// A line that was read, and how many bytes it took.
#[derive(Debug, Clone, Copy)]
pub(crate) enum LineRead {
    /// The end of the input.
    End,
    Line(u64),
    /// The line is longer than allowed and was left out.
    TooLong(u64),
}

impl LineRead {
    pub(crate) fn length(self) -> u64 {
        match self {
            Self::End => 0,
            Self::Line(length) | Self::TooLong(length) => length,
        }
    }
}

/// Reads the next line into `line`, with its end, unless it is longer than `max`.
pub(crate) fn read_line(
    input: &mut impl BufRead,
    line: &mut Vec<u8>,
    max: u64,
) -> io::Result<LineRead> {
    line.clear();
    let read = input.take(max).read_until(b'\n', line)? as u64;
    if read == 0 {
        return Ok(LineRead::End);
    }
    if read < max || line.ends_with(b"\n") {
        return Ok(LineRead::Line(read));
    }
    line.clear();
    let rest = input.skip_until(b'\n')? as u64;
    Ok(LineRead::TooLong(read + rest))
}
