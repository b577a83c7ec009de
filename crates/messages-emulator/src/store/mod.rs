//! Stores changes so that they outlive the process, if a data file was requested.

mod restore;
pub(crate) mod rows;
pub(crate) mod snapshot;
#[cfg(feature = "persistence")]
pub(crate) mod sqlite;

use std::sync::Arc;

use tokio::sync::oneshot;

use self::rows::{Parts, RowChange};
use crate::config::credentials::{EmulatorCredentials, SavedCredentials};
use crate::state::WorkspaceId;

/// Keeps changes in the order in which they are handed over. Nothing here waits.
pub(crate) trait Store: Send + Sync {
    /// Keeps what a client of a workspace presents.
    fn account(&self, workspace: WorkspaceId, credentials: &EmulatorCredentials);

    /// Removes a workspace with all its rows.
    fn remove_workspace(&self, workspace: WorkspaceId);

    /// Keeps changes.
    fn keep(&self, changes: Vec<(WorkspaceId, Vec<RowChange>)>);

    /// Estimated memory of the changes that are not written yet.
    fn backlog(&self) -> usize;

    /// Answers when everything that was handed over before is kept; the sender is dropped when it never will be.
    fn barrier(&self) -> oneshot::Receiver<()>;

    /// Keeps what was handed over, and nothing after it.
    fn close(&self);
}

/// It cannot be kept what has happened: the disk is full, or the file is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the data file cannot be written")]
pub struct StoreError;

/// The initial state of an emulator.
#[derive(Default)]
pub(crate) struct Saved {
    pub(crate) store: Option<Arc<dyn Store>>,
    /// By their numbers.
    pub(crate) workspaces: Vec<SavedWorkspace>,
}

/// A workspace as it was kept.
pub(crate) struct SavedWorkspace {
    pub(crate) id: WorkspaceId,
    pub(crate) credentials: SavedCredentials,
    pub(crate) parts: Parts,
}
