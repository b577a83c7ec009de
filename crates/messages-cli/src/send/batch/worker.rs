//! A worker sends one message after the other; a batch has as many as messages may be in flight at once.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use messages_sdk::Client;
use messages_sdk::types::Document;
use tokio::sync::mpsc;

use super::counts::Counts;
use super::queue::ItemQueue;
use super::results::{Before, Results};
use crate::send::input::{Digest, Item};
use crate::send::{Path, SendReport, mint_client_ref, submit};

/// State shared by all workers.
pub(super) struct Shared {
    pub(super) client: Client,
    pub(super) queue: ItemQueue,
    pub(super) results: Option<Results>,
    pub(super) path: Path,
    /// Messages without a client reference get one.
    mints: bool,
    /// Most accepted messages that are reported one by one; `None` reports all.
    pub(super) shown_max: Option<u64>,
    shown: AtomicU64,
    workers: Box<[Worker]>,
}

/// The counts and the message in flight of one worker: on its own cache lines, since other threads write to its
/// neighbours all the time.
#[derive(Default)]
#[repr(align(128))]
struct Worker {
    /// The message's place plus one, or 0.
    in_flight: AtomicU64,
    done: Mutex<Done>,
}

/// The counts so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Done {
    pub(super) counts: Counts,
    /// Messages accepted by an earlier run.
    pub(super) skipped: u64,
    /// Messages that an earlier run left in doubt.
    pub(super) left_in_doubt: u64,
    /// Bytes of the input up to the last of them.
    pub(super) position: u64,
}

/// An event that the batch prints or fails with.
pub(super) enum WorkerEvent {
    Finished(Box<SendReport>),
    /// It has ended like this, but that could not be written to the results: for a later run it is in doubt.
    Unrecorded(Box<SendReport>, io::Error),
    /// It is another message than the one in the results: the input has changed since it was compared with them.
    Changed(u64),
    /// It is new and repeats a message that may have arrived.
    Repeated(u64),
    /// It was not sent, since its results or their journal could not be written.
    Unwritable(io::Error),
}

/// A document without an outcome in this run.
enum Unfinished {
    /// An earlier run had its message accepted.
    Skipped,
    /// An earlier run left it in doubt.
    LeftInDoubt,
    /// The batch cannot go on.
    Stopped(WorkerEvent),
    /// It cannot go on, and what became of this message is not written down.
    Unrecorded(WorkerEvent),
}

impl Shared {
    pub(super) fn new(
        client: Client,
        queue: ItemQueue,
        results: Option<Results>,
        path: Path,
        mints: bool,
        workers: usize,
        shown_max: Option<u64>,
    ) -> Self {
        Self {
            client,
            queue,
            results,
            path,
            mints,
            shown_max,
            shown: AtomicU64::new(0),
            workers: (0..workers).map(|_| Worker::default()).collect(),
        }
    }

    /// The places of the messages in flight, in order.
    pub(super) fn in_flight(&self) -> Vec<u64> {
        let workers = self.workers.iter();
        let mut places: Vec<u64> = workers
            .filter_map(|worker| worker.in_flight.load(Ordering::Relaxed).checked_sub(1))
            .collect();
        places.sort_unstable();
        places
    }

    /// The counts of all workers together.
    pub(super) fn done(&self) -> Done {
        self.workers
            .iter()
            .fold(Done::default(), |mut sum, worker| {
                worker.note(|done| sum.add(done));
                sum
            })
    }

    /// Returns `true` if the next accepted message is to be reported.
    fn is_shown(&self) -> bool {
        self.shown_max.is_none_or(|most| {
            // First a look, which costs nothing, since mostly the number is reached.
            self.shown.load(Ordering::Relaxed) < most
                && self.shown.fetch_add(1, Ordering::Relaxed) < most
        })
    }
}

impl Worker {
    fn note<T>(&self, note: impl FnOnce(&mut Done) -> T) -> T {
        // Nothing is left half done by a panic elsewhere.
        note(&mut self.done.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Done {
    fn add(&mut self, other: &Self) {
        self.counts.add(&other.counts);
        self.skipped += other.skipped;
        self.left_in_doubt += other.left_in_doubt;
        self.position = self.position.max(other.position);
    }
}

/// Sends until the input ends, or until the receiver of events is gone.
pub(super) async fn run(shared: Arc<Shared>, number: usize, events: mpsc::Sender<WorkerEvent>) {
    let Some(worker) = shared.workers.get(number) else {
        return;
    };
    while let Some(item) = shared.queue.next().await {
        worker.in_flight.store(item.index + 1, Ordering::Relaxed);
        let position = item.position;
        let mut done = Done {
            position,
            ..Done::default()
        };
        let event = match deliver(&shared, item).await {
            Ok(report) => {
                done.counts.count(report.outcome);
                (!report.is_accepted() || shared.is_shown())
                    .then(|| WorkerEvent::Finished(Box::new(report)))
            }
            Err(Unfinished::Skipped) => {
                done.skipped = 1;
                None
            }
            Err(Unfinished::LeftInDoubt) => {
                done.left_in_doubt = 1;
                None
            }
            Err(Unfinished::Stopped(event)) => Some(event),
            Err(Unfinished::Unrecorded(event)) => {
                // The message stays in flight, so that the journal is kept: it is the message's only record. If the
                // receiver is gone, nothing else can be done.
                let _ = events.send(event).await;
                return;
            }
        };
        // A message whose event could not be delivered stays in flight.
        if let Some(event) = event
            && events.send(event).await.is_err()
        {
            return;
        }
        worker.note(|all| all.add(&done));
        worker.in_flight.store(0, Ordering::Relaxed);
    }
}

/// Processes one document: decoded, recorded, sent, its outcome recorded.
async fn deliver(shared: &Shared, item: Item) -> Result<SendReport, Unfinished> {
    let (index, line) = (item.index, item.line);
    let submission = match item.decode() {
        Ok(submission) => submission,
        Err(findings) => {
            let report = SendReport::refused(index, None, findings).on_line(line);
            return refused(shared, report);
        }
    };
    let minted = (shared.mints && submission.client_ref().is_none()).then(mint_client_ref);
    let Some(results) = &shared.results else {
        let sent = submit(
            submission,
            &shared.client,
            index,
            shared.path,
            minted.as_deref(),
        );
        return Ok(sent.await.on_line(line));
    };
    let digest = Digest::of(&submission.to_vec());
    open(results, index, Some(digest))?;
    if let Err(error) = results.start(index, digest, minted.as_deref().or(submission.client_ref()))
    {
        return Err(Unfinished::Stopped(WorkerEvent::Unwritable(error)));
    }
    let sent = submit(
        submission,
        &shared.client,
        index,
        shared.path,
        minted.as_deref(),
    );
    let report = sent.await.on_line(line);
    match results.record(&report, digest) {
        Ok(()) => Ok(report),
        Err(error) => {
            let event = WorkerEvent::Unrecorded(Box::new(report), error);
            Err(Unfinished::Unrecorded(event))
        }
    }
}

fn refused(shared: &Shared, report: SendReport) -> Result<SendReport, Unfinished> {
    let Some(results) = &shared.results else {
        return Ok(report);
    };
    // A damaged input must not undo what is known about the message that stood there.
    open(results, report.index, None)?;
    match results.record(&report, Digest::default()) {
        Ok(()) => Ok(report),
        // Nothing was sent, so there is nothing to prove either.
        Err(error) => Err(Unfinished::Stopped(WorkerEvent::Unwritable(error))),
    }
}

/// Fails if this run does not have to send a document.
fn open(results: &Results, index: u64, digest: Option<Digest>) -> Result<(), Unfinished> {
    match results.before(index, digest) {
        Before::Open => Ok(()),
        Before::Accepted => Err(Unfinished::Skipped),
        Before::InDoubt => Err(Unfinished::LeftInDoubt),
        Before::Repeated => Err(Unfinished::Stopped(WorkerEvent::Repeated(index))),
        Before::Changed => Err(Unfinished::Stopped(WorkerEvent::Changed(index))),
    }
}
