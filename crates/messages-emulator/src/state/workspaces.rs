//! The open workspaces.

use std::collections::BTreeMap;

use super::{WorkspaceId, WorkspaceState};

/// The open workspaces by their numbers. A number is not used again while the process lives, so that nothing of a closed
/// workspace reaches another one.
#[derive(Default)]
pub(crate) struct Workspaces {
    open: BTreeMap<WorkspaceId, WorkspaceState>,
    next: WorkspaceId,
}

impl Workspaces {
    /// The number of the next workspace.
    pub(super) const fn next(&self) -> WorkspaceId {
        self.next
    }

    pub(super) fn insert(&mut self, id: WorkspaceId, workspace: WorkspaceState) {
        self.next = self.next.max(id + 1);
        self.open.insert(id, workspace);
    }

    pub(super) fn remove(&mut self, id: WorkspaceId) -> Option<WorkspaceState> {
        self.open.remove(&id)
    }

    pub(crate) fn get(&self, id: WorkspaceId) -> Option<&WorkspaceState> {
        self.open.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: WorkspaceId) -> Option<&mut WorkspaceState> {
        self.open.get_mut(&id)
    }

    pub(super) fn len(&self) -> usize {
        self.open.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (WorkspaceId, &WorkspaceState)> {
        self.open.iter().map(|(id, workspace)| (*id, workspace))
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (WorkspaceId, &mut WorkspaceState)> {
        self.open.iter_mut().map(|(id, workspace)| (*id, workspace))
    }
}
