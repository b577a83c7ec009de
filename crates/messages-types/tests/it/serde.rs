//! The models as parts of user-defined types, through plain serde.

use messages_types::v1::viber::{Action, Category};
use messages_types::v1::{self, Sms, Viber};
use messages_types::{Problem, WebhookEvent, v0_1};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{outbound_v0_1, outbound_v1};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Job {
    id: u64,
    message: v1::Message,
    also: Vec<Sms>,
    viber: Action,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Flattened {
    id: u64,
    #[serde(flatten)]
    message: v1::Message,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case")]
enum Task {
    Send {
        message: Box<v0_1::Message>,
    },
    Run {
        workflow: Box<v0_1::Workflow>,
    },
    Viber {
        content: Box<v1::viber::Content>,
        category: Category,
    },
    Received {
        event: Box<WebhookEvent>,
    },
}

fn sms() -> Value {
    json!({
        "channel": "sms", "message_type": "text", "from": "Shop", "to": "447700900000", "text": "Hello", "colour": "red"
    })
}

fn round_trip<T: Serialize + for<'de> Deserialize<'de>>(document: &Value) {
    let text = document.to_string();
    let read: T = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), *document);
    let from_value: T = serde_json::from_value(document.clone()).unwrap();
    assert_eq!(serde_json::to_value(&from_value).unwrap(), *document);
}

#[test]
fn a_job_with_models_comes_back_as_it_was() {
    round_trip::<Job>(&json!({
        "id": 7,
        "message": sms(),
        "also": [sms(), sms()],
        "viber": { "url": "https://example.com", "text": "Look" },
    }));
}

#[test]
fn a_message_can_be_flattened_into_a_record() {
    let mut record = sms();
    record["id"] = json!(7);
    record["failover"] = json!([sms()]);
    round_trip::<Flattened>(&record);
}

#[test]
fn models_stand_in_the_variants_of_an_enum() {
    let message = json!({
        "from": { "type": "sms", "number": "Shop" },
        "to": { "type": "sms", "number": "447700900000" },
        "message": { "content": { "type": "text", "text": "Hello", "colour": "red" } },
    });
    for task in [
        json!({ "task": "send", "message": message }),
        json!({ "task": "viber", "category": "promotion", "content": { "message_type": "text", "text": "Hi" } }),
        json!({ "task": "received", "event": { "anything": [1, null] } }),
        json!({ "task": "run", "workflow": { "template": "failover", "workflow": [message] } }),
    ] {
        round_trip::<Task>(&task);
    }
}

#[test]
fn every_complete_document_passes_through_serde() {
    for document in outbound_v1::complete_documents() {
        round_trip::<v1::Message>(&document);
        round_trip::<v1::ChannelMessage>(&document);
    }
    for document in outbound_v0_1::complete_documents() {
        if document.get("workflow").is_some() {
            round_trip::<v0_1::Workflow>(&document);
        } else {
            round_trip::<v0_1::Message>(&document);
        }
    }
}

#[test]
fn the_error_names_every_problem_with_its_pointer() {
    let mut wrong = sms();
    wrong["to"] = json!("+447700900999");
    wrong["ttl"] = json!(1);
    wrong["text"] = Value::Null;
    let job = json!({ "id": 1, "message": wrong, "also": [], "viber": { "url": "https://example.com", "text": "a" } });
    let error = serde_json::from_value::<Job>(job).unwrap_err().to_string();
    for pointer in ["/to ", "/ttl ", "/text "] {
        assert!(error.contains(pointer), "{error}");
    }
    assert!(!error.contains("447700900999"), "{error}");
    let error = serde_json::from_str::<Action>(r#"{"text":7}"#)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("/url ") && error.contains("/text "),
        "{error}"
    );
}

#[test]
fn content_alone_has_no_place_for_unknown_fields() {
    let known = json!({ "message_type": "text", "text": "Hi" });
    round_trip::<v1::viber::Content>(&known);
    let unknown = json!({ "message_type": "text", "text": "Hi", "colour": "red" });
    let error = serde_json::from_value::<v1::viber::Content>(unknown)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("/colour is not a field of this object"),
        "{error}"
    );
}

#[test]
fn a_problem_is_written_as_an_object() {
    let viber = Viber::text("", "447700900000", "Hi").unwrap_err();
    let problem: &Problem = viber.iter().next().unwrap();
    assert_eq!(
        serde_json::to_value(problem).unwrap(),
        json!({ "pointer": "/from", "rule": "min_length", "message": problem.message() }),
    );
}
