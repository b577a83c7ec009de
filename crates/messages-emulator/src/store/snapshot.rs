//! The whole state of a workspace, to go back to.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::clock::Moment;
use crate::store::rows::{Parts, Row};

/// Changes when old snapshots cannot be read any more.
const VERSION: u32 = 2;

/// A workspace at a moment: its messages, workflows, webhooks and rules. As JSON it can be kept in a file; it holds
/// numbers and texts, and no credentials.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    version: u32,
    pub(crate) at: Moment,
    rows: Vec<Row>,
}

/// The reason for which a snapshot cannot be restored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// The snapshot has another format than this version of the emulator reads.
    #[error(
        "the snapshot has format {0}; this version reads {VERSION}: restore it with the version that took it, or take a new one \
         with `GET /emulator/v1/snapshot`"
    )]
    Version(u32),
    /// A row of the snapshot is malformed.
    #[error("the snapshot is malformed: it was edited or damaged")]
    Malformed(#[source] serde_json::Error),
}

impl Snapshot {
    pub(crate) fn new(at: Moment, rows: Vec<Row>) -> Self {
        Self {
            version: VERSION,
            at,
            rows,
        }
    }

    pub(crate) fn parts(&self) -> Result<Parts, RestoreError> {
        if self.version != VERSION {
            return Err(RestoreError::Version(self.version));
        }
        Parts::read(&self.rows).map_err(RestoreError::Malformed)
    }

    /// These rows and those of `more` that are not among them.
    pub(crate) fn joined(mut self, more: &Self) -> Result<Self, RestoreError> {
        if more.version != VERSION {
            return Err(RestoreError::Version(more.version));
        }
        let known: HashSet<_> = self.rows.iter().map(|row| (row.kind, row.id)).collect();
        let rows = more.rows.iter();
        let missing = rows.filter(|row| !known.contains(&(row.kind, row.id)));
        self.rows.extend(missing.cloned());
        Ok(self)
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
