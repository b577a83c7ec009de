//! `messages explain`: the error codes of the API, offline.

use clap::Args;
use messages_sdk::types::{DeliveryErrorCode, ErrorKind, RequestErrorCode};
use serde::Serialize;

use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::output::Line;
use crate::settings::Settings;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  messages explain 1180\n  messages explain low-balance\n  messages explain 1120 --json"
)]
pub(crate) struct ExplainArgs {
    /// The number of a status webhook (1180), or the end of an error response's type (low-balance, messages#1120);
    /// without one, all numbers
    #[arg(value_name = "CODE")]
    code: Option<String>,
}

/// One meaning of a code. A number can have several: one in status webhooks, others in responses.
#[derive(Serialize)]
struct Meaning {
    code: String,
    /// Source of the code: `status` (a webhook) or `answer` (a response).
    seen_in: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_status: Option<u16>,
    label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    meaning: Option<&'static str>,
    /// Retry advice: `retry`, `retry_later`, `permanent` or `configuration`.
    kind: &'static str,
    advice: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    documented: Option<bool>,
}

impl ExplainArgs {
    pub(crate) fn run(self, settings: &Settings) -> Result<Exit, CommandError> {
        let meanings = match &self.code {
            None => DeliveryErrorCode::known().filter_map(of_status).collect(),
            Some(code) => meanings(code.trim()),
        };
        if meanings.is_empty() {
            return Err(CommandError::invalid("this code is not known")
                .hint("`messages explain` without a code lists all numbers"));
        }
        for meaning in &meanings {
            settings.out.result(meaning, |meaning| {
                if self.code.is_some() {
                    meaning.lines()
                } else {
                    vec![meaning.headline()]
                }
            })?;
        }
        Ok(Exit::Done)
    }
}

fn meanings(code: &str) -> Vec<Meaning> {
    let number = code.parse().ok().map(DeliveryErrorCode::new);
    let slug = code.rsplit_once('#').map_or(code, |(_, slug)| slug);
    // A whole type, or a word, names an error response and not a status.
    let kind = format!("api-errors/messages#{slug}");
    let mut answers: Vec<RequestErrorCode> = [None, Some(RequestErrorCode::InternalError.title())]
        .into_iter()
        .filter_map(|title| RequestErrorCode::from_type(&kind, title))
        .filter(|answer| answer.kind() != ErrorKind::Unknown)
        .collect();
    // One number has two meanings, which only the title distinguishes.
    answers.dedup();
    number
        .and_then(of_status)
        .into_iter()
        .chain(answers.iter().map(|answer| of_answer(slug, answer)))
        .collect()
}

fn of_status(code: DeliveryErrorCode) -> Option<Meaning> {
    Some(Meaning {
        code: code.to_string(),
        seen_in: "status",
        http_status: None,
        label: code.label()?.to_owned(),
        meaning: code.meaning(),
        kind: code.kind().name(),
        advice: advice(code.kind()),
        documented: (code.kind() == ErrorKind::Retry).then(|| code.is_documented_retry()),
    })
}

fn of_answer(slug: &str, code: &RequestErrorCode) -> Meaning {
    let status = code.http_status();
    let kind = match status {
        // Sending again may help, and may send twice.
        Some(500..) => ErrorKind::Unknown,
        _ => code.kind(),
    };
    Meaning {
        code: slug.to_owned(),
        seen_in: "answer",
        http_status: status,
        label: code.title().to_owned(),
        meaning: None,
        kind: kind.name(),
        advice: match status {
            Some(429) => "wait for Retry-After, then resend at a lower rate",
            Some(500..) => "the outcome is unknown: wait for a status before resending",
            _ => advice(kind),
        },
        documented: None,
    }
}

const fn advice(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Retry => "send again after a pause",
        ErrorKind::RetryLater => "send again after hours or days",
        ErrorKind::Permanent => "do not send it again as it is",
        ErrorKind::Configuration => "change the account or its configuration first",
        _ => "find out more before sending again",
    }
}

impl Meaning {
    fn headline(&self) -> Line {
        let line = Line::new()
            .strong(&self.code)
            .plain("  ")
            .plain(&self.label);
        line.dim(format!("  {}", self.kind))
    }

    fn lines(&self) -> Vec<Line> {
        let seen = match (self.seen_in, self.http_status) {
            ("status", _) => "in status webhooks".to_owned(),
            (_, Some(status)) => format!("in responses with status {status}"),
            (_, None) => "in responses".to_owned(),
        };
        let mut lines = vec![
            Line::new()
                .strong(&self.code)
                .plain(" ")
                .plain(&self.label)
                .dim(format!(" ({seen})")),
        ];
        if let Some(meaning) = self.meaning {
            lines.push(Line::new().plain("  ").plain(meaning));
        }
        let inferred = match self.documented {
            Some(false) => " (inferred from the meaning, not documented)",
            _ => "",
        };
        let advice = Line::new().plain("  ");
        lines.push(match self.kind {
            "retry" | "retry_later" => advice.good(self.advice).dim(inferred),
            "configuration" => advice.warn(self.advice),
            _ => advice.bad(self.advice),
        });
        lines
    }
}
