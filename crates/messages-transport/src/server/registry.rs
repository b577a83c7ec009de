//! All connections of a server, and what they hold together.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::connection::Connection;
use super::limits::{ServerLimits, Share};

/// Longest time of one eviction before another connection is chosen.
const EVICTION: Duration = Duration::from_millis(5);

pub(super) struct Registry {
    pub(super) limits: ServerLimits,
    /// Handlers that may outlive their connections.
    pub(super) handlers: Semaphore,
    slots: Arc<Semaphore>,
    /// Slots beyond the limit, so that accepting does not wait for each eviction.
    spare: usize,
    connections: Mutex<Connections>,
    usual: AtomicUsize,
    large: AtomicUsize,
}

#[derive(Default)]
struct Connections {
    open: HashMap<u64, Arc<Connection>>,
    latest: u64,
    is_draining: bool,
}

/// A place among the connections, given up when it is dropped.
pub(super) struct Place {
    pub(super) connection: Arc<Connection>,
    number: u64,
    _slot: OwnedSemaphorePermit,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut connections = lock(&self.connection.registry.connections);
        connections.open.remove(&self.number);
    }
}

impl Registry {
    pub(super) fn new(limits: ServerLimits) -> Self {
        let spare = (limits.connections / 16).max(1);
        let slots = limits
            .connections
            .saturating_add(spare)
            .min(Semaphore::MAX_PERMITS);
        Self {
            limits,
            handlers: Semaphore::new(limits.connections),
            slots: Arc::new(Semaphore::new(slots)),
            spare,
            connections: Mutex::default(),
            usual: AtomicUsize::new(0),
            large: AtomicUsize::new(0),
        }
    }

    /// Waits for a slot, and evicts a connection if the limit is reached. `None` is never returned while the server runs.
    pub(super) async fn slot(&self) -> Option<OwnedSemaphorePermit> {
        loop {
            if self.slots.available_permits() <= self.spare {
                self.evict_longest_stalled();
            }
            let slot = Arc::clone(&self.slots).acquire_owned();
            if let Ok(slot) = tokio::time::timeout(EVICTION, slot).await {
                return slot.ok();
            }
        }
    }

    pub(super) fn register(self: &Arc<Self>, slot: OwnedSemaphorePermit) -> Place {
        let connection = Arc::new(Connection::new(Arc::clone(self)));
        let mut connections = lock(&self.connections);
        connections.latest += 1;
        let number = connections.latest;
        connections.open.insert(number, Arc::clone(&connection));
        if connections.is_draining {
            connection.drain();
        }
        Place {
            connection,
            number,
            _slot: slot,
        }
    }

    /// Closes idle connections now, and the others after their response.
    pub(super) fn drain(&self) {
        let mut connections = lock(&self.connections);
        connections.is_draining = true;
        for connection in connections.open.values() {
            connection.drain();
        }
    }

    /// Evicts the connection that has gone longest without progress on its client's side, if there is one.
    pub(super) fn evict_longest_stalled(&self) {
        let connections = lock(&self.connections);
        let stalled = connections.open.values().filter_map(|connection| {
            let since = connection.evictable_since()?;
            Some((since, connection))
        });
        if let Some((_, connection)) = stalled.min_by_key(|(since, _)| *since) {
            connection.evict();
        }
    }

    /// Counts bytes of a request body. False if they are too many, and this body the largest: it must be discarded.
    pub(super) fn hold(&self, connection: &Connection, bytes: usize) -> bool {
        let (held, share) = connection.hold(bytes);
        let total = self.total(share).fetch_add(bytes, Ordering::AcqRel) + bytes;
        total <= self.limits.memory(share) || self.evict_larger(share, held)
    }

    /// Gives back the bytes of the connection's request.
    pub(super) fn release(&self, connection: &Connection) {
        let (bytes, share) = connection.release();
        self.total(share).fetch_sub(bytes, Ordering::AcqRel);
    }

    fn total(&self, share: Share) -> &AtomicUsize {
        match share {
            Share::Usual => &self.usual,
            Share::Large => &self.large,
        }
    }

    /// Evicts the connection with the largest incomplete body above `bytes`.
    fn evict_larger(&self, share: Share, bytes: usize) -> bool {
        let connections = lock(&self.connections);
        let receiving = connections.open.values().filter_map(|connection| {
            let held = connection.evictable_bytes(share)?;
            Some((held, connection))
        });
        match receiving.max_by_key(|(held, _)| *held) {
            Some((held, connection)) if held > bytes => {
                connection.evict();
                true
            }
            _ => false,
        }
    }
}

fn lock(connections: &Mutex<Connections>) -> std::sync::MutexGuard<'_, Connections> {
    connections.lock().unwrap_or_else(PoisonError::into_inner)
}
