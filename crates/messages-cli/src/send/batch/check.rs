//! Checks a whole input before its first message is sent.

use std::time::Instant;

use messages_sdk::types::Submission;

use super::counts::Summary;
use super::source::{Item, Opened};
use crate::error::CommandError;
use crate::io::output::Output;
use crate::send::{Path, SendReport, fits};

/// Most invalid messages that are shown one by one.
const SHOWN_MAX: u64 = 20;

/// Fails unless every message of an input is valid; reports those that are not.
pub(super) fn check(
    out: Output,
    input: &mut Opened,
    path: Path,
    settled: Option<u64>,
) -> Result<(), CommandError> {
    let began = Instant::now();
    let (mut invalid, mut written) = (0, Ok(()));
    input.pass(|items| {
        for item in items {
            if let Err(report) = item.check(path) {
                invalid += 1;
                if out.is_json() || invalid <= SHOWN_MAX {
                    written = print_invalid(out, &report);
                }
            }
            if written.is_err() {
                return Err(super::source::Closed);
            }
        }
        Ok(())
    })?;
    written?;
    if invalid == 0 {
        return Ok(());
    }
    if out.is_json() {
        let mut summary = Summary::refused(invalid, began);
        summary.settled = settled;
        out.object(&serde_json::json!({"summary": summary}))?;
    }
    let message = format!("invalid messages: {invalid}; nothing was sent");
    Err(CommandError::invalid(message).hint("correct them, or send the others with --skip-invalid"))
}

/// Reports an invalid message: as an object on stdout with `--json`, else on stderr.
pub(super) fn print_invalid(out: Output, report: &SendReport) -> std::io::Result<()> {
    if out.is_json() {
        return out.object(report);
    }
    out.note(&report.number().append(report.line()));
    report.details().iter().for_each(|line| out.note(line));
    Ok(())
}

impl Item {
    /// Fails with the report of an invalid message.
    pub(super) fn check(self, path: Path) -> Result<Submission, Box<SendReport>> {
        let (index, line) = (self.index, self.line);
        let submission = self.decode().and_then(|submission| {
            fits(&submission, path).map_err(|finding| vec![finding])?;
            Ok(submission)
        });
        submission
            .map_err(|findings| Box::new(SendReport::refused(index, None, findings).on_line(line)))
    }
}
