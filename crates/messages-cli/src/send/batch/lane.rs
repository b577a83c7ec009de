//! A lane sends one message after the other; a batch has as many as messages may be under way at once.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use messages_sdk::Client;
use tokio::sync::mpsc;

use super::identity::Digest;
use super::intake::Intake;
use super::results::{Before, Results};
use super::source::Item;
use super::tally::Tally;
use crate::send::{Path, Settled, mint_client_ref};

/// What every lane needs.
pub(super) struct Shared {
    pub(super) client: Client,
    pub(super) intake: Intake,
    pub(super) results: Option<Results>,
    pub(super) path: Path,
    /// Whether messages without a client reference get one.
    mints: bool,
    /// How many accepted messages are told of one by one; none is held back if there is no number.
    pub(super) told_max: Option<u64>,
    told: AtomicU64,
    lanes: Box<[Lane]>,
}

/// What one lane has done and has under way: on cache lines of its own, since other threads write to its neighbours all
/// the time.
#[derive(Default)]
#[repr(align(128))]
struct Lane {
    /// The message's place plus one, or 0.
    under_way: AtomicU64,
    done: Mutex<Done>,
}

/// What has been done so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Done {
    pub(super) tally: Tally,
    /// How many messages an earlier run had settled.
    pub(super) skipped: u64,
    /// How many messages an earlier run left in doubt.
    pub(super) left_in_doubt: u64,
    /// How much of the input had been read with the last of them.
    pub(super) position: u64,
}

/// What somebody has to be told.
pub(super) enum News {
    Settled(Box<Settled>),
    /// It has ended like this, but that could not be written to the results: for a later run it is in doubt.
    Unproven(Box<Settled>, io::Error),
    /// It is another message than the one in the results: the input has changed since it was compared with them.
    Changed(u64),
    /// It is new and repeats a message that may have arrived.
    Repeated(u64),
    /// It was not sent, since its results or their journal could not be written.
    Unwritable(io::Error),
}

/// Why a document is not settled by this run.
enum Unsettled {
    /// An earlier run had settled it.
    Skipped,
    /// An earlier run left it in doubt.
    LeftInDoubt,
    /// The batch cannot go on.
    Stopped(News),
    /// It cannot go on, and what became of this message is not written down.
    Unproven(News),
}

impl Shared {
    pub(super) fn new(
        client: Client,
        intake: Intake,
        results: Option<Results>,
        path: Path,
        mints: bool,
        lanes: usize,
        told_max: Option<u64>,
    ) -> Self {
        Self {
            client,
            intake,
            results,
            path,
            mints,
            told_max,
            told: AtomicU64::new(0),
            lanes: (0..lanes).map(|_| Lane::default()).collect(),
        }
    }

    /// The places of the messages under way, in order.
    pub(super) fn under_way(&self) -> Vec<u64> {
        let lanes = self.lanes.iter();
        let mut places: Vec<u64> = lanes
            .filter_map(|lane| lane.under_way.load(Ordering::Relaxed).checked_sub(1))
            .collect();
        places.sort_unstable();
        places
    }

    /// What all lanes together have done.
    pub(super) fn done(&self) -> Done {
        self.lanes.iter().fold(Done::default(), |mut sum, lane| {
            lane.note(|done| sum.add(done));
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

impl Lane {
    fn note<T>(&self, note: impl FnOnce(&mut Done) -> T) -> T {
        // Nothing is left half done by a panic elsewhere.
        note(&mut self.done.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Done {
    fn add(&mut self, other: &Self) {
        self.tally.add(&other.tally);
        self.skipped += other.skipped;
        self.left_in_doubt += other.left_in_doubt;
        self.position = self.position.max(other.position);
    }
}

/// Sends until there is nothing left, or until nobody takes the news any more.
pub(super) async fn run(shared: Arc<Shared>, number: usize, news: mpsc::Sender<News>) {
    let Some(lane) = shared.lanes.get(number) else {
        return;
    };
    while let Some(item) = shared.intake.next().await {
        lane.under_way.store(item.index + 1, Ordering::Relaxed);
        let position = item.position;
        let mut done = Done {
            position,
            ..Done::default()
        };
        let told = match deliver(&shared, item).await {
            Ok(settled) => {
                done.tally.count(settled.outcome);
                (!settled.is_accepted() || shared.is_told())
                    .then(|| News::Settled(Box::new(settled)))
            }
            Err(Unsettled::Skipped) => {
                done.skipped = 1;
                None
            }
            Err(Unsettled::LeftInDoubt) => {
                done.left_in_doubt = 1;
                None
            }
            Err(Unsettled::Stopped(news)) => Some(news),
            Err(Unsettled::Unproven(told)) => {
                // It stays under way, so that the journal is kept: only that speaks of the message now. Without anybody
                // to tell there is nothing else to do.
                let _ = news.send(told).await;
                return;
            }
        };
        // What nobody could be told of stays under way.
        if let Some(told) = told
            && news.send(told).await.is_err()
        {
            return;
        }
        lane.note(|all| all.add(&done));
        lane.under_way.store(0, Ordering::Relaxed);
    }
}

/// One document's way: parsed and checked, noted, sent, noted again.
async fn deliver(shared: &Shared, item: Item) -> Result<Settled, Unsettled> {
    let (index, line) = (item.index, item.line);
    let order = match item.order() {
        Ok(order) => order,
        Err(findings) => {
            let settled = Settled::refused(index, None, findings).on_line(line);
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
        return Err(Unsettled::Stopped(News::Unwritable(error)));
    }
    let sent = order.send(&shared.client, index, shared.path, minted.as_deref());
    let settled = sent.await.on_line(line);
    match results.settle(&settled, digest) {
        Ok(()) => Ok(settled),
        Err(error) => {
            let told = News::Unproven(Box::new(settled), error);
            Err(Unsettled::Unproven(told))
        }
    }
}

fn refused(shared: &Shared, settled: Settled) -> Result<Settled, Unsettled> {
    let Some(results) = &shared.results else {
        return Ok(settled);
    };
    // A damaged input must not undo what is known about the message that stood there.
    open(results, settled.index, None)?;
    match results.settle(&settled, Digest::default()) {
        Ok(()) => Ok(settled),
        // Nothing was begun, so there is nothing to prove either.
        Err(error) => Err(Unsettled::Stopped(News::Unwritable(error))),
    }
}

/// Whether this run has to deal with a document.
fn open(results: &Results, index: u64, digest: Option<Digest>) -> Result<(), Unsettled> {
    match results.before(index, digest) {
        Before::Open => Ok(()),
        Before::Accepted => Err(Unsettled::Skipped),
        Before::InDoubt => Err(Unsettled::LeftInDoubt),
        Before::Repeated => Err(Unsettled::Stopped(News::Repeated(index))),
        Before::Changed => Err(Unsettled::Stopped(News::Changed(index))),
    }
}
