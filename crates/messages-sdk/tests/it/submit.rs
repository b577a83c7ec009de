//! Submissions of every kind: the path, the references and the result of each.

use std::sync::Arc;

use messages_sdk::outcome::Submitted;
use messages_sdk::transport::bytes::Bytes;
use messages_sdk::transport::http::Request;
use messages_sdk::transport::testing::{Recorder, ScriptedTransport};
use messages_sdk::types::v0_1::{self, Condition, Workflow};
use messages_sdk::types::{Submission, v1};
use messages_sdk::{Error, Outcome, SendOptions};
use serde_json::Value;

use crate::support::{client, sms, taken};

fn v0_1_sms() -> v0_1::Sms {
    v0_1::Sms::text("447700900001", "447700900000", "Hello").unwrap()
}

fn workflow() -> Workflow {
    let viber = v0_1::Viber::text("ExampleShop", "447700900000", "Hello").unwrap();
    Workflow::starting_with(viber.expecting(Condition::Read, 600).unwrap()).ending_with(v0_1_sms())
}

fn with_failover() -> v1::Message {
    v1::Message::from(sms()).failover([sms()])
}

/// Submits over a transport that accepts, and returns the request with the result.
async fn submit(
    submission: impl Into<Submission>,
    options: SendOptions,
) -> (Request<Bytes>, Result<Submitted, Error>) {
    let script = ScriptedTransport::from_fn(|request| {
        let response = match request.uri().path() {
            "/v0.1/dispatch" => taken().map(|_| r#"{"dispatch_uuid":"flow"}"#.into()),
            "/beta/workflows" => taken().map(|_| r#"{"workflow_uuid":"flow"}"#.into()),
            _ => taken(),
        };
        async { Ok(response) }
    });
    let recorder = Arc::new(Recorder::new(script));
    let result = client(&recorder).submit_with(submission, options).await;
    (recorder.requests().pop().unwrap_or_default(), result)
}

/// The client references of a request, in the order of its messages.
fn references(request: &Request<Bytes>) -> Vec<String> {
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    let steps = body["workflow"].as_array().cloned();
    let mut messages = steps.unwrap_or_else(|| vec![body.clone()]);
    messages.extend(body["failover"].as_array().cloned().unwrap_or_default());
    let reference = |message: &Value| message["client_ref"].as_str().unwrap_or("none").to_owned();
    messages.iter().map(reference).collect()
}

#[tokio::test]
async fn each_kind_goes_to_its_own_path_and_returns_its_own_id() {
    let submissions: [(Submission, &str, Option<&str>); 3] = [
        (sms().into(), "/v1/messages", None),
        (v0_1_sms().into(), "/v0.1/messages", Some("/beta/messages")),
        (workflow().into(), "/v0.1/dispatch", Some("/beta/workflows")),
    ];
    for (submission, path, beta) in submissions {
        let (request, result) = submit(&submission, SendOptions::new()).await;
        assert_eq!(request.uri().path(), path);
        let submitted = result.unwrap();
        let is_workflow = matches!(submission, Submission::Workflow(_));
        assert_eq!(submitted.id() == "flow", is_workflow, "{path}");
        assert_eq!(submitted.workflow_id().is_some(), is_workflow, "{path}");
        assert_eq!(submitted.message_uuid().is_none(), is_workflow, "{path}");
        assert_eq!(submitted.report().status.unwrap(), 202);

        let (request, result) = submit(&submission, SendOptions::new().beta()).await;
        match beta {
            Some(beta) => {
                assert_eq!(request.uri().path(), beta);
                assert_eq!(result.unwrap().id() == "flow", is_workflow, "{beta}");
            }
            None => {
                let error = result.unwrap_err();
                assert_eq!(error.outcome(), Outcome::Invalid);
                assert_eq!(error.problems().len(), 1);
            }
        }
    }
}

#[tokio::test]
async fn every_message_of_a_submission_gets_the_reference() {
    let options = || SendOptions::new().client_ref("order-17");
    let submissions: [(Submission, usize); 4] = [
        (sms().into(), 1),
        (with_failover().into(), 2),
        (v0_1_sms().into(), 1),
        (workflow().into(), 2),
    ];
    for (submission, messages) in submissions {
        let (request, result) = submit(&submission, options()).await;
        assert_eq!(references(&request), vec!["order-17"; messages]);
        let report = result.unwrap().report().clone();
        assert_eq!(report.client_ref.as_deref(), Some("order-17"));

        // The first message's own reference names the whole submission.
        let mut own = submission;
        own.set_missing_client_refs("own").unwrap();
        let (request, result) = submit(own, options()).await;
        assert_eq!(references(&request), vec!["own"; messages]);
        let report = result.unwrap().report().clone();
        assert_eq!(report.client_ref.as_deref(), Some("own"));
    }
}

#[tokio::test]
async fn a_reference_that_is_too_long_is_refused_with_its_place() {
    let submissions: [(Submission, usize, &str); 3] = [
        (sms().into(), 100, "/client_ref"),
        (v0_1_sms().into(), 40, "/client_ref"),
        (workflow().into(), 40, "/workflow/0/client_ref"),
    ];
    for (submission, longest, pointer) in submissions {
        let options = |length| SendOptions::new().client_ref("r".repeat(length));
        let (_, result) = submit(&submission, options(longest)).await;
        assert!(result.is_ok(), "{pointer}");
        let (_, result) = submit(&submission, options(longest + 1)).await;
        let error = result.unwrap_err();
        assert_eq!(error.problems()[0].pointer(), pointer);
    }
}
