//! v0.1 messages and workflows: accepted documents, and the place and rule of each refusal.

mod documents;
mod limits;
mod snapshots;
mod sweeps;
mod workflows;

use messages_types::v0_1::{Message, Workflow};
use messages_types::{DecodeError, Document, Submission};
use serde_json::{Value, json};

use crate::outbound::{problems_of, put};

/// One document per kind of message, with all its fields in a workflow.
pub(crate) fn complete_documents() -> Vec<Value> {
    let documents = documents::all().into_iter();
    documents.map(|full| in_workflow(&full.document)).collect()
}

fn problems(document: &Value) -> Vec<String> {
    problems_of(document, Message::validate)
}

fn workflow_problems(document: &Value) -> Vec<String> {
    problems_of(document, Workflow::validate)
}

/// Returns a workflow of `step` and an SMS as its last step.
fn in_workflow(step: &Value) -> Value {
    let mut step = step.clone();
    step["failover"] = json!({ "expiry_time": 600, "condition_status": "read" });
    json!({ "template": "failover", "workflow": [step, documents::named("sms_text")] })
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
    // An incomplete workflow is checked as a workflow.
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
