//! JSON in its three forms: an array, a document a line, documents of several lines.

use std::fmt;
use std::io::{self, Cursor, Read};

use serde::Deserializer as _;
use serde::de::{Error as _, IgnoredAny, SeqAccess, Visitor};
use serde_json::{Deserializer, Value};

use super::Raw;
use super::chunks::{Chunks, Closed};
use super::reader::{DOCUMENT_MAX, Input, Outlet, TOO_LONG};
use crate::finding::Finding;
use crate::io::input::{LineRead, read_line};

/// Hands over every document of an input.
pub(super) fn feed(chunks: Chunks<'_>, source: impl Read) {
    let (mut input, outlet) = Input::new(chunks, source);
    let first = match input.encoding_error() {
        Ok(Some(error)) => Err(Finding::from(error)),
        Ok(None) => input.first_byte().map_err(|error| unreadable(&error)),
        Err(error) => Err(unreadable(&error)),
    };
    let fed = match first {
        Ok((None, _)) => Ok(()),
        Ok((Some(b'['), _)) => array(&mut input, &outlet),
        Ok((Some(_), line)) => documents(&mut input, &outlet, line),
        Err(finding) => outlet.put(Err(finding), None),
    };
    // A receiver that stopped is not an error of the input.
    let _ = fed.and_then(|()| outlet.flush());
}

fn unreadable(error: &io::Error) -> Finding {
    Finding::new("read", format!("cannot be read: {error}"))
}

fn not_json(error: &serde_json::Error) -> Finding {
    if error.is_io() {
        Finding::new("json", error.to_string())
    } else {
        Finding::not_json(error)
    }
}

/// An array, element by element.
fn array<R: Read>(input: &mut Input<'_, R>, outlet: &Outlet<'_>) -> Result<(), Closed> {
    let mut deserializer = Deserializer::from_reader(input);
    let mut is_closed = false;
    let elements = Elements {
        outlet,
        is_closed: &mut is_closed,
    };
    let result = (&mut deserializer)
        .deserialize_seq(elements)
        .and_then(|()| deserializer.end());
    match result {
        _ if is_closed => Err(Closed),
        Ok(()) => Ok(()),
        Err(error) => outlet.put(Err(not_json(&error)), None),
    }
}

/// A document a line; or, where the first line is not a whole document, documents of several lines.
fn documents<R: Read>(
    input: &mut Input<'_, R>,
    outlet: &Outlet<'_>,
    first_line: u64,
) -> Result<(), Closed> {
    let mut is_first = true;
    for number in first_line.. {
        let number = Some(number);
        let mut line = Vec::new();
        match read_line(input, &mut line, DOCUMENT_MAX) {
            Ok(LineRead::End) => return Ok(()),
            Ok(LineRead::TooLong(_)) => outlet.put(Err(Finding::new("json", TOO_LONG)), number)?,
            Ok(_) if line.trim_ascii().is_empty() => continue,
            Ok(_) if is_first && is_cut_short(&line) => return stream(&line, input, outlet),
            Ok(_) => outlet.put(Ok(Raw::Bytes(line)), number)?,
            Err(error) => return outlet.put(Err(unreadable(&error)), number),
        }
        is_first = false;
    }
    Ok(())
}

/// Returns `true` if a line is the beginning of a longer document.
fn is_cut_short(line: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(line).is_err_and(|error| error.is_eof())
}

/// Reads documents of several lines each, the first of which has started.
fn stream<R: Read>(
    begun: &[u8],
    input: &mut Input<'_, R>,
    outlet: &Outlet<'_>,
) -> Result<(), Closed> {
    let whole = Cursor::new(begun).chain(input);
    for document in Deserializer::from_reader(whole).into_iter::<Value>() {
        let is_broken = document.is_err();
        let content = document.map(Raw::Value).map_err(|error| not_json(&error));
        outlet.put(content, None)?;
        if is_broken {
            break;
        }
    }
    Ok(())
}

/// Hands an array's elements over while they are parsed.
struct Elements<'a, 'o> {
    outlet: &'a Outlet<'o>,
    is_closed: &'a mut bool,
}

impl<'de> Visitor<'de> for Elements<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of messages")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while let Some(value) = elements.next_element()? {
            if self.outlet.put(Ok(Raw::Value(value)), None).is_err() {
                *self.is_closed = true;
                return Err(A::Error::custom("the receiver has stopped"));
            }
        }
        Ok(())
    }
}
