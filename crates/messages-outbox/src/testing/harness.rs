//! The way to fresh, crashed and restored stores.

use std::sync::Arc;

use async_trait::async_trait;

use crate::store::{ManualClock, MemoryStore, OutboxStore, StoreError};

/// Opens stores for the suites.
#[async_trait]
pub trait StoreHarness: Send + Sync {
    /// Type of the store.
    type Store: OutboxStore;

    /// An empty store with this clock.
    async fn open(&self, clock: Arc<ManualClock>) -> Result<Self::Store, StoreError>;

    /// The store as the next process finds it after this one was killed: with all that was committed, and nothing else.
    /// It keeps its clock.
    async fn crash(&self, store: Self::Store) -> Result<Self::Store, StoreError>;

    /// A store with the present content, restored from a backup. It keeps its clock.
    async fn restore(&self, store: Self::Store) -> Result<Self::Store, StoreError>;
}

/// Harness of [`MemoryStore`], whose content survives a crash as long as it is not dropped.
#[derive(Debug, Clone, Copy, Default)]
pub struct MemoryHarness;

#[async_trait]
impl StoreHarness for MemoryHarness {
    type Store = MemoryStore;

    async fn open(&self, clock: Arc<ManualClock>) -> Result<MemoryStore, StoreError> {
        Ok(MemoryStore::with_clock(clock))
    }

    async fn crash(&self, store: MemoryStore) -> Result<MemoryStore, StoreError> {
        Ok(store)
    }

    async fn restore(&self, store: MemoryStore) -> Result<MemoryStore, StoreError> {
        Ok(store.restored_backup())
    }
}
