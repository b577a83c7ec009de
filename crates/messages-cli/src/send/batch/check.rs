//! Checks a whole input before its first message is sent.

use std::time::Instant;

use super::counts::Summary;
use crate::error::CommandError;
use crate::io::output::Output;
use crate::send::Path;
use crate::send::input::{Opened, print_all_invalid};

/// Fails unless every message of an input is valid; reports those that are not.
pub(super) fn check(
    out: Output,
    input: &mut Opened,
    path: Path,
    settled: Option<u64>,
) -> Result<(), CommandError> {
    let began = Instant::now();
    let invalid = print_all_invalid(out, input, |item| item.check(path).map(drop))?;
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
