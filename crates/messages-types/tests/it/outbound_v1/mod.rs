//! v1 messages: accepted documents, and the place and rule of each refusal.

mod combinations;
mod documents;
mod limits;
mod placement;
mod snapshots;
mod sweeps;
mod updates;

use messages_types::v1::Message;
use messages_types::{DecodeError, Document, Submission};
use serde_json::{Value, json};

use crate::outbound::{problems_of, put};

/// One document per kind of message, with all its fields.
pub(crate) fn complete_documents() -> Vec<Value> {
    // A sticker has either a URL or the other fields.
    let mut sticker = documents::named("whatsapp_sticker");
    put(&mut sticker, "/sticker", Some(json!({ "id": "4711" })));
    let documents = documents::all().into_iter().map(|full| full.document);
    documents.chain([sticker]).collect()
}

fn problems(document: &Value) -> Vec<String> {
    problems_of(document, Message::validate)
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
        // The problems are those reported by the message's own type.
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
