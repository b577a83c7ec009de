//! v1 messages: what is accepted, and what is refused, where, and by which rule.

mod combinations;
mod documents;
mod limits;
mod placement;
mod snapshots;
mod sweeps;

use messages_types::v1::Message;
use messages_types::{DecodeError, Document, Submission};
use serde_json::Value;

/// The problems of a document, as `pointer rule`; none when it is accepted. What is accepted must
/// be valid, and equal when it is written again.
fn problems(document: &Value) -> Vec<String> {
    match Message::from_value(document.clone()) {
        Ok(message) => {
            assert!(message.validate().is_ok(), "{document}");
            let written: Value = serde_json::from_slice(&message.to_vec()).unwrap();
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

/// Puts `value` at `pointer`, or takes away what is there.
fn put(document: &mut Value, pointer: &str, value: Option<Value>) {
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

#[test]
fn a_submission_is_told_by_its_shape_and_judged_by_its_own_type() {
    let documents = documents::all();
    assert!(documents.len() > 30);
    for full in documents {
        let submission = Submission::from_value(full.document.clone()).unwrap();
        assert!(matches!(submission, Submission::V1(_)), "{}", full.name);
        let written: Value = serde_json::from_slice(&submission.to_vec()).unwrap();
        assert_eq!(written, full.document, "{}", full.name);
        // What is wrong is said as the message's own type says it.
        let mut broken = full.document;
        broken["to"] = Value::from(5);
        let said = |error: DecodeError| format!("{error:?}");
        assert_eq!(
            Submission::from_value(broken.clone())
                .map_err(said)
                .unwrap_err(),
            Message::from_value(broken).map_err(said).unwrap_err(),
        );
    }
}
