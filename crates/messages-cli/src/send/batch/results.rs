//! The results of a batch on disk, so that a run that was killed can be resumed without sending a message twice.
//!
//! A journal (`FILE.pending`) lies beside the results: a message's index is written there before its request leaves. A
//! message in the journal of a run and not among its results was in flight when the run died, and is in doubt.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use super::Retry;
use super::compare::compare;
use super::journal::{Head, Journal, journal_path};
use super::known::{Known, State};
use super::lines::Lines;
use super::settle::Statuses;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::output::json_line;
use crate::send::SendReport;
use crate::send::input::{Digest, Identity, Opened};
use crate::settings::private_file;

/// The state in which an earlier run left a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// It was not accepted, or the earlier run did not come to it.
    Open,
    /// It was accepted.
    Accepted,
    /// The outcome is unknown, and a resend was not requested.
    InDoubt,
    /// The input holds another message at this place now.
    Changed,
    /// A message that may have arrived is repeated where nothing is known of the first run's input.
    Repeated,
}

/// The results of this run and of those before it.
pub(super) struct Results {
    journal_path: PathBuf,
    results: Lines,
    journal: Lines,
    known: Known,
    /// The messages that may have arrived, where the first run's input is not known.
    sent: Vec<Digest>,
    /// The user accepts that messages may arrive twice.
    retries_doubts: bool,
    /// The identity of the input, until the first record has it.
    input: Mutex<Option<Identity>>,
}

/// A line of the results file.
#[derive(Serialize)]
struct Record<'a> {
    #[serde(flatten)]
    report: &'a SendReport,
    digest: Digest,
    /// In the first record of a run.
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<Identity>,
}

impl Results {
    /// A new results file. One that is there already is not overwritten: it may be all that is known of an earlier run.
    pub(super) fn create(path: &Path, input: &mut Opened) -> Result<Self, CommandError> {
        if path.symlink_metadata().is_err() {
            refuse_journal(&journal_path(path))?;
        }
        let identified = input.identify(None)?;
        // Results hold ids and client references, which are private.
        let file = private_file::open(OpenOptions::new().append(true).create_new(true), path)?;
        let results = file.map_err(|error| {
            let exists = error.kind() == io::ErrorKind::AlreadyExists;
            let error = CommandError::unwritable(path)(error);
            if exists {
                error.hint("continue with --resume, or name another file")
            } else {
                error
            }
        })?;
        private_file::lock(&results, path)?;
        let identity = identified.map(|identified| identified.identity);
        Self::begin(path, results, Known::default(), identity, false)
    }

    /// Continues the results of an earlier run, after comparing the input with them. The second value is the number of
    /// messages in doubt that `statuses` have settled.
    pub(super) fn resume(
        path: &Path,
        retry: Option<Retry>,
        statuses: Option<Statuses>,
        input: &mut Opened,
    ) -> Result<(Self, u64), CommandError> {
        input.refuse_outputs([path, &journal_path(path)])?;
        let mut results = private_file::open(OpenOptions::new().read(true).append(true), path)?
            .map_err(CommandError::unwritable(path))?;
        private_file::lock(&results, path)?;
        let mut journal = Journal::open(&journal_path(path))?;
        let mut statuses = statuses.unwrap_or_default();
        let (mut known, mut missing) = Known::read(&results, path, &mut journal, &mut statuses)?;
        let identity = compare(input, &known)?;
        let settled = known.settle(statuses, &mut missing);
        // Before the journal that proves them is replaced, they must be in the results.
        results
            .write_all(&missing)
            .map_err(CommandError::unwritable(path))?;
        let retries_doubts = retry == Some(Retry::InDoubt);
        let results = Self::begin(path, results, known, identity, retries_doubts)?;
        Ok((results, settled))
    }

    fn begin(
        path: &Path,
        results: File,
        known: Known,
        input: Option<Identity>,
        retries_doubts: bool,
    ) -> Result<Self, CommandError> {
        let results_length = results
            .metadata()
            .map_err(CommandError::unwritable(path))?
            .len();
        let journal_path = journal_path(path);
        let head = Head {
            results_length,
            input,
        };
        let sent = match known.input {
            Some(_) => Vec::new(),
            None => known.sent(),
        };
        let journal = Journal::replace(&journal_path, head)
            .map_err(CommandError::unwritable(&journal_path))?;
        Ok(Self {
            journal_path,
            results: Lines::new(results),
            journal: Lines::new(journal),
            known,
            sent,
            retries_doubts,
            input: Mutex::new(input),
        })
    }

    /// The state in which an earlier run left a message. An invalid message has no digest, and differs from the one that
    /// was sent.
    pub(super) fn before(&self, index: u64, digest: Option<Digest>) -> Before {
        let (state, known) = self.known.get(index);
        match state {
            // Nothing was accepted, so the message may have been corrected since.
            State::NotAccepted => Before::Open,
            State::Unknown
                if digest.is_some_and(|digest| self.sent.binary_search(&digest).is_ok()) =>
            {
                Before::Repeated
            }
            State::Unknown => Before::Open,
            _ if digest != Some(known) => Before::Changed,
            State::Accepted => Before::Accepted,
            State::InDoubt if self.retries_doubts => Before::Open,
            State::InDoubt => Before::InDoubt,
        }
    }

    /// Records that a message is about to be sent. The message may be sent only after this has succeeded.
    pub(super) fn start(
        &self,
        index: u64,
        digest: Digest,
        client_ref: Option<&str>,
    ) -> io::Result<()> {
        // A message whose outcome could not be recorded is not sent.
        self.results.check()?;
        let line = match client_ref {
            Some(reference) => format!("{index} {digest} {}\n", serde_json::to_string(reference)?),
            None => format!("{index} {digest}\n"),
        };
        self.journal.write(line.as_bytes())
    }

    /// Records an outcome.
    pub(super) fn record(&self, report: &SendReport, digest: Digest) -> io::Result<()> {
        // Nothing is left half done by a panic elsewhere.
        let input = self
            .input
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let line = json_line(&Record {
            report,
            digest,
            input,
        })?;
        self.results.write(&line)
    }

    /// Removes the journal: every started message has its outcome.
    pub(super) fn finish(&self) -> Result<(), CommandError> {
        std::fs::remove_file(&self.journal_path)
            .map_err(CommandError::unwritable(&self.journal_path))
    }
}

/// A journal without its results may be all that is known of an earlier run too.
fn refuse_journal(path: &Path) -> Result<(), CommandError> {
    // A link that leads nowhere counts: the journal would take its place.
    if path.symlink_metadata().is_err() {
        return Ok(());
    }
    let message = format!("{} exists already", path.display());
    Err(CommandError::new(Exit::Other, message).hint(
        "it names the messages that an earlier run left in doubt: put that run's results beside it and continue with \
         --resume, or remove it, or name another file",
    ))
}
