//! A broken rule, as `check` and the settled lines of a file tell it.

use messages_sdk::types::{DecodeError, Problem};
use serde::Serialize;

use crate::output::Line;

/// A broken rule.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Finding {
    pointer: String,
    rule: &'static str,
    message: String,
}

impl From<&Problem> for Finding {
    fn from(problem: &Problem) -> Self {
        Self {
            pointer: problem.pointer().to_owned(),
            rule: problem.rule().name(),
            message: problem.message().to_owned(),
        }
    }
}

impl Finding {
    pub(crate) fn new(rule: &'static str, message: impl Into<String>) -> Self {
        Self {
            pointer: String::new(),
            rule,
            message: message.into(),
        }
    }

    /// Why a document could not be read.
    pub(crate) fn all_of(error: &DecodeError) -> Vec<Self> {
        match error {
            DecodeError::Problems(problems) => problems.iter().map(Self::from).collect(),
            DecodeError::Json(error) => vec![Self::not_json(error)],
            other => vec![Self::new("format", other.to_string())],
        }
    }

    pub(crate) fn not_json(error: &serde_json::Error) -> Self {
        Self::new("json", format!("is not JSON: {error}"))
    }

    pub(crate) fn line(&self) -> Line {
        let place = if self.pointer.is_empty() {
            "the document"
        } else {
            &self.pointer
        };
        let line = Line::new().plain("  ").strong(place).plain(" ");
        line.plain(&self.message).dim(format!(" ({})", self.rule))
    }
}
