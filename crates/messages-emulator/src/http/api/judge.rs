//! Validates request bodies by the models of messages-types, and reports errors in the API's form.

use std::time::Duration;

use messages_types::{DecodeError, Document, Rule, v0_1, v1};
use serde_json::{Map, Value};

use super::problem::{ListForm, Problem};
use crate::state::status::Status;
use crate::state::{Condition, Draft, Submission, Update, UuidField};

/// Reads the body of `POST /v1/messages`.
pub(crate) fn v1_message(body: &[u8]) -> Result<Submission, Problem> {
    let value = json(body).map_err(Problem::invalid_json)?;
    let message = object(&value).ok_or_else(|| refuse_v1(&not_an_object()))?;
    v1::Message::from_value(value.clone()).map_err(|error| refuse_v1(&found(&error)))?;
    let draft = |message: &Map<String, Value>| {
        // Valid, and still not understood: a channel that is new to the models.
        Draft::from_v1(message).ok_or_else(|| refuse_v1(&not_understood("channel")))
    };
    let first = draft(message)?;
    match message.get("failover").and_then(Value::as_array) {
        None => Ok(Submission::Single(first)),
        Some(others) => {
            let others = others.iter().filter_map(Value::as_object).map(draft);
            let drafts = std::iter::once(Ok(first)).chain(others);
            Ok(Submission::Failover(drafts.collect::<Result<_, _>>()?))
        }
    }
}

/// Reads the body of `PATCH /v1/messages/{uuid}`.
pub(crate) fn v1_update(body: &[u8]) -> Result<Update, Problem> {
    let value = json(body).map_err(Problem::invalid_json)?;
    v1::Update::from_value(value.clone()).map_err(|error| refuse_v1(&found(&error)))?;
    Ok(match value.get("status").and_then(Value::as_str) {
        Some("revoked") => Update::Revoke,
        _ => Update::Read {
            typing: value
                .get("replying_indicator")
                .and_then(|indicator| indicator.get("show")?.as_bool())
                .unwrap_or(false),
        },
    })
}

/// Reads the body of `POST /v0.1/messages` or `/beta/messages`.
pub(crate) fn v0_1_message(body: &[u8]) -> Result<Submission, Problem> {
    let refuse = |found: &Found| Problem::invalid_v0_1(found.invalid.clone(), ListForm::Array);
    let value = json(body).map_err(Problem::invalid_json_v0_1)?;
    let message = object(&value).ok_or_else(|| refuse(&not_an_object()))?;
    v0_1::Message::from_value(value.clone()).map_err(|error| refuse(&found(&error)))?;
    Draft::from_v0_1(message)
        .map(Submission::Single)
        .ok_or_else(|| refuse(&not_understood("to.type")))
}

/// Reads the body of `POST /v0.1/dispatch` or `/beta/workflows`, whose answer has the uuid as `field`.
pub(crate) fn workflow(body: &[u8], field: UuidField) -> Result<Submission, Problem> {
    let refuse = |found: &Found| Problem::invalid_v0_1(found.invalid.clone(), ListForm::Object);
    let value = json(body).map_err(Problem::invalid_json_v0_1)?;
    v0_1::Workflow::from_value(value.clone()).map_err(|error| refuse(&found(&error)))?;
    let steps = value
        .get("workflow")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let steps = steps.iter().map(|step| {
        let draft = step.as_object().and_then(Draft::from_v0_1)?;
        Some((draft, step.get("failover").and_then(condition)))
    });
    steps
        .collect::<Option<_>>()
        .map(|steps| Submission::Workflow { field, steps })
        .ok_or_else(|| refuse(&not_understood("workflow")))
}

fn condition(failover: &Value) -> Option<Condition> {
    Some(Condition {
        within: Duration::from_secs(failover.get("expiry_time")?.as_u64()?),
        status: match failover.get("condition_status")?.as_str()? {
            "read" => Status::Read,
            _ => Status::Delivered,
        },
    })
}

/// The errors of a document.
struct Found {
    invalid: Vec<(String, String)>,
    /// The first error is a missing field.
    missing_first: bool,
}

fn found(error: &DecodeError) -> Found {
    let DecodeError::Problems(problems) = error else {
        return not_an_object();
    };
    let first = problems.iter().next();
    Found {
        missing_first: first.is_some_and(|problem| problem.rule() == Rule::Required),
        invalid: problems
            .iter()
            .map(|problem| (problem.parameter_name(), format!("{}.", problem.message())))
            .collect(),
    }
}

fn not_an_object() -> Found {
    Found {
        invalid: vec![(String::new(), "must be an object.".to_owned())],
        missing_first: true,
    }
}

fn not_understood(name: &str) -> Found {
    Found {
        invalid: vec![(name.to_owned(), "is not supported here.".to_owned())],
        missing_first: false,
    }
}

fn refuse_v1(found: &Found) -> Problem {
    Problem::invalid_v1(found.invalid.clone(), found.missing_first)
}

/// The error says where the JSON ends to be one, and never shows it.
fn json(body: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(body).map_err(|error| {
        format!(
            "The body is not valid JSON: line {}, column {}",
            error.line(),
            error.column()
        )
    })
}

fn object(value: &Value) -> Option<&Map<String, Value>> {
    value.as_object()
}
