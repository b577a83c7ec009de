//! `messages check`: documents against the catalogue, offline.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;

use clap::Args;
use messages_sdk::types::{DetectError, Kind, repair_json};
use serde::Serialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::error::CommandError;
use crate::exit::Exit;
use crate::finding::Finding;
use crate::io::document::{from_toml, is_toml};
use crate::io::input::{
    BYTE_ORDER_MARK, EncodingError, LEN_MAX, LineRead, TOO_LONG, read_bytes, read_line, text_of,
};
use crate::io::output::Line;
use crate::settings::Settings;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  messages check message.json\n  messages check --kind v1/status webhook.json\n  messages check journey.toml\n  messages check --ndjson --json < messages.ndjson"
)]
pub(crate) struct CheckArgs {
    /// Kind of the documents; detected by shape if not given
    #[arg(long, value_name = "KIND", value_parser = parse_kind, long_help = KINDS)]
    kind: Option<Kind>,
    /// Reads each line as a document of its own
    #[arg(long)]
    ndjson: bool,
    /// The files, TOML if their name ends so, else JSON; `-` or none reads stdin
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

const KINDS: &str = "\
What the documents are; without it, told by their shape:
v1/message v1/update v1/response v1/error v1/status v1/inbound
v0.1/message v0.1/response v0.1/status v0.1/inbound v0.1/workflow v0.1/report
journey/1";

fn parse_kind(name: &str) -> Result<Kind, String> {
    name.parse().map_err(|_| {
        KINDS
            .split_once(":\n")
            .map_or(KINDS, |(_, names)| names)
            .to_owned()
    })
}

/// The result for one document.
#[derive(Serialize)]
struct Report<'a> {
    source: &'a str,
    line: u64,
    kind: Option<&'a str>,
    valid: bool,
    problems: Vec<Finding>,
    unknown: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
}

impl CheckArgs {
    pub(crate) fn run(self, settings: &Settings) -> Result<Exit, CommandError> {
        let mut judge = Judge {
            settings,
            kind: self.kind,
            all_valid: true,
        };
        let stdin = [PathBuf::from("-")];
        let files = if self.files.is_empty() {
            &stdin[..]
        } else {
            &self.files
        };
        for file in files {
            let source = file.display().to_string();
            if self.ndjson {
                judge.lines(&source, open(file)?)?;
            } else {
                let bytes = read_bytes(Some(file))?;
                let report = if is_toml(file) {
                    judge.judge_toml(&source, &bytes)
                } else {
                    judge.judge(&source, 1, &bytes)
                };
                let valid = judge.report(&report)?;
                if !valid && is_ndjson(&bytes) {
                    settings.out.hint("each line is a document: add --ndjson");
                }
            }
        }
        Ok(if judge.all_valid {
            Exit::Done
        } else {
            Exit::Invalid
        })
    }
}

struct Judge<'a> {
    settings: &'a Settings,
    kind: Option<Kind>,
    all_valid: bool,
}

impl Judge<'_> {
    fn lines(&mut self, source: &str, mut input: impl BufRead) -> Result<(), CommandError> {
        let unreadable =
            |error| CommandError::new(Exit::Other, format!("cannot read {source}")).because(error);
        if let Some(error) = EncodingError::of_head(input.fill_buf().map_err(unreadable)?) {
            let report = self.invalid(source, 1, error.into());
            self.report(&report)?;
            return Ok(());
        }
        let mut line = Vec::new();
        for number in 1.. {
            let read = read_line(&mut input, &mut line, LEN_MAX).map_err(unreadable)?;
            match read {
                LineRead::End => break,
                LineRead::TooLong(_) => {
                    let problem = Finding::new("json", format!("is {TOO_LONG}"));
                    let report = self.invalid(source, number, problem);
                    self.report(&report)?;
                }
                LineRead::Line(_) if line.trim_ascii().is_empty() => {}
                LineRead::Line(_) => {
                    let report = self.judge(source, number, &line);
                    self.report(&report)?;
                }
            }
        }
        Ok(())
    }

    /// Prints the result for a document; returns whether it is valid.
    fn report(&mut self, report: &Report<'_>) -> Result<bool, CommandError> {
        self.all_valid &= report.valid;
        self.settings.out.result(report, Report::lines)?;
        Ok(report.valid)
    }

    fn invalid<'a>(&self, source: &'a str, line: u64, problem: Finding) -> Report<'a> {
        Report {
            source,
            line,
            kind: self.kind.map(Kind::as_str),
            valid: false,
            problems: vec![problem],
            unknown: Vec::new(),
            value: None,
        }
    }

    /// Reads a document. In one that the API sends, half of a character is replaced, as the receiver does.
    fn value(&self, text: &str) -> Result<Value, Finding> {
        let error = match serde_json::from_str(text) {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let repaired =
            repair_json(text).and_then(|repaired| serde_json::from_str::<Value>(&repaired).ok());
        repaired
            .filter(|value| self.kind_of(value).is_ok_and(|kind| !kind.is_outbound()))
            .ok_or_else(|| Finding::not_json(&error))
    }

    fn kind_of(&self, value: &Value) -> Result<Kind, DetectError> {
        self.kind.map_or_else(|| Kind::detect(value), Ok)
    }

    fn judge<'a>(&self, source: &'a str, line: u64, bytes: &[u8]) -> Report<'a> {
        let value = text_of(bytes)
            .map_err(Finding::from)
            .and_then(|text| self.value(text));
        match value {
            Ok(value) => self.judge_value(source, line, value),
            Err(problem) => self.invalid(source, line, problem),
        }
    }

    fn judge_toml<'a>(&self, source: &'a str, bytes: &[u8]) -> Report<'a> {
        let not_toml = |error| Finding::new("toml", format!("is not TOML: {error}"));
        let value = text_of(bytes)
            .map_err(Finding::from)
            .and_then(|text| from_toml(text).map_err(not_toml));
        match value {
            Ok(value) => self.judge_value(source, 1, value),
            Err(problem) => self.invalid(source, 1, problem),
        }
    }

    fn judge_value<'a>(&self, source: &'a str, line: u64, value: Value) -> Report<'a> {
        let kind = match self.kind_of(&value) {
            Ok(kind) => kind,
            Err(error) => {
                return Report {
                    value: Some(value),
                    ..self.invalid(source, line, Finding::from(&error))
                };
            }
        };
        let checked = kind.check(value);
        Report {
            source,
            line,
            kind: Some(kind.as_str()),
            valid: checked.valid,
            problems: checked.problems.iter().map(Finding::from).collect(),
            unknown: checked.unknown,
            value: Some(checked.value),
        }
    }
}

impl Report<'_> {
    fn lines(&self) -> Vec<Line> {
        let place = format!("{}:{}", self.source, self.line);
        let head = Line::new().strong(place).plain(": ");
        let head = if self.valid {
            head.good("valid")
        } else {
            head.bad("invalid")
        };
        let head = head.plain(" ").plain(self.kind.unwrap_or("document"));
        let problems = self.problems.iter().map(|problem| problem.line(None));
        let unknown = self.unknown.iter().map(|pointer| {
            Line::new()
                .plain("  ")
                .warn(pointer)
                .plain(" is not in the catalogue")
        });
        std::iter::once(head)
            .chain(problems)
            .chain(unknown)
            .collect()
    }
}

/// Returns `true` if a text that is not one document has one document a line.
fn is_ndjson(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let lines = bytes.split(|byte| *byte == b'\n');
    let lines = lines.filter(|line| !line.trim_ascii().is_empty());
    let documents = lines
        .take(2)
        .filter(|line| serde_json::from_slice::<IgnoredAny>(line).is_ok());
    documents.count() == 2
}

fn open(file: &PathBuf) -> Result<Box<dyn BufRead>, CommandError> {
    if file.as_os_str() == "-" {
        return Ok(Box::new(io::stdin().lock()));
    }
    let file = File::open(file).map_err(CommandError::unreadable(file))?;
    Ok(Box::new(BufReader::new(file)))
}
