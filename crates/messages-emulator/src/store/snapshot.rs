//! The whole state of a workspace, to go back to.

use serde::{Deserialize, Serialize};

use crate::clock::Moment;
use crate::emulator::workspace::Workspace;
use crate::event::{Event, ResetEvent};
use crate::state;
use crate::store::rows::{Parts, Row};

/// Changes when old snapshots cannot be read any more.
const VERSION: u32 = 2;

/// A workspace at a moment: its messages, workflows, webhooks and rules. As JSON it can be kept in a file; it holds
/// numbers and texts, and no credentials.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    version: u32,
    at: Moment,
    rows: Vec<Row>,
}

/// The reason for which a snapshot cannot be restored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// It is of another version of the emulator.
    #[error("the snapshot is of another version: {0} instead of {VERSION}")]
    Version(u32),
    /// One of its rows is not what it says it is.
    #[error("the snapshot is spoilt")]
    Spoilt(#[source] serde_json::Error),
}

impl Workspace {
    /// The whole state as it is now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let (at, rows) = self.engine.look(|state, now| {
            let state = state.workspace(self.id);
            let rows = state.map(state::WorkspaceState::rows);
            (now, rows.unwrap_or_default())
        });
        Snapshot {
            version: VERSION,
            at,
            rows,
        }
    }

    /// Goes back to a snapshot, of this workspace or of another one. What was to happen after it happens again; webhooks
    /// that had not been answered are posted again. Time itself does not go back, nor do the numbers from which new
    /// uuids are drawn: the times of the snapshot are moved on, as if it had been taken now.
    ///
    /// # Errors
    /// If the snapshot cannot be used; nothing has changed then.
    pub async fn restore(&self, snapshot: &Snapshot) -> Result<(), RestoreError> {
        if snapshot.version != VERSION {
            return Err(RestoreError::Version(snapshot.version));
        }
        let mut parts = Parts::read(&snapshot.rows).map_err(RestoreError::Spoilt)?;
        self.engine.with(|state, now, effects| {
            parts.move_on(now.since(snapshot.at));
            state.restore(now, self.id, parts);
            effects.events.push(Event::Reset(ResetEvent {
                at: now,
                workspace: self.id,
            }));
        });
        Ok(())
    }
}

/// Not shown: numbers and texts.
impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot")
            .field("rows", &self.rows.len())
            .finish_non_exhaustive()
    }
}
