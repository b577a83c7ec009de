//! Definitions: the documents that are run.

use std::borrow::Cow;
use std::fmt;

use messages_sdk::types::journey::Journey;
use messages_sdk::types::upgrade::Loss;
use messages_sdk::types::{DecodeError, Document, Problems, v0_1};
use serde::Deserialize;

use super::Plan;
use crate::digest::Digest;

/// Document that is run. A run stores the one it began with.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Definition {
    /// Workflow of the first generation, executed over the second.
    Workflow(Box<v0_1::Workflow>),
    /// Journey.
    Journey(Box<Journey>),
}

impl Definition {
    /// Reads a document: a journey if it names that template, else a workflow.
    ///
    /// # Errors
    ///
    /// [`DefinitionError::Decode`] with all problems.
    pub fn from_slice(document: &[u8]) -> Result<Self, DefinitionError> {
        let decoded = match Kind::of_slice(document) {
            Kind::Journey => Journey::from_slice(document).map(Self::from),
            Kind::Workflow => v0_1::Workflow::from_slice(document).map(Self::from),
        };
        decoded.map_err(DefinitionError::Decode)
    }

    /// The document as JSON.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        match self {
            Self::Workflow(workflow) => workflow.to_vec(),
            Self::Journey(journey) => journey.to_vec(),
        }
    }

    /// Digest of the document, apart from the digest of a message with the same content.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let document = serde_json::from_slice(&self.to_vec()).unwrap_or_default();
        Digest::of_definition(&document)
    }

    /// The document in the form in which it is executed.
    ///
    /// # Errors
    ///
    /// [`DefinitionError`] if it cannot be executed.
    pub fn plan(&self) -> Result<Plan, DefinitionError> {
        match self {
            Self::Workflow(workflow) => Plan::of_workflow(workflow),
            Self::Journey(journey) => Plan::of_journey(journey),
        }
    }

    /// Parts of the document that its execution does not follow.
    #[must_use]
    pub fn losses(&self) -> Vec<Loss> {
        match self {
            Self::Workflow(workflow) => {
                let mut losses = v0_1::Workflow::clone(workflow).upgrade().losses;
                // Of a message with a `failover` list alone: a run follows both.
                losses.retain(|loss| {
                    let pointer = loss.pointer();
                    let is_condition = pointer.ends_with("/failover/expiry_time")
                        || pointer.ends_with("/failover/condition_status");
                    !is_condition
                });
                losses
            }
            Self::Journey(_) => Vec::new(),
        }
    }

    /// Checks the rules that fields have in common.
    ///
    /// # Errors
    ///
    /// [`DefinitionError::Invalid`] with all problems.
    pub fn validate(&self) -> Result<(), DefinitionError> {
        match self {
            Self::Workflow(workflow) => workflow.validate(),
            Self::Journey(journey) => journey.validate(),
        }
        .map_err(DefinitionError::Invalid)
    }
}

impl From<v0_1::Workflow> for Definition {
    fn from(workflow: v0_1::Workflow) -> Self {
        Self::Workflow(Box::new(workflow))
    }
}

impl From<Journey> for Definition {
    fn from(journey: Journey) -> Self {
        Self::Journey(Box::new(journey))
    }
}

/// Template of a document.
enum Kind {
    Workflow,
    Journey,
}

impl Kind {
    fn of_slice(document: &[u8]) -> Self {
        #[derive(Deserialize)]
        struct Head<'a> {
            #[serde(borrow)]
            template: Cow<'a, str>,
        }
        match serde_json::from_slice(document) {
            Ok(Head { template }) if template.starts_with("journey/") => Self::Journey,
            _ => Self::Workflow,
        }
    }
}

impl fmt::Debug for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Workflow(_) => "Workflow",
            Self::Journey(_) => "Journey",
        })
    }
}

/// A document that cannot be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DefinitionError {
    /// It cannot be read.
    #[error("the document cannot be read")]
    Decode(#[source] DecodeError),
    /// It breaks rules.
    #[error("the document is invalid")]
    Invalid(#[source] Problems),
    /// No message has an equivalent in v1.
    #[error("no message of the document has an equivalent in v1")]
    NoMessage,
    /// A step has a window, and the time zone of its recipient is unknown.
    #[error(
        "step {step} has a window, and the recipient's time zone is unknown: name it in `zone`, with an IANA name"
    )]
    ZoneUnknown {
        /// Index of the step.
        step: usize,
    },
    /// It has more than 255 messages.
    #[error("the document has more than {} messages", Plan::MESSAGES_MAX)]
    TooManyMessages,
}
