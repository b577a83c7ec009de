//! A broken rule, as `check` and batches report it.

use messages_sdk::types::{DecodeError, DetectError, Problem};
use serde::Serialize;

use crate::io::input::EncodingError;
use crate::io::output::Line;

/// A broken rule.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Finding {
    pub(crate) pointer: String,
    /// The column of a table that the value came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) column: Option<String>,
    /// Human-readable place, where it is not the pointer: an option, or a row.
    #[serde(skip)]
    pub(crate) place: Option<String>,
    rule: &'static str,
    message: String,
}

impl From<&Problem> for Finding {
    fn from(problem: &Problem) -> Self {
        Self {
            pointer: problem.pointer().to_owned(),
            column: None,
            place: None,
            rule: problem.rule().name(),
            message: problem.message().to_owned(),
        }
    }
}

impl Finding {
    pub(crate) fn new(rule: &'static str, message: impl Into<String>) -> Self {
        Self {
            pointer: String::new(),
            column: None,
            place: None,
            rule,
            message: message.into(),
        }
    }

    /// The errors of a document that could not be read.
    pub(crate) fn all_of(error: &DecodeError) -> Vec<Self> {
        match error {
            DecodeError::Problems(problems) => problems.iter().map(Self::from).collect(),
            DecodeError::Json(error) | DecodeError::LoneSurrogate(error) => {
                vec![Self::not_json(error)]
            }
            other => vec![Self::new("format", other.to_string())],
        }
    }

    pub(crate) fn not_json(error: &serde_json::Error) -> Self {
        let said = error.to_string();
        // The parser speaks of "code points", which misleads users to their emoji.
        if said.starts_with("invalid unicode code point at") {
            return Self::new("encoding", "is not valid UTF-8: save it as UTF-8");
        }
        if said.starts_with("lone leading surrogate")
            || said.starts_with("unexpected end of hex escape")
        {
            let place = format!("at line {} column {}", error.line(), error.column());
            let half = "has half of a character, an escape such as \\ud83d without its other half";
            return Self::new("json", format!("{half}, {place}"));
        }
        Self::new("json", format!("is not JSON: {error}"))
    }

    /// The human-readable line, preceded by the line number in the input where the document has one.
    pub(crate) fn line(&self, number: Option<u64>) -> Line {
        let line = Line::new().plain("  ");
        let line = match (number, &self.column) {
            (Some(number), Some(column)) => line.strong(format!("line {number}, column {column}:")),
            (None, Some(column)) => line.strong(format!("column {column}:")),
            (Some(number), None) => line.strong(format!("line {number}: ")).strong(self.place()),
            (None, None) => line.strong(self.place()),
        };
        line.plain(" ")
            .plain(&self.message)
            .dim(format!(" ({})", self.rule))
    }

    fn place(&self) -> &str {
        match &self.place {
            Some(place) => place,
            None if self.pointer.is_empty() => "the document",
            None => &self.pointer,
        }
    }
}

impl From<&DetectError> for Finding {
    fn from(error: &DetectError) -> Self {
        let message = match error {
            DetectError::Unknown | DetectError::Incomplete(_) => {
                format!("{error}; or name its kind with --kind")
            }
            other => other.to_string(),
        };
        Self::new("kind", message)
    }
}

impl From<EncodingError> for Finding {
    fn from(error: EncodingError) -> Self {
        Self::new("encoding", error.to_string())
    }
}
