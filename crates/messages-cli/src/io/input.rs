//! Reading files of bounded length, and the encodings that programs save them in.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::Path;

use crate::error::CommandError;
use crate::exit::Exit;

/// No document is longer than this.
pub(crate) const LEN_MAX: u64 = 4 * 1024 * 1024;

/// Describes a document that is too long.
pub(crate) const TOO_LONG: &str = "longer than any document: 4 MiB";

/// The byte order mark of UTF-8, which editors on Windows write.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// An encoding that is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EncodingError {
    Utf16,
    Utf32,
    /// The line, from 1, of the first bytes that are not UTF-8.
    NotUtf8 {
        line: usize,
    },
}

/// Advice on a text in another encoding.
pub(crate) const SAVE_AS_UTF_8: &str = "save it as UTF-8: in Excel as \"CSV UTF-8\", in PowerShell with `Out-File -Encoding utf8` instead of `>`";

impl EncodingError {
    /// The UTF-16 or UTF-32 that these first bytes of a text are, by their byte order mark or by the NUL bytes of ASCII.
    pub(crate) fn of_head(head: &[u8]) -> Option<Self> {
        match head {
            [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some(Self::Utf32),
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some(Self::Utf16),
            [1..=127, 0, 0, 0, 1..=127, 0, 0, 0, ..] | [0, 0, 0, 1..=127, 0, 0, 0, 1..=127, ..] => {
                Some(Self::Utf32)
            }
            [1..=127, 0, 1..=127, 0, ..] | [0, 1..=127, 0, 1..=127, ..] => Some(Self::Utf16),
            _ => None,
        }
    }

    /// Refuses a file in this encoding.
    pub(crate) fn in_file(self, name: impl fmt::Display) -> CommandError {
        CommandError::invalid(format!("{name} {self}")).hint(SAVE_AS_UTF_8)
    }
}

impl fmt::Display for EncodingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Utf16 => f.write_str("is UTF-16 text: save it as UTF-8"),
            Self::Utf32 => f.write_str("is UTF-32 text: save it as UTF-8"),
            Self::NotUtf8 { line } => {
                write!(f, "is not valid UTF-8 on line {line}: save it as UTF-8")
            }
        }
    }
}

/// The text that bytes hold, without a byte order mark.
pub(crate) fn text_of(bytes: &[u8]) -> Result<&str, EncodingError> {
    if let Some(error) = EncodingError::of_head(bytes) {
        return Err(error);
    }
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
        EncodingError::NotUtf8 { line }
    })
}

/// The text of a file, or of stdin, without a byte order mark.
pub(crate) fn read_text(file: Option<&Path>) -> Result<String, CommandError> {
    let text = |bytes: &[u8]| text_of(bytes).map(str::to_owned);
    text(&read_bytes(file)?).map_err(|error| match named(file) {
        Some(path) => error.in_file(path.display()),
        None => error.in_file("stdin"),
    })
}

/// The same without the line's end that editors and other programs add.
pub(crate) fn read_plain(file: Option<&Path>) -> Result<String, CommandError> {
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
pub(crate) fn read_bytes(file: Option<&Path>) -> Result<Vec<u8>, CommandError> {
    let (name, bytes) = match named(file) {
        Some(path) => (path.display().to_string(), read_file(path)),
        None => ("stdin".to_owned(), read_bounded(io::stdin())),
    };
    bytes.map_err(|error| {
        if error.kind() != io::ErrorKind::FileTooLarge {
            return CommandError::new(Exit::Other, format!("cannot read {name}")).because(error);
        }
        CommandError::invalid(format!("{name} is {TOO_LONG}")).hint(
            "write one document a line: `send --file` and `check --ndjson` read such a file whatever its length",
        )
    })
}

/// The file, unless it is stdin.
fn named(file: Option<&Path>) -> Option<&Path> {
    file.filter(|path| path.as_os_str() != "-")
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

/// A line, with its length in bytes.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_recognized_by_their_first_bytes() {
        let utf_16 = |text: &str, order: fn(u16) -> [u8; 2]| -> Vec<u8> {
            text.encode_utf16().flat_map(order).collect()
        };
        for text in ["{}", "\u{feff}phone,name\n", "\u{feff}я"] {
            for order in [u16::to_le_bytes, u16::to_be_bytes] {
                assert_eq!(
                    text_of(&utf_16(text, order)),
                    Err(EncodingError::Utf16),
                    "{text:?}"
                );
            }
            let utf_32: Vec<u8> = text
                .chars()
                .flat_map(|c| u32::from(c).to_le_bytes())
                .collect();
            assert_eq!(text_of(&utf_32), Err(EncodingError::Utf32), "{text:?}");
        }
        assert_eq!(text_of(b"\xef\xbb\xbf{}"), Ok("{}"));
        assert_eq!(text_of(b""), Ok(""));
        assert_eq!(
            text_of(b"a\nb\nRen\xe9"),
            Err(EncodingError::NotUtf8 { line: 3 })
        );
    }
}
