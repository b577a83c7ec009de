//! One thing to send, and how its sending ended: messages of both generations, and workflows.

mod dry_run;
mod settled;

use messages_sdk::types::{DecodeError, Document, Problem, Submission, v0_1};
use messages_sdk::{BetaPath, Client, Outbound, SendOptions};
use serde_json::Value;

use crate::finding::Finding;
pub(crate) use dry_run::dry_run;
pub(crate) use settled::Settled;

/// Something to send.
#[derive(Debug)]
pub(crate) enum Order {
    Message(Outbound),
    Workflow(v0_1::Workflow),
}

impl Order {
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
            _ => Err(vec![Finding::new("kind", "is of a kind that is not sent")]),
        }
    }

    /// The order's JSON, as it is posted.
    pub(crate) fn to_vec(&self) -> Vec<u8> {
        match self {
            Self::Message(message) => message.to_vec(),
            Self::Workflow(workflow) => workflow.to_vec(),
        }
    }

    /// Refuses a path that is none of the order's generation: what is posted there would be taken for something else.
    pub(crate) fn fits(&self, path: Path) -> Result<(), Finding> {
        match self {
            Self::Message(Outbound::V1(_)) if path == Path::Beta => Err(Finding::new(
                "path",
                "is a v1 message, and the path beta is one of v0.1",
            )),
            _ => Ok(()),
        }
    }

    /// Sends the order and tells how that ended.
    pub(crate) async fn send(self, client: &Client, index: u64, path: Path) -> Settled {
        if let Err(finding) = self.fits(path) {
            return Settled::refused(index, None, vec![finding]);
        }
        match self {
            Self::Message(message) => {
                let options = match path {
                    Path::Current => SendOptions::new(),
                    Path::Beta => SendOptions::new().beta(BetaPath::Messages),
                };
                match client.send_with(message, options).await {
                    Ok(accepted) => Settled::accepted(index, accepted),
                    Err(error) => Settled::failed(index, &error),
                }
            }
            Self::Workflow(workflow) => {
                let options = match path {
                    Path::Current => SendOptions::new(),
                    Path::Beta => SendOptions::new().beta(BetaPath::Workflows),
                };
                match client.create_workflow_with(&workflow, options).await {
                    Ok(accepted) => Settled::workflow_accepted(index, accepted),
                    Err(error) => Settled::failed(index, &error),
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
