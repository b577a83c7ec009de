//! Reading files of bounded length.

use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::Path;

use crate::exit::Exit;
use crate::failure::Failure;

/// No document is longer than this.
pub(crate) const LEN_MAX: u64 = 4 * 1024 * 1024;

/// A file's text, or stdin's.
pub(crate) fn read_text(file: Option<&Path>) -> Result<String, Failure> {
    let bytes = read_bytes(file)?;
    String::from_utf8(bytes).map_err(|_| Failure::invalid("the input is no text"))
}

/// A file's bytes; stdin's without a file, or for `-`.
pub(crate) fn read_bytes(file: Option<&Path>) -> Result<Vec<u8>, Failure> {
    match file {
        Some(path) if path.as_os_str() != "-" => {
            let unreadable = Failure::unreadable(path);
            let file = File::open(path).map_err(unreadable)?;
            let bytes = read_bounded(file).map_err(unreadable)?;
            bytes.ok_or_else(|| too_long(&path.display().to_string()))
        }
        _ => read_bounded(io::stdin())
            .map_err(|error| Failure::new(Exit::Other, "cannot read stdin").because(error))?
            .ok_or_else(|| too_long("stdin")),
    }
}

fn read_bounded(source: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    source.take(LEN_MAX + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= LEN_MAX).then_some(bytes))
}

fn too_long(name: &str) -> Failure {
    Failure::invalid(format!("{name} is longer than any document: 4 MiB")).hint(
        "many documents go one a line: `check --ndjson` and `send --file` read files of any length so",
    )
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
