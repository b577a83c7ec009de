//! Checks of the messages of an input.

use messages_sdk::types::Submission;

use super::{Closed, Item, Opened};
use crate::error::CommandError;
use crate::io::output::Output;
use crate::send::{Outgoing, Path, SendReport, fits};

/// Most invalid messages that are shown one by one.
const SHOWN_MAX: u64 = 20;

/// Reads a whole input, reports the messages that fail a check, and returns their number.
pub(crate) fn print_all_invalid(
    out: Output,
    input: &mut Opened,
    check: impl Fn(Item) -> Result<(), Box<SendReport>>,
) -> Result<u64, CommandError> {
    let (mut invalid, mut written) = (0, Ok(()));
    input.pass(|items| {
        for item in items {
            if let Err(report) = check(item) {
                invalid += 1;
                if out.is_json() || invalid <= SHOWN_MAX {
                    written = print_invalid(out, &report);
                }
            }
            if written.is_err() {
                return Err(Closed);
            }
        }
        Ok(())
    })?;
    written?;
    Ok(invalid)
}

/// Reports an invalid message: as an object on stdout with `--json`, else on stderr.
pub(crate) fn print_invalid(out: Output, report: &SendReport) -> std::io::Result<()> {
    if out.is_json() {
        return out.object(report);
    }
    out.note(&report.number().append(report.line()));
    report.details().iter().for_each(|line| out.note(line));
    Ok(())
}

impl Item {
    /// Fails with the report of a document that is invalid, or is not posted as it is.
    pub(crate) fn check(self, path: Path) -> Result<Submission, Box<SendReport>> {
        let (index, line) = (self.index, self.line);
        self.check_any(path)?
            .into_submission()
            .map_err(|findings| Box::new(SendReport::refused(index, None, findings).on_line(line)))
    }

    /// Fails with the report of an invalid document.
    pub(crate) fn check_any(self, path: Path) -> Result<Outgoing, Box<SendReport>> {
        let (index, line) = (self.index, self.line);
        let document = self.decode_any().and_then(|document| {
            if let Outgoing::Submission(submission) = &document {
                fits(submission, path).map_err(|finding| vec![finding])?;
            }
            Ok(document)
        });
        document
            .map_err(|findings| Box::new(SendReport::refused(index, None, findings).on_line(line)))
    }
}
