//! The report of one message, as `send --json` prints it.

use messages_sdk::outcome::Submitted;
use messages_sdk::transport::layer::retry::Refusal;
use messages_sdk::types::{ErrorObject, Problem};
use messages_sdk::{Error, Outcome};
use serde::Serialize;

use crate::error::CommandError;
use crate::exit::Exit;
use crate::finding::Finding;
use crate::io::output::Line;

/// The report of one message; fields that do not apply are left out.
#[derive(Debug, Serialize)]
pub(crate) struct SendReport {
    pub(crate) index: u64,
    /// The line of the input on which the message begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(serialize_with = "name")]
    pub(crate) outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_uuid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workflow_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dispatch_uuid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ErrorObject>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<Finding>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    elapsed_ms: Option<u64>,
    #[serde(skip)]
    hint: Option<&'static str>,
    #[serde(skip)]
    is_credentials: bool,
}

fn name<S: serde::Serializer>(outcome: &Outcome, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(outcome.name())
}

impl SendReport {
    fn new(index: u64, outcome: Outcome) -> Self {
        Self {
            index,
            line: None,
            outcome,
            message_uuid: None,
            workflow_id: None,
            dispatch_uuid: None,
            client_ref: None,
            attempts: None,
            status: None,
            problem: None,
            problems: Vec::new(),
            error: None,
            elapsed_ms: None,
            hint: None,
            is_credentials: false,
        }
    }

    fn with_report(mut self, report: &messages_sdk::outcome::CallReport) -> Self {
        self.client_ref.clone_from(&report.client_ref);
        self.attempts = Some(report.attempts);
        self.status = report.status.map(|status| status.as_u16());
        self.elapsed_ms = Some(u64::try_from(report.elapsed.as_millis()).unwrap_or(u64::MAX));
        self
    }

    pub(crate) fn accepted(index: u64, submitted: Submitted) -> Self {
        let mut report = Self::new(index, Outcome::Accepted).with_report(submitted.report());
        match submitted {
            Submitted::Message(accepted) => {
                report.message_uuid = Some(accepted.message_uuid);
                report.workflow_id = accepted.workflow_id;
            }
            Submitted::Workflow(accepted) => report.dispatch_uuid = Some(accepted.uuid),
            _ => {}
        }
        report
    }

    pub(crate) fn failed(index: u64, error: &Error) -> Self {
        let mut report = Self::new(index, error.outcome()).with_report(error.report());
        if error.outcome() == Outcome::Invalid {
            (report.attempts, report.elapsed_ms) = (None, None);
        }
        report.problem = error.problem().cloned();
        report.problems = error.problems().iter().map(Finding::from).collect();
        report.error = Some(chain(error));
        report.hint = Some(error.hint());
        report.is_credentials = matches!(error, Error::Credentials(_))
            || error.refusal() == Some(Refusal::Unauthorized);
        report
    }

    /// A message that was refused before there was a request.
    pub(crate) fn invalid(index: u64, client_ref: Option<&str>, problems: &[Problem]) -> Self {
        let findings = problems.iter().map(Finding::from).collect();
        Self::refused(index, client_ref, findings)
    }

    pub(crate) fn refused(index: u64, client_ref: Option<&str>, findings: Vec<Finding>) -> Self {
        let mut report = Self::new(index, Outcome::Invalid);
        report.client_ref = client_ref.map(str::to_owned);
        report.error = Some("the message is invalid and was not sent".to_owned());
        report.problems = findings;
        report
    }

    /// The same for a message on this line of its input.
    pub(crate) fn on_line(mut self, line: Option<u64>) -> Self {
        self.line = line;
        self
    }

    /// The human-readable place of the message in its input.
    pub(crate) fn number(&self) -> Line {
        Line::new().dim(match self.line {
            Some(line) => format!("line {line} "),
            None => format!("{} ", self.index),
        })
    }

    pub(crate) fn is_accepted(&self) -> bool {
        self.outcome == Outcome::Accepted
    }

    /// The exit code if this is the command's only message.
    pub(crate) fn exit(&self) -> Exit {
        match self.outcome {
            _ if self.is_credentials => Exit::Credentials,
            Outcome::Accepted => Exit::Done,
            Outcome::Rejected => Exit::Rejected,
            Outcome::NotSent => Exit::NotSent,
            Outcome::InDoubt | Outcome::AcceptedIdUnknown => Exit::InDoubt,
            Outcome::Invalid => Exit::Invalid,
            _ => Exit::Other,
        }
    }

    /// The human-readable result, for stdout.
    pub(crate) fn line(&self) -> Line {
        let line = Line::new();
        let line = match self.outcome {
            Outcome::Accepted => line.good("accepted"),
            Outcome::InDoubt | Outcome::AcceptedIdUnknown => line.warn(self.outcome),
            outcome => line.bad(outcome),
        };
        let ids = [
            ("", &self.message_uuid),
            ("workflow ", &self.workflow_id),
            ("workflow ", &self.dispatch_uuid),
            ("ref ", &self.client_ref),
        ];
        let line = ids.iter().fold(line, |line, (name, id)| match id {
            Some(id) => line.plain(" ").dim(name).plain(id),
            None => line,
        });
        match self.status {
            Some(status) if !self.is_accepted() => line.plain(format!(" status {status}")),
            _ => line,
        }
    }

    /// The error of the command if this is its only message; `None` if it was accepted.
    pub(crate) fn into_error(self) -> Option<CommandError> {
        let message = self.error.as_ref()?;
        let error = CommandError::new(self.exit(), message);
        Some(match self.hint {
            Some(hint) => error.hint(hint),
            None => error,
        })
    }

    /// The human-readable details, for stderr: broken rules, and the API's explanation.
    pub(crate) fn details(&self) -> Vec<Line> {
        let mut lines: Vec<Line> = {
            let lines = self.problems.iter().map(|finding| finding.line(self.line));
            lines.collect()
        };
        if let Some(problem) = &self.problem {
            let said = [&problem.title, &problem.detail];
            for text in said.into_iter().flatten() {
                lines.push(Line::new().dim("  the API says: ").plain(text));
            }
            if let Some(parameters) = &problem.invalid_parameters {
                lines.extend(parameters.as_slice().iter().map(|parameter| {
                    let text = |text: &Option<String>| text.clone().unwrap_or_default();
                    let line = Line::new().plain("  ").strong(text(&parameter.name));
                    line.plain(" ").plain(text(&parameter.reason))
                }));
            }
        }
        lines
    }
}

/// An error with its causes, without repetitions.
fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    // The problems of a message are listed one by one.
    if error.outcome() == Outcome::Invalid {
        return text;
    }
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
