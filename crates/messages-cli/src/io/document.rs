//! Documents from files, as JSON or TOML.

use std::path::Path;

use serde_json::{Map, Value};

use super::input::read_text;
use crate::error::CommandError;

/// Reads a file with one document: TOML if its name ends so, else JSON. Without a file, or for `-`, reads JSON from stdin.
pub(crate) fn read_document(file: Option<&Path>) -> Result<Value, CommandError> {
    let text = read_text(file)?;
    let name = || file.map_or("stdin".to_owned(), |file| file.display().to_string());
    if file.is_some_and(is_toml) {
        from_toml(&text)
            .map_err(|error| CommandError::invalid(format!("{} is not TOML: {error}", name())))
    } else {
        serde_json::from_str(&text).map_err(|error| {
            CommandError::invalid(format!("{} is not JSON", name())).because(error)
        })
    }
}

/// Returns `true` if the name of a file ends with `.toml`.
pub(crate) fn is_toml(file: &Path) -> bool {
    file.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("toml"))
}

/// Reads TOML as JSON. Times become strings; a time of day without seconds is written as journeys have it. The error names
/// the line, and does not repeat it.
pub(crate) fn from_toml(text: &str) -> Result<Value, String> {
    let table: Result<toml::Table, _> = toml::from_str(text);
    table.map(object).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let before = text.get(..start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        format!("{} at line {line}", error.message())
    })
}

fn object(table: toml::Table) -> Value {
    let fields = table.into_iter().map(|(key, item)| (key, value(item)));
    Value::Object(fields.collect::<Map<_, _>>())
}

fn value(item: toml::Value) -> Value {
    match item {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(flag) => Value::Bool(flag),
        toml::Value::Datetime(time) => Value::String(match time {
            toml::value::Datetime {
                date: None,
                time: Some(time),
                offset: None,
            } if time.second.unwrap_or_default() == 0
                && time.nanosecond.unwrap_or_default() == 0 =>
            {
                format!("{:02}:{:02}", time.hour, time.minute)
            }
            other => other.to_string(),
        }),
        toml::Value::Array(items) => items.into_iter().map(value).collect(),
        toml::Value::Table(table) => object(table),
    }
}
