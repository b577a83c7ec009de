//! v0.1 messages and workflows: what is accepted, and what is refused, where, and by which rule.

mod documents;
mod limits;
mod snapshots;
mod sweeps;
mod workflows;

use messages_types::v0_1::{Message, Workflow};
use messages_types::{DecodeError, Document, Problems, Submission};
use serde_json::{Value, json};

/// The problems of a document, as `pointer rule`; none when it is accepted. What is accepted must
/// be valid, and equal when it is written again.
fn problems_of<T: Document>(
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

fn problems(document: &Value) -> Vec<String> {
    problems_of(document, Message::validate)
}

fn workflow_problems(document: &Value) -> Vec<String> {
    problems_of(document, Workflow::validate)
}

/// `step` as the first step of a workflow, and an SMS behind it.
fn in_workflow(step: &Value) -> Value {
    let mut step = step.clone();
    step["failover"] = json!({ "expiry_time": 600, "condition_status": "read" });
    json!({ "template": "failover", "workflow": [step, documents::named("sms_text")] })
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
fn a_submission_is_told_by_its_shape() {
    for full in documents::all() {
        let submission = Submission::from_value(full.document.clone()).unwrap();
        assert!(matches!(submission, Submission::V0_1(_)), "{}", full.name);
        let workflow = json!({"template": "failover", "workflow": [
            {"from": full.document["from"], "to": full.document["to"], "message": full.document["message"],
             "failover": {"expiry_time": 600, "condition_status": "delivered"}},
            full.document,
        ]});
        let bytes = workflow.to_string().into_bytes();
        let submission = Submission::from_slice(&bytes).unwrap();
        assert!(
            matches!(submission, Submission::Workflow(_)),
            "{}",
            full.name
        );
        let written: Value = serde_json::from_slice(&submission.to_vec()).unwrap();
        assert_eq!(written, workflow);
    }
    // The beginning of a workflow is judged as one.
    for (document, at) in [
        (json!({"template": "failover"}), "/workflow required"),
        (json!({"workflow": []}), "/template required"),
        (
            json!({"workflow": 5, "template": "failover"}),
            "/workflow type",
        ),
    ] {
        let Err(DecodeError::Problems(problems)) = Submission::from_value(document) else {
            panic!("not refused")
        };
        let found: Vec<_> = problems
            .iter()
            .map(|problem| format!("{} {}", problem.pointer(), problem.rule()))
            .collect();
        assert!(found.iter().any(|found| found == at), "{found:?}");
    }
}
