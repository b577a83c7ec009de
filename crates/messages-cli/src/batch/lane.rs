//! A lane sends one message after the other; a batch has as many as messages may be under way at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use messages_sdk::Client;
use tokio::sync::mpsc;

use super::intake::Intake;
use super::order::Path;
use super::results::{Before, Results, digest};
use super::settled::Settled;
use super::source::Item;
use crate::finding::Finding;

/// What every lane needs.
pub(super) struct Shared {
    pub(super) client: Client,
    pub(super) intake: Intake,
    pub(super) results: Option<Results>,
    pub(super) path: Path,
    /// What each lane has under way: the message's place plus one, or 0.
    under_way: Box<[AtomicU64]>,
}

/// How a document ended, and how much of the input had been read with it.
pub(super) struct End {
    pub(super) position: u64,
    pub(super) how: How,
}

pub(super) enum How {
    Settled(Box<Settled>),
    /// An earlier run had settled it.
    Skipped,
    /// An earlier run left it in doubt.
    LeftInDoubt,
    /// It is another message than the one in the results.
    Changed(u64),
    /// The results or their journal could not be written.
    Unwritable(io::Error),
}

impl Shared {
    pub(super) fn new(
        client: Client,
        intake: Intake,
        results: Option<Results>,
        path: Path,
        lanes: usize,
    ) -> Self {
        Self {
            client,
            intake,
            results,
            path,
            under_way: (0..lanes).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// The places of the messages under way, in order.
    pub(super) fn under_way(&self) -> Vec<u64> {
        let lanes = self.under_way.iter();
        let mut places: Vec<u64> = lanes
            .filter_map(|lane| lane.load(Ordering::Relaxed).checked_sub(1))
            .collect();
        places.sort_unstable();
        places
    }

    fn note(&self, lane: usize, place: Option<u64>) {
        if let Some(slot) = self.under_way.get(lane) {
            slot.store(place.map_or(0, |place| place + 1), Ordering::Relaxed);
        }
    }
}

/// Sends until there is nothing left, or until nobody takes the ends any more.
pub(super) async fn run(shared: Arc<Shared>, lane: usize, ends: mpsc::Sender<End>) {
    while let Some(item) = shared.intake.next().await {
        shared.note(lane, Some(item.index));
        let position = item.position;
        let how = deliver(&shared, item).await;
        if ends.send(End { position, how }).await.is_err() {
            return;
        }
        shared.note(lane, None);
    }
}

/// One document's way: parsed and checked, noted, sent, noted again.
async fn deliver(shared: &Shared, item: Item) -> How {
    let index = item.index;
    let order = match item.order() {
        Ok(order) => order,
        Err(findings) => return refused(shared, index, findings),
    };
    let Some(results) = &shared.results else {
        let settled = order.send(&shared.client, index, shared.path).await;
        return How::Settled(Box::new(settled));
    };
    let digest = digest(&order.to_vec());
    match results.before(index, digest) {
        Before::Open => {}
        Before::Accepted => return How::Skipped,
        Before::InDoubt => return How::LeftInDoubt,
        Before::Changed => return How::Changed(index),
    }
    if let Err(error) = results.start(index, digest) {
        return How::Unwritable(error);
    }
    let settled = order.send(&shared.client, index, shared.path).await;
    settle(results, settled, digest)
}

fn refused(shared: &Shared, index: u64, findings: Vec<Finding>) -> How {
    let settled = Settled::refused(index, None, findings);
    match &shared.results {
        // What was never a message has no fingerprint.
        Some(results) => settle(results, settled, 0),
        None => How::Settled(Box::new(settled)),
    }
}

fn settle(results: &Results, settled: Settled, digest: u32) -> How {
    match results.settle(&settled, digest) {
        Ok(()) => How::Settled(Box::new(settled)),
        Err(error) => How::Unwritable(error),
    }
}
