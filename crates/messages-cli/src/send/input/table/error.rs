//! Errors of a table as a whole.

use std::path::Path;

use super::reader::{Mistake, MistakeKind};
use super::template::Named;
use crate::error::CommandError;

/// The error of a table without columns that its template names.
pub(super) fn missing_columns(
    path: &Path,
    header: &[String],
    delimiter: u8,
    missing: &[&Named],
) -> CommandError {
    let list = |names: &mut dyn Iterator<Item = &str>| {
        let mut quoted: Vec<String> = names.map(|name| format!("`{name}`")).collect();
        quoted.dedup();
        quoted.join(", ")
    };
    let path = path.display();
    if header.is_empty() {
        return CommandError::invalid(format!("{path} is empty"))
            .hint("write the names of the columns into its first line");
    }
    let mut named = missing.iter().map(|named| named.name.as_str());
    let needed = list(&mut named);
    if header.iter().any(|name| is_datum(name)) {
        return CommandError::invalid(format!("the first line of {path} is not a header")).hint(
            format!(
                "write the names of the columns into the first line; the template needs {needed}"
            ),
        );
    }
    let found = list(&mut header.iter().map(String::as_str));
    let separator = match delimiter {
        b'\t' => "tabs".to_owned(),
        other => format!("`{}`", char::from(other)),
    };
    CommandError::invalid(format!(
        "{path} does not have the columns that the template names: {needed}; separated by {separator}, its columns are {found}"
    ))
    .hint("correct the names; if something else separates the columns, name it with --delimiter")
}

/// Returns `true` if a column name looks like a phone number or an email address.
fn is_datum(name: &str) -> bool {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    digits >= 7 || (name.contains('@') && name.contains('.'))
}

/// The error of a table with a mistake, which names its place.
pub(super) fn refused(path: &Path, header: &[String], mistake: Mistake) -> CommandError {
    let (line, table) = (mistake.line, path.display());
    let column = header.get(mistake.column);
    let column = column.map_or_else(String::new, |name| format!(" in the column {name}"));
    let (message, hint) = match mistake.kind {
        MistakeKind::Open => (
            format!("{table}: the quote on line {line}{column} is not closed"),
            "close the quote; a quote within a quoted cell is written twice",
        ),
        MistakeKind::Midst => (
            format!(
                "{table}: the quoted cell on line {line}{column} continues behind its closing quote"
            ),
            "a quote within a quoted cell is written twice, and nothing but a separator follows the closing one",
        ),
        MistakeKind::TooLong => (
            format!("{table}: the cell on line {line}{column} is longer than any message: 64 KiB"),
            "shorten it, or close a quote that was left open",
        ),
        MistakeKind::RowTooLong => (
            format!(
                "{table}: the row with the cell on line {line} is longer than any message: 1 MiB"
            ),
            "shorten it, or close a quote that was left open",
        ),
        MistakeKind::Break => (
            format!(
                "{table}: the cell on line {line}{column} has a line break, and is part of an address"
            ),
            "correct it, or close a quote that was left open",
        ),
    };
    CommandError::invalid(message).hint(hint)
}
