//! One thing to send, and how its sending ended: messages of both generations, and workflows.

pub(crate) mod batch;
pub(crate) mod compose;
mod dry_run;
mod report;

use std::time::SystemTime;

use messages_sdk::client::{BetaPath, Outbound};
use messages_sdk::types::{DecodeError, Document, Problem, Submission, v0_1, v1};
use messages_sdk::{Client, SendOptions};
use serde_json::Value;

use crate::finding::Finding;
pub(crate) use dry_run::dry_run;
pub(crate) use report::SendReport;

/// Something to send.
#[derive(Debug)]
pub(crate) enum Outgoing {
    Message(Outbound),
    Workflow(v0_1::Workflow),
}

impl Outgoing {
    /// Reads an order from the text of its JSON.
    pub(crate) fn from_slice(bytes: &[u8]) -> Result<Self, Vec<Finding>> {
        Self::of(Submission::from_slice(bytes))
    }

    /// Reads an order from its JSON.
    pub(crate) fn from_value(value: Value) -> Result<Self, Vec<Finding>> {
        Self::of(Submission::from_value(value))
    }

    fn of(submission: Result<Submission, DecodeError>) -> Result<Self, Vec<Finding>> {
        match submission.map_err(|error| Finding::all_of(&error))? {
            Submission::V1(message) => Ok(Self::Message(message.into())),
            Submission::V0_1(message) => Ok(Self::Message(message.into())),
            Submission::Workflow(workflow) => Ok(Self::Workflow(workflow)),
            _ => Err(vec![Finding::new(
                "kind",
                "is not a message or workflow that can be sent",
            )]),
        }
    }

    /// The order's JSON, as it is posted.
    pub(crate) fn to_vec(&self) -> Vec<u8> {
        match self {
            Self::Message(message) => message.to_vec(),
            Self::Workflow(workflow) => workflow.to_vec(),
        }
    }

    /// Fails if the path belongs to another generation than the document: the API would misread it.
    pub(crate) fn fits(&self, path: Path) -> Result<(), Finding> {
        match self {
            Self::Message(Outbound::V1(_)) if path == Path::Beta => Err(Finding::new(
                "path",
                "is a v1 message, and the path beta is one of v0.1",
            )),
            _ => Ok(()),
        }
    }

    /// The message's own client reference.
    pub(crate) fn client_ref(&self) -> Option<&str> {
        match self {
            Self::Message(Outbound::V1(message)) => message
                .primary
                .envelope()
                .client_ref
                .as_ref()
                .map(v1::ClientRef::as_str),
            Self::Message(Outbound::V0_1(message)) => {
                message.client_ref().map(v0_1::ClientRef::as_str)
            }
            Self::Workflow(workflow) => {
                let reference = workflow.messages().next()?.client_ref()?;
                Some(reference.as_str())
            }
            Self::Message(_) => None,
        }
    }

    /// Sends the document, under the given client reference unless it has its own, and returns the report.
    pub(crate) async fn send(
        self,
        client: &Client,
        index: u64,
        path: Path,
        client_ref: Option<&str>,
    ) -> SendReport {
        if let Err(finding) = self.fits(path) {
            return SendReport::refused(index, None, vec![finding]);
        }
        let options = match client_ref {
            Some(reference) => SendOptions::new().client_ref(reference),
            None => SendOptions::new(),
        };
        match self {
            Self::Message(message) => {
                let options = match path {
                    Path::Current => options,
                    Path::Beta => options.beta(BetaPath::Messages),
                };
                match client.send_with(message, options).await {
                    Ok(accepted) => SendReport::accepted(index, accepted),
                    Err(error) => SendReport::failed(index, &error),
                }
            }
            Self::Workflow(workflow) => {
                let options = match path {
                    Path::Current => options,
                    Path::Beta => options.beta(BetaPath::Workflows),
                };
                match client.create_workflow_with(&workflow, options).await {
                    Ok(accepted) => SendReport::workflow_accepted(index, accepted),
                    Err(error) => SendReport::failed(index, &error),
                }
            }
        }
    }
}

/// Which of an API's paths to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Path {
    #[default]
    Current,
    /// That of 2018.
    Beta,
}

/// The problems of a document that could not be decoded.
pub(crate) fn problems(error: DecodeError) -> Vec<Problem> {
    match error {
        DecodeError::Problems(problems) => problems.as_slice().to_vec(),
        // A document made of values is JSON already.
        _ => Vec::new(),
    }
}

/// The argument of `--client-ref` that switches references off.
pub(crate) const NO_CLIENT_REF: &str = "none";

/// The reference that `--client-ref` asks for.
pub(crate) fn client_ref_or_minted(argument: Option<&str>) -> Option<String> {
    match argument {
        Some(NO_CLIENT_REF) => None,
        Some(reference) => Some(reference.to_owned()),
        None => Some(mint_client_ref()),
    }
}

/// A client reference for a message that has none: a UUID of version 7, which fits both generations.
pub(crate) fn mint_client_ref() -> String {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let millis = since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    });
    let mut random = [0; 10];
    fastrand::fill(&mut random);
    uuid::Builder::from_unix_timestamp_millis(millis, &random)
        .into_uuid()
        .to_string()
}
