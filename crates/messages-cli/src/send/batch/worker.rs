//! A worker sends one message after the other; a batch has as many as messages may be under way at once.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use messages_sdk::Client;
use tokio::sync::mpsc;

use super::counts::Counts;
use super::identity::Digest;
use super::queue::ItemQueue;
use super::results::{Before, Results};
use super::source::Item;
use crate::send::{Path, SendReport, mint_client_ref};

/// What every worker needs.
pub(super) struct Shared {
    pub(super) client: Client,
    pub(super) queue: ItemQueue,
    pub(super) results: Option<Results>,
    pub(super) path: Path,
    /// Whether messages without a client reference get one.
    mints: bool,
    /// How many accepted messages are told of one by one; none is held back if there is no number.
    pub(super) told_max: Option<u64>,
    told: AtomicU64,
    workers: Box<[Worker]>,
}

/// What one worker has done and has under way: on cache lines of its own, since other threads write to its neighbours all
/// the time.
#[derive(Default)]
#[repr(align(128))]
struct Worker {
    /// The message's place plus one, or 0.
    under_way: AtomicU64,
    done: Mutex<Done>,
}

/// What has been done so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Done {
    pub(super) counts: Counts,
    /// How many messages an earlier run had settled.
    pub(super) skipped: u64,
    /// How many messages an earlier run left in doubt.
    pub(super) left_in_doubt: u64,
    /// How much of the input had been read with the last of them.
    pub(super) position: u64,
}

/// What somebody has to be told.
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

/// Why a document is not settled by this run.
enum Unfinished {
    /// An earlier run had settled it.
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
        told_max: Option<u64>,
    ) -> Self {
        Self {
            client,
            queue,
            results,
            path,
            mints,
            told_max,
            told: AtomicU64::new(0),
            workers: (0..workers).map(|_| Worker::default()).collect(),
        }
    }

    /// The places of the messages under way, in order.
    pub(super) fn under_way(&self) -> Vec<u64> {
        let workers = self.workers.iter();
        let mut places: Vec<u64> = workers
            .filter_map(|worker| worker.under_way.load(Ordering::Relaxed).checked_sub(1))
            .collect();
        places.sort_unstable();
        places
    }

    /// What all workers together have done.
    pub(super) fn done(&self) -> Done {
        self.workers
            .iter()
            .fold(Done::default(), |mut sum, worker| {
                worker.note(|done| sum.add(done));
                sum
            })
    }

    /// Whether it is worth telling that a message was accepted.
    fn is_told(&self) -> bool {
        self.told_max.is_none_or(|most| {
            // First a look, which costs nothing, since mostly the number is reached.
            self.told.load(Ordering::Relaxed) < most
                && self.told.fetch_add(1, Ordering::Relaxed) < most
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

/// Sends until there is nothing left, or until nobody takes the events any more.
pub(super) async fn run(shared: Arc<Shared>, number: usize, events: mpsc::Sender<WorkerEvent>) {
    let Some(worker) = shared.workers.get(number) else {
        return;
    };
    while let Some(item) = shared.queue.next().await {
        worker.under_way.store(item.index + 1, Ordering::Relaxed);
        let position = item.position;
        let mut done = Done {
            position,
            ..Done::default()
        };
        let told = match deliver(&shared, item).await {
            Ok(settled) => {
                done.counts.count(settled.outcome);
                (!settled.is_accepted() || shared.is_told())
                    .then(|| WorkerEvent::Finished(Box::new(settled)))
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
            Err(Unfinished::Unrecorded(told)) => {
                // It stays under way, so that the journal is kept: only that speaks of the message now. Without anybody
                // to tell there is nothing else to do.
                let _ = events.send(told).await;
                return;
            }
        };
        // What nobody could be told of stays under way.
        if let Some(told) = told
            && events.send(told).await.is_err()
        {
            return;
        }
        worker.note(|all| all.add(&done));
        worker.under_way.store(0, Ordering::Relaxed);
    }
}

/// One document's way: parsed and checked, noted, sent, noted again.
async fn deliver(shared: &Shared, item: Item) -> Result<SendReport, Unfinished> {
    let (index, line) = (item.index, item.line);
    let order = match item.order() {
        Ok(order) => order,
        Err(findings) => {
            let settled = SendReport::refused(index, None, findings).on_line(line);
            return refused(shared, settled);
        }
    };
    let minted = (shared.mints && order.client_ref().is_none()).then(mint_client_ref);
    let Some(results) = &shared.results else {
        let sent = order.send(&shared.client, index, shared.path, minted.as_deref());
        let settled = sent.await;
        return Ok(settled.on_line(line));
    };
    let digest = Digest::of(&order.to_vec());
    open(results, index, Some(digest))?;
    if let Err(error) = results.start(index, digest, minted.as_deref().or(order.client_ref())) {
        return Err(Unfinished::Stopped(WorkerEvent::Unwritable(error)));
    }
    let sent = order.send(&shared.client, index, shared.path, minted.as_deref());
    let settled = sent.await.on_line(line);
    match results.settle(&settled, digest) {
        Ok(()) => Ok(settled),
        Err(error) => {
            let told = WorkerEvent::Unrecorded(Box::new(settled), error);
            Err(Unfinished::Unrecorded(told))
        }
    }
}

fn refused(shared: &Shared, settled: SendReport) -> Result<SendReport, Unfinished> {
    let Some(results) = &shared.results else {
        return Ok(settled);
    };
    // A damaged input must not undo what is known about the message that stood there.
    open(results, settled.index, None)?;
    match results.settle(&settled, Digest::default()) {
        Ok(()) => Ok(settled),
        // Nothing was begun, so there is nothing to prove either.
        Err(error) => Err(Unfinished::Stopped(WorkerEvent::Unwritable(error))),
    }
}

/// Whether this run has to deal with a document.
fn open(results: &Results, index: u64, digest: Option<Digest>) -> Result<(), Unfinished> {
    match results.before(index, digest) {
        Before::Open => Ok(()),
        Before::Accepted => Err(Unfinished::Skipped),
        Before::InDoubt => Err(Unfinished::LeftInDoubt),
        Before::Repeated => Err(Unfinished::Stopped(WorkerEvent::Repeated(index))),
        Before::Changed => Err(Unfinished::Stopped(WorkerEvent::Changed(index))),
    }
}
