//! What can be sent from a file: messages of both generations, and workflows, told apart by shape.

use messages_sdk::types::{DecodeError, Document, Problem, v0_1, v1};
use messages_sdk::{BetaPath, Client, Outbound, SendOptions};
use serde_json::Value;

use super::settled::Settled;

/// Something to send.
#[derive(Debug)]
pub(crate) enum Order {
    Message(Outbound),
    Workflow(v0_1::Workflow),
}

impl Order {
    /// Reads an order from its JSON.
    pub(crate) fn from_value(value: Value) -> Result<Self, Vec<Problem>> {
        let has = |name| value.get(name).is_some();
        if has("workflow") || has("template") {
            v0_1::Workflow::from_value(value).map(Self::Workflow)
        } else if has("channel")
            || has("message_type")
            || value.get("to").is_some_and(Value::is_string)
        {
            v1::Message::from_value(value).map(|message| Self::Message(Outbound::V1(message)))
        } else {
            v0_1::Message::from_value(value).map(|message| Self::Message(Outbound::V0_1(message)))
        }
        .map_err(problems)
    }

    /// The order's JSON, as it is posted.
    pub(crate) fn to_vec(&self) -> Vec<u8> {
        match self {
            Self::Message(message) => message.to_vec(),
            Self::Workflow(workflow) => workflow.to_vec(),
        }
    }

    /// Sends the order and tells how that ended.
    pub(crate) async fn send(self, client: &Client, index: u64, path: Path) -> Settled {
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
