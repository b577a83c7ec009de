//! The ground truth: everything the server has read.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;

/// A request as it was read.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SeenRequest {
    /// The request line and the headers as they came, without the empty line. Empty for HTTP/2,
    /// whose headers the server does not decode.
    pub head: String,
    /// The body, in full.
    pub body: Bytes,
}

#[derive(Debug, Default)]
pub(super) struct Ledger {
    started: AtomicUsize,
    connections: AtomicUsize,
    open: AtomicUsize,
    resets: AtomicUsize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    by_body: HashMap<Bytes, u32>,
    total: usize,
    latest: Option<SeenRequest>,
}

impl Ledger {
    /// Counts a request that arrives, and returns its number from 0.
    pub(super) fn start(&self) -> usize {
        self.started.fetch_add(1, Ordering::SeqCst)
    }

    pub(super) fn started(&self) -> usize {
        self.started.load(Ordering::SeqCst)
    }

    pub(super) fn take(&self, head: &str, body: &Bytes) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        *taken.by_body.entry(body.clone()).or_default() += 1;
        taken.total += 1;
        taken.latest = Some(SeenRequest {
            head: head.to_owned(),
            body: body.clone(),
        });
    }

    pub(super) fn times_taken(&self, body: &[u8]) -> u32 {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.by_body.get(body).copied().unwrap_or(0)
    }

    pub(super) fn taken(&self) -> usize {
        self.taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .total
    }

    pub(super) fn latest(&self) -> Option<SeenRequest> {
        self.taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .latest
            .clone()
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(super) fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    pub(super) fn reset_stream(&self) {
        self.resets.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn resets(&self) -> usize {
        self.resets.load(Ordering::SeqCst)
    }

    /// Counts a connection as open until the guard is dropped.
    pub(super) fn connect(&self) -> OpenConnection<'_> {
        self.connections.fetch_add(1, Ordering::SeqCst);
        self.open.fetch_add(1, Ordering::SeqCst);
        OpenConnection(self)
    }
}

pub(super) struct OpenConnection<'a>(&'a Ledger);

impl Drop for OpenConnection<'_> {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}
