//! Checks of a document of a given kind.

use serde::Serialize;
use serde_json::Value;

use super::Kind;
use crate::error::{Invalid, Problem, Rule};
use crate::journey::Journey;
use crate::wire::{Context, Decode, Json, Mode, to_value};
use crate::{ErrorObject, v0_1, v1};

/// Result of checking a document of a given kind. All of it is content of the document: no
/// `Debug` shows it.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Checked {
    /// `true` if it breaks no rule. A document sent by the API is valid if it is an object.
    pub valid: bool,
    /// All broken rules.
    pub problems: Vec<Problem>,
    /// JSON pointers to the fields that no description of the API contains. They make nothing
    /// invalid, and are sent as they are.
    pub unknown: Vec<String>,
    /// The document after decoding and encoding; for an invalid one, the document itself.
    pub value: Value,
}

impl std::fmt::Debug for Checked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Checked")
            .field("valid", &self.valid)
            .field("problems", &self.problems)
            .field("unknown", &self.unknown.len())
            .finish_non_exhaustive()
    }
}

impl Kind {
    /// Decodes a document as this kind, checks it, and encodes it again.
    #[must_use]
    pub fn check(self, document: Value) -> Checked {
        match self {
            Self::V1Message => sent::<v1::Message>(document),
            Self::V1Update => sent::<v1::Update>(document),
            Self::V0_1Message => sent::<v0_1::Message>(document),
            Self::V0_1Workflow => sent::<v0_1::Workflow>(document),
            Self::Journey => sent::<Journey>(document),
            Self::V1Error => received::<ErrorObject>(document),
            Self::V1Status => received::<v1::MessageStatus>(document),
            Self::V1Inbound => received::<v1::Inbound>(document),
            Self::V0_1Status => received::<v0_1::MessageStatus>(document),
            Self::V0_1Inbound => received::<v0_1::Inbound>(document),
            Self::V0_1Report => received::<v0_1::WorkflowReport>(document),
            Self::V1Response | Self::V0_1Response => {
                if super::detect::is_workflow_response(&document) {
                    received::<v0_1::WorkflowAccepted>(document)
                } else {
                    // The v0.1 response is this one without `workflow_id`.
                    received::<v1::Accepted>(document)
                }
            }
        }
    }
}

/// Checks a document sent to the API, or a journey: it must not break any rule.
fn sent<T: Decode + Serialize>(document: Value) -> Checked {
    let mut cx = Context::new(Mode::Strict).listing_unknown();
    let decoded = T::decode(Json::from(&document), &mut cx).map_err(drop);
    let (mut problems, unknown) = cx.into_findings();
    if decoded.is_err() && problems.is_empty() {
        let unfit = Invalid::new(Rule::Format, "is not a document of this kind");
        problems.push(unfit.at(""));
    }
    let value = match decoded {
        Ok(model) if problems.is_empty() => to_value(model),
        _ => document,
    };
    Checked {
        valid: problems.is_empty(),
        problems,
        unknown,
        value,
    }
}

/// Checks a document sent by the API: every object is accepted.
fn received<T: Decode + Serialize>(document: Value) -> Checked {
    if !document.is_object() {
        let unfit = Invalid::new(Rule::Type, "must be an object");
        return Checked {
            valid: false,
            problems: vec![unfit.at("")],
            unknown: Vec::new(),
            value: document,
        };
    }
    let mut cx = Context::new(Mode::Open).listing_unknown();
    let value = T::decode(document.into(), &mut cx).map_or_else(Value::from, to_value);
    let (problems, unknown) = cx.into_findings();
    Checked {
        valid: problems.is_empty(),
        problems,
        unknown,
        value,
    }
}
