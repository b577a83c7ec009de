//! Counts of messages by outcome.

use std::time::Instant;

use messages_sdk::Outcome;
use serde::Serialize;

use super::worker::Done;
use crate::io::output::Line;

/// Counts by outcome.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Counts {
    accepted: u64,
    rejected: u64,
    not_sent: u64,
    in_doubt: u64,
    accepted_id_unknown: u64,
    invalid: u64,
}

/// The last line of a batch.
#[derive(Serialize)]
pub(super) struct Summary {
    #[serde(flatten)]
    counts: Counts,
    seconds: f64,
    /// Messages accepted by an earlier run.
    #[serde(skip_serializing_if = "is_zero")]
    skipped: u64,
    /// Messages that an earlier run left in doubt, and this one did not resend.
    #[serde(skip_serializing_if = "is_zero")]
    left_in_doubt: u64,
    /// Messages in doubt that stored webhooks settled as accepted (`--settle`). They are among `skipped` too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) settled: Option<u64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    interrupted: bool,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Counts {
    pub(super) fn count(&mut self, outcome: Outcome) {
        *match outcome {
            Outcome::Accepted => &mut self.accepted,
            Outcome::Rejected => &mut self.rejected,
            Outcome::InDoubt => &mut self.in_doubt,
            Outcome::AcceptedIdUnknown => &mut self.accepted_id_unknown,
            Outcome::Invalid => &mut self.invalid,
            // A new outcome can only be one more way of not having sent.
            _ => &mut self.not_sent,
        } += 1;
    }

    /// Counts what another one has counted too.
    pub(super) fn add(&mut self, other: &Self) {
        self.accepted += other.accepted;
        self.rejected += other.rejected;
        self.not_sent += other.not_sent;
        self.in_doubt += other.in_doubt;
        self.accepted_id_unknown += other.accepted_id_unknown;
        self.invalid += other.invalid;
    }

    /// Counts messages that were abandoned in flight.
    pub(super) fn leave_in_doubt(&mut self, count: u64) {
        self.in_doubt += count;
    }

    /// Number of messages with an outcome.
    pub(super) fn total(&self) -> u64 {
        self.accepted + self.failures()
    }

    pub(super) fn failures(&self) -> u64 {
        self.rejected + self.not_sent + self.in_doubt + self.accepted_id_unknown + self.invalid
    }

    /// The counts that are not zero, in words.
    pub(super) fn words(&self) -> String {
        let counts = [
            (self.accepted, "accepted"),
            (self.rejected, "rejected"),
            (self.not_sent, "not sent"),
            (self.in_doubt, "in doubt"),
            (self.accepted_id_unknown, "accepted with unknown id"),
            (self.invalid, "invalid"),
        ];
        let words: Vec<String> = counts
            .iter()
            .filter(|(count, name)| *count > 0 || *name == "accepted")
            .map(|(count, name)| format!("{count} {name}"))
            .collect();
        words.join(", ")
    }
}

impl Summary {
    pub(super) fn new(done: Done, began: Instant, interrupted: bool) -> Self {
        Self {
            counts: done.counts,
            // More precision than milliseconds is noise.
            seconds: (began.elapsed().as_secs_f64() * 1000.0).round() / 1000.0,
            skipped: done.skipped,
            left_in_doubt: done.left_in_doubt,
            settled: None,
            interrupted,
        }
    }

    /// The summary of an input that was refused before anything was sent.
    pub(super) fn refused(invalid: u64, began: Instant) -> Self {
        let mut done = Done::default();
        done.counts.invalid = invalid;
        Self::new(done, began, false)
    }

    /// Returns `true` if every message was accepted.
    pub(super) fn is_clean(&self) -> bool {
        self.counts.failures() == 0 && self.left_in_doubt == 0 && !self.interrupted
    }

    pub(super) fn lines(&self) -> Vec<Line> {
        let words = self.counts.words();
        let line = Line::new();
        let line = if self.is_clean() {
            line.good(words)
        } else {
            line.warn(words)
        };
        let mut lines = vec![line.plain(format!(" in {} s", self.seconds))];
        if self.skipped > 0 {
            lines.push(Line::new().plain(format!("{} accepted by an earlier run", self.skipped)));
        }
        if self.left_in_doubt > 0 {
            lines.push(
                Line::new()
                    .warn(format!(
                        "{} in doubt since an earlier run",
                        self.left_in_doubt
                    ))
                    .plain(": `--retry in-doubt` resends them, perhaps twice"),
            );
        }
        if self.interrupted {
            let rest = ": the rest was not sent (with `--results`, `--resume` continues)";
            lines.push(Line::new().warn("interrupted").plain(rest));
        }
        lines
    }
}
