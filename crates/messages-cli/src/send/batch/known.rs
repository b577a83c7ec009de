//! The results of earlier runs, as a resume reads them.

use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::Path;

use serde::Deserialize;

use super::journal::Journal;
use super::settle::Statuses;
use crate::error::CommandError;
use crate::io::input::{self, LineRead};
use crate::send::input::{Digest, Identity};

/// A results file that speaks of later messages than this is damaged.
const INDEX_MAX: u64 = 1 << 30;

/// No record is longer than this.
const LINE_MAX: u64 = 1024 * 1024;

/// The state of each message after earlier runs, compact enough for millions.
#[derive(Debug, Default)]
pub(super) struct Known {
    messages: Vec<Earlier>,
    /// The input of the latest run, where it could be read twice.
    pub(super) input: Option<Identity>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Earlier {
    state: State,
    /// The record stems from the run that the journal belongs to.
    is_latest: bool,
    digest: Digest,
}

/// Ordered by certainty of arrival: a state is never replaced by a smaller one. A failed retry does not end the doubt
/// about the first attempt, and an accepted message stays accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum State {
    /// No run began to send it.
    #[default]
    Unknown,
    NotAccepted,
    InDoubt,
    Accepted,
}

#[derive(Deserialize)]
struct Record {
    index: u64,
    outcome: String,
    #[serde(default)]
    client_ref: Option<String>,
    #[serde(default)]
    digest: Digest,
    #[serde(default)]
    input: Option<Identity>,
}

impl Known {
    /// Reads results and their journal. The second value is what has to be appended to the results before the journal is
    /// removed: the messages that only the journal knows.
    pub(super) fn read(
        results: &File,
        path: &Path,
        journal: &mut Journal,
        statuses: &mut Statuses,
    ) -> Result<(Self, Vec<u8>), CommandError> {
        let head = journal.head()?;
        let mut known = Self::default();
        let mut missing = Vec::new();
        if known.read_results(results, path, head.results_length, statuses)? {
            missing.push(b'\n');
        }
        known.input = head.input.or(known.input);
        while let Some(begun) = journal.next_in_flight()? {
            let (index, digest) = (begun.index, begun.digest);
            statuses.see(begun.client_ref.as_deref(), index);
            if let Some(slot) = known.slot(index)
                && !slot.is_latest
            {
                *slot = Earlier {
                    state: State::InDoubt,
                    is_latest: true,
                    digest,
                };
                let mut line =
                    serde_json::json!({"index": index, "outcome": "in_doubt", "digest": digest});
                if let Some(reference) = begun.client_ref {
                    line["client_ref"] = reference.into();
                }
                missing.extend_from_slice(format!("{line}\n").as_bytes());
            }
        }
        Ok((known, missing))
    }

    /// Settles the messages in doubt that a status speaks of, with a line of results for each.
    pub(super) fn settle(&mut self, statuses: Statuses, lines: &mut Vec<u8>) -> u64 {
        let mut count = 0;
        for (index, client_ref, message_uuid) in statuses.of_one_message() {
            let place = usize::try_from(index).unwrap_or(usize::MAX);
            let Some(earlier) = self.messages.get_mut(place) else {
                continue;
            };
            if earlier.state == State::InDoubt {
                earlier.state = State::Accepted;
                count += 1;
                let mut line = serde_json::json!({
                    "index": index,
                    "outcome": "accepted",
                    "client_ref": client_ref,
                    "digest": earlier.digest,
                    "settled_by": "webhook",
                });
                if let Some(uuid) = message_uuid {
                    line["message_uuid"] = uuid.into();
                }
                lines.extend_from_slice(format!("{line}\n").as_bytes());
            }
        }
        count
    }

    pub(super) fn get(&self, index: u64) -> (State, Digest) {
        let known = usize::try_from(index)
            .ok()
            .and_then(|index| self.messages.get(index))
            .copied()
            .unwrap_or_default();
        (known.state, known.digest)
    }

    /// The number of messages up to the last one of which anything is known.
    pub(super) fn len(&self) -> u64 {
        self.messages.len() as u64
    }

    /// The place behind the last message that may have arrived.
    pub(super) fn end_of_sent(&self) -> u64 {
        let last = self.messages.iter().rposition(Earlier::may_have_arrived);
        last.map_or(0, |last| last as u64 + 1)
    }

    /// The messages that may have arrived, sorted.
    pub(super) fn sent(&self) -> Vec<Digest> {
        let sent = self
            .messages
            .iter()
            .filter(|known| known.may_have_arrived());
        let mut sent: Vec<Digest> = sent.map(|known| known.digest).collect();
        sent.sort_unstable();
        sent
    }

    /// Returns `true` if the last line was cut off.
    fn read_results(
        &mut self,
        results: &File,
        path: &Path,
        latest_from: u64,
        statuses: &mut Statuses,
    ) -> Result<bool, CommandError> {
        // Reading must end although a resume appends meanwhile.
        let length = results
            .metadata()
            .map_err(CommandError::unreadable(path))?
            .len();
        let mut reader = BufReader::new(results.take(length));
        let mut line = Vec::new();
        let (mut offset, mut records, mut foreign) = (0, 0_u64, 0_u64);
        loop {
            let read = input::read_line(&mut reader, &mut line, LINE_MAX)
                .map_err(CommandError::unreadable(path))?;
            match read {
                LineRead::End => break,
                // A kill cut it off; its message stands in the journal then.
                LineRead::Line(_) if !line.ends_with(b"\n") => return Ok(true),
                LineRead::TooLong(_) => foreign += 1,
                LineRead::Line(_) => match serde_json::from_slice::<Record>(&line) {
                    Ok(record) => {
                        records += 1;
                        statuses.see(record.client_ref.as_deref(), record.index);
                        self.add(&record, offset >= latest_from);
                    }
                    // The head of a record that a full disk cut off.
                    Err(_) if line.starts_with(b"{\"index\":") => {}
                    Err(_) => foreign += 1,
                },
            }
            offset += read.length();
        }
        if records == 0 && foreign > 0 {
            let message = format!("{} does not hold results", path.display());
            return Err(
                CommandError::invalid(message).hint("name the file that was given with --results")
            );
        }
        Ok(false)
    }

    fn add(&mut self, record: &Record, is_latest: bool) {
        self.input = record.input.or(self.input);
        let Some(slot) = self.slot(record.index) else {
            return;
        };
        let state = match record.outcome.as_str() {
            "accepted" | "accepted_id_unknown" => State::Accepted,
            "in_doubt" => State::InDoubt,
            _ => State::NotAccepted,
        };
        slot.is_latest = is_latest;
        if state >= slot.state {
            (slot.state, slot.digest) = (state, record.digest);
        }
    }

    fn slot(&mut self, index: u64) -> Option<&mut Earlier> {
        let place = usize::try_from(index).ok().filter(|_| index < INDEX_MAX)?;
        if place >= self.messages.len() {
            self.messages.resize(place + 1, Earlier::default());
        }
        self.messages.get_mut(place)
    }
}

impl Earlier {
    fn may_have_arrived(&self) -> bool {
        self.state >= State::InDoubt
    }
}
