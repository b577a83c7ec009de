//! Parses request bodies by the models of messages-types, and reports errors in the API's form.

use messages_types::{DecodeError, Document, Rule, Submission, v0_1, v1};

use super::problem::{ListForm, Problem};

/// Parses the body of `POST /v1/messages`.
pub(crate) fn v1_message(body: &[u8]) -> Result<Submission, Problem> {
    let message = v1::Message::from_slice(body).map_err(|error| refuse_v1(&error))?;
    Ok(Submission::V1(message))
}

/// Parses the body of `PATCH /v1/messages/{uuid}`.
pub(crate) fn v1_update(body: &[u8]) -> Result<v1::Update, Problem> {
    v1::Update::from_slice(body).map_err(|error| refuse_v1(&error))
}

/// Parses the body of `POST /v0.1/messages` or `/beta/messages`.
pub(crate) fn v0_1_message(body: &[u8]) -> Result<Submission, Problem> {
    let message = v0_1::Message::from_slice(body);
    let message = message.map_err(|error| refuse_v0_1(&error, ListForm::Array))?;
    Ok(Submission::V0_1(message))
}

/// Parses the body of `POST /v0.1/dispatch` or `/beta/workflows`.
pub(crate) fn workflow(body: &[u8]) -> Result<Submission, Problem> {
    let workflow = v0_1::Workflow::from_slice(body);
    let workflow = workflow.map_err(|error| refuse_v0_1(&error, ListForm::Object))?;
    Ok(Submission::Workflow(workflow))
}

fn refuse_v1(error: &DecodeError) -> Problem {
    match invalid_json(error) {
        Some(detail) => Problem::invalid_json(detail),
        None => {
            let (invalid, missing_first) = invalid_parameters(error);
            Problem::invalid_v1(invalid, missing_first)
        }
    }
}

fn refuse_v0_1(error: &DecodeError, form: ListForm) -> Problem {
    match invalid_json(error) {
        Some(detail) => Problem::invalid_json_v0_1(detail),
        None => Problem::invalid_v0_1(invalid_parameters(error).0, form),
    }
}

/// The position at which a body stops being JSON, without the body.
fn invalid_json(error: &DecodeError) -> Option<String> {
    match error {
        DecodeError::Json(error) | DecodeError::LoneSurrogate(error) => Some(format!(
            "The body is not valid JSON: line {}, column {}",
            error.line(),
            error.column()
        )),
        _ => None,
    }
}

/// Name and reason of each invalid field, and whether the first error is a missing field.
fn invalid_parameters(error: &DecodeError) -> (Vec<(String, String)>, bool) {
    let DecodeError::Problems(problems) = error else {
        return (Vec::new(), false);
    };
    let first = problems.iter().next();
    let invalid = problems
        .iter()
        .map(|problem| (problem.parameter_name(), format!("{}.", problem.message())));
    (
        invalid.collect(),
        first.is_some_and(|problem| problem.rule() == Rule::Required),
    )
}
