//! What a batch did, on disk, so that a run that was killed can be resumed without sending anything twice.
//!
//! Beside the results lies a journal (`FILE.pending`): a message's index is written there before its request leaves. What
//! stands in the journal of a run and not among its results was under way when the run died, and is in doubt.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Retry;
use super::journal::{Journal, journal_path};
use super::lines::Lines;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::order::Settled;
use crate::output::json_line;
use crate::settings::private_file;

/// A results file that speaks of later messages than this is damaged.
const INDEX_MAX: u64 = 1 << 30;

/// What an earlier run left to do for one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// It was not accepted, or the earlier run did not come to it.
    Open,
    /// It was accepted.
    Accepted,
    /// Nobody knows, and nobody said to send it again.
    InDoubt,
    /// The input holds another message at this place now.
    Changed,
}

/// The results of this run and of those before it.
pub(super) struct Results {
    journal_path: PathBuf,
    results: Lines,
    journal: Lines,
    earlier: Vec<Earlier>,
    /// Whether messages may arrive twice, by the person's own will.
    retries_doubts: bool,
}

/// What the results say about one message, small enough for millions of them.
#[derive(Debug, Clone, Copy, Default)]
struct Earlier {
    state: State,
    /// Whether the line stems from the run that the journal belongs to.
    is_latest: bool,
    digest: u32,
}

/// In the order of what is surer to have arrived: a state is not replaced by a smaller one. A retry that failed says
/// nothing about the message whose doubt it was to end, and what was accepted stays so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum State {
    #[default]
    Unknown,
    NotAccepted,
    InDoubt,
    Accepted,
}

/// A line of the results file.
#[derive(Serialize)]
struct Record<'a> {
    #[serde(flatten)]
    settled: &'a Settled,
    digest: u32,
}

#[derive(Deserialize)]
struct ReadRecord {
    index: u64,
    outcome: String,
    #[serde(default)]
    digest: u32,
}

impl Results {
    /// A new results file. One that is there already is not overwritten: it may be all that is known of an earlier run.
    pub(super) fn create(path: &Path) -> Result<Self, Failure> {
        if path.symlink_metadata().is_err() {
            refuse_journal(&journal_path(path))?;
        }
        // Results hold ids and client references, which are nobody else's business.
        let file = private_file::open(OpenOptions::new().append(true).create_new(true), path)?;
        let results = file.map_err(|error| {
            let exists = error.kind() == io::ErrorKind::AlreadyExists;
            let failure = Failure::unwritable(path)(error);
            if exists {
                failure.hint("go on with --resume, or name another file")
            } else {
                failure
            }
        })?;
        private_file::lock(&results, path)?;
        Self::begin(path, results, Vec::new(), false)
    }

    /// Goes on with the results of an earlier run.
    pub(super) fn resume(path: &Path, retry: Option<Retry>) -> Result<Self, Failure> {
        let mut results = private_file::open(OpenOptions::new().append(true), path)?
            .map_err(Failure::unwritable(path))?;
        private_file::lock(&results, path)?;
        let mut journal = Journal::open(&journal_path(path))?;
        let (mut earlier, is_cut_off) = read_results(path, journal.results_length()?)?;
        let mut doubts = Vec::new();
        if is_cut_off {
            doubts.push(b'\n');
        }
        while let Some((index, digest)) = journal.next_begun()? {
            if let Some(slot) = slot(&mut earlier, index)
                && !slot.is_latest
            {
                *slot = Earlier {
                    state: State::InDoubt,
                    is_latest: true,
                    digest,
                };
                let line =
                    serde_json::json!({"index": index, "outcome": "in_doubt", "digest": digest});
                doubts.extend_from_slice(format!("{line}\n").as_bytes());
            }
        }
        // Before the journal that proves them is replaced, they must be in the results.
        results
            .write_all(&doubts)
            .map_err(Failure::unwritable(path))?;
        Self::begin(path, results, earlier, retry == Some(Retry::InDoubt))
    }

    fn begin(
        path: &Path,
        results: File,
        earlier: Vec<Earlier>,
        retries_doubts: bool,
    ) -> Result<Self, Failure> {
        let length = results.metadata().map_err(Failure::unwritable(path))?.len();
        let journal_path = journal_path(path);
        let journal =
            Journal::replace(&journal_path, length).map_err(Failure::unwritable(&journal_path))?;
        Ok(Self {
            journal_path,
            results: Lines::new(results),
            journal: Lines::new(journal),
            earlier,
            retries_doubts,
        })
    }

    /// What an earlier run did with a message. What is no message has no fingerprint, and is not the one that was sent.
    pub(super) fn before(&self, index: u64, digest: Option<u32>) -> Before {
        let known = usize::try_from(index)
            .ok()
            .and_then(|index| self.earlier.get(index));
        match known {
            None => Before::Open,
            Some(earlier) => match earlier.state {
                // Nothing was accepted, so the message may have been corrected since.
                State::Unknown | State::NotAccepted => Before::Open,
                _ if digest != Some(earlier.digest) => Before::Changed,
                State::Accepted => Before::Accepted,
                State::InDoubt if self.retries_doubts => Before::Open,
                State::InDoubt => Before::InDoubt,
            },
        }
    }

    /// Notes that a message is about to be sent. Only when this has succeeded may it be.
    pub(super) fn start(&self, index: u64, digest: u32) -> io::Result<()> {
        // What could not be proven afterwards is not sent either.
        self.results.check()?;
        let line = format!("{index} {digest}\n");
        self.journal.write(line.as_bytes())
    }

    /// Notes how it ended.
    pub(super) fn settle(&self, settled: &Settled, digest: u32) -> io::Result<()> {
        let line = json_line(&Record { settled, digest })?;
        self.results.write(&line)
    }

    /// Removes the journal: every message that was begun is settled.
    pub(super) fn finish(&self) -> Result<(), Failure> {
        std::fs::remove_file(&self.journal_path).map_err(Failure::unwritable(&self.journal_path))
    }
}

/// A journal without its results may be all that is known of an earlier run too.
fn refuse_journal(path: &Path) -> Result<(), Failure> {
    // A link that leads nowhere counts: the journal would take its place.
    if path.symlink_metadata().is_err() {
        return Ok(());
    }
    let message = format!("{} is there already", path.display());
    Err(Failure::new(Exit::Other, message).hint(
        "it names what an earlier run left in doubt: put that run's results beside it and go on with --resume, or \
         remove it, or name another file",
    ))
}

/// A fingerprint of a message (FNV-1a, folded to 32 bits): it tells an edited input from the one that was sent.
pub(super) fn digest(bytes: &[u8]) -> u32 {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    ((hash >> 32) ^ (hash & u64::from(u32::MAX))) as u32
}

/// What the results say, and whether their last line was cut off.
fn read_results(path: &Path, latest_from: u64) -> Result<(Vec<Earlier>, bool), Failure> {
    let file = File::open(path).map_err(Failure::unreadable(path))?;
    let mut reader = BufReader::new(file);
    let mut earlier = Vec::new();
    let mut line = Vec::new();
    let mut offset = 0;
    loop {
        line.clear();
        let read = reader
            .read_until(b'\n', &mut line)
            .map_err(Failure::unreadable(path))?;
        if !line.ends_with(b"\n") {
            // The end, or a line that a kill cut off; its message stands in the journal then.
            return Ok((earlier, read > 0));
        }
        if let Ok(record) = serde_json::from_slice::<ReadRecord>(&line)
            && let Some(slot) = slot(&mut earlier, record.index)
        {
            let state = match record.outcome.as_str() {
                "accepted" | "accepted_id_unknown" => State::Accepted,
                "in_doubt" => State::InDoubt,
                _ => State::NotAccepted,
            };
            slot.is_latest = offset >= latest_from;
            if state >= slot.state {
                (slot.state, slot.digest) = (state, record.digest);
            }
        }
        offset += read as u64;
    }
}

fn slot(earlier: &mut Vec<Earlier>, index: u64) -> Option<&mut Earlier> {
    let place = usize::try_from(index).ok().filter(|_| index < INDEX_MAX)?;
    if place >= earlier.len() {
        earlier.resize(place + 1, Earlier::default());
    }
    earlier.get_mut(place)
}
