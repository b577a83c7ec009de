//! Helpers for the tests of outbound documents of both generations.

use messages_types::{DecodeError, Document, Problems};
use serde_json::Value;

/// Returns the problems of a document, as `pointer rule`; none if it is accepted. An accepted document must
/// be valid, and its encoding equal to it.
pub(crate) fn problems_of<T: Document>(
    document: &Value,
    validate: impl Fn(&T) -> Result<(), Problems>,
) -> Vec<String> {
    match T::from_value(document.clone()) {
        Ok(decoded) => {
            assert!(validate(&decoded).is_ok(), "{document}");
            let written: Value = serde_json::from_slice(&decoded.to_vec()).unwrap();
            assert_eq!(&written, document);
            Vec::new()
        }
        Err(DecodeError::Problems(problems)) => problems
            .iter()
            .map(|problem| format!("{} {}", problem.pointer(), problem.rule()))
            .collect(),
        Err(other) => panic!("{other:?}"),
    }
}

/// Sets the value at `pointer`, or removes it.
pub(crate) fn put(document: &mut Value, pointer: &str, value: Option<Value>) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = document
        .pointer_mut(parent)
        .unwrap_or_else(|| panic!("no place {pointer}"));
    match (parent, value) {
        (Value::Object(members), Some(value)) => {
            members.insert(key.to_owned(), value);
        }
        (Value::Object(members), None) => {
            members
                .remove(key)
                .unwrap_or_else(|| panic!("no member {pointer}"));
        }
        (Value::Array(items), Some(value)) => items[key.parse::<usize>().unwrap()] = value,
        _ => panic!("no place {pointer}"),
    }
}
