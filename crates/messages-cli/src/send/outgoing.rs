//! Documents that messages are sent from.

use messages_sdk::types::journey::Journey;
use messages_sdk::types::{Document, Kind, Submission};
use serde_json::Value;

use crate::finding::Finding;

/// A document that messages are sent from.
#[expect(
    clippy::large_enum_variant,
    reason = "almost every document is a submission"
)]
pub(crate) enum Outgoing {
    /// Posted as it is.
    Submission(Submission),
    /// Executed by the outbox.
    Journey(Journey),
}

impl Outgoing {
    /// Reads a document from the text of its JSON.
    pub(crate) fn from_slice(bytes: &[u8]) -> Result<Self, Vec<Finding>> {
        // Most documents are messages: others alone are read twice.
        Submission::from_slice(bytes)
            .map(Self::Submission)
            .or_else(|error| {
                let value: Option<Value> = serde_json::from_slice(bytes).ok();
                match value.filter(is_journey) {
                    Some(journey) => Self::from_value(journey),
                    None => Err(Finding::all_of(&error)),
                }
            })
    }

    /// Reads a document from its JSON.
    pub(crate) fn from_value(value: Value) -> Result<Self, Vec<Finding>> {
        let decoded = if is_journey(&value) {
            Journey::from_value(value).map(Self::Journey)
        } else {
            Submission::from_value(value).map(Self::Submission)
        };
        decoded.map_err(|error| Finding::all_of(&error))
    }

    /// The document that is posted as it is; a journey is not.
    pub(crate) fn into_submission(self) -> Result<Submission, Vec<Finding>> {
        match self {
            Self::Submission(submission) => Ok(submission),
            Self::Journey(_) => {
                let message =
                    "is a journey, which is not sent as it is: `messages outbox add` runs it";
                Err(vec![Finding::new("kind", message)])
            }
        }
    }
}

fn is_journey(value: &Value) -> bool {
    Kind::detect(value) == Ok(Kind::Journey)
}
