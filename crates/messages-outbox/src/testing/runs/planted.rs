//! Tables with a planted bug, and tables whose readers are late.

use jiff::Timestamp;

use crate::id::RowId;
use crate::ledger::Tables;
use crate::memory::MemoryTables;
use crate::row::{Row, State};
use crate::run::{Run, Sight};
use crate::store::StoreError;
use crate::testing::altered::Altered;

/// Bug that an engine of runs could have. Each sends a recipient a second message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RunBug {
    /// Deadlines pass while the receiver of webhooks is down.
    FailoverWhileBlind,
    /// A deadline is written over a status that was committed after the run was read.
    DeadlineWithoutGuard,
    /// A worker that died is recovered by repeating the step it was at.
    StepResentAfterCrash,
}

impl RunBug {
    /// All bugs.
    pub const ALL: [Self; 3] = [
        Self::FailoverWhileBlind,
        Self::DeadlineWithoutGuard,
        Self::StepResentAfterCrash,
    ];
}

/// Tables in memory with a planted bug or without, whose due runs may have been read before the last commits, as with
/// most databases.
#[derive(Clone)]
pub(super) struct LateTables {
    pub(super) inner: MemoryTables,
    bug: Option<RunBug>,
    /// Due runs as they were read.
    pub(super) read: Option<Vec<Run>>,
    /// Number of writes that the guard refused.
    pub(super) refused: u64,
}

impl LateTables {
    pub(super) fn new(bug: Option<RunBug>) -> Self {
        Self {
            inner: MemoryTables::default(),
            bug,
            read: None,
            refused: 0,
        }
    }

    /// Recovers the steps whose messages a dead worker held, under [`RunBug::StepResentAfterCrash`].
    pub(super) fn recover(&mut self, ids: &[RowId]) -> Result<(), StoreError> {
        if self.bug != Some(RunBug::StepResentAfterCrash) {
            return Ok(());
        }
        for id in ids {
            if let Some(row) = self.inner.load(*id)?
                && row.state == State::Sending
            {
                let again = Row {
                    state: State::Queued,
                    lease_until: None,
                    ..row.clone()
                };
                self.inner.update(&row, &again, None)?;
            }
        }
        Ok(())
    }
}

impl Altered for LateTables {
    fn inner(&mut self) -> &mut MemoryTables {
        &mut self.inner
    }

    fn due_runs(
        &mut self,
        accounts: &[String],
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Run>, StoreError> {
        match self.read.take() {
            Some(runs) => Ok(runs),
            None => self.inner.due_runs(accounts, now, limit),
        }
    }

    fn update_run(&mut self, before: &Run, after: &Run) -> Result<bool, StoreError> {
        let written = match (self.bug, self.inner.load_run(before.id)?) {
            (Some(RunBug::DeadlineWithoutGuard), Some(stored)) => {
                self.inner.update_run(&stored, after)?
            }
            _ => self.inner.update_run(before, after)?,
        };
        self.refused += u64::from(!written);
        Ok(written)
    }

    fn sight(&mut self) -> Result<Sight, StoreError> {
        match self.bug {
            Some(RunBug::FailoverWhileBlind) => Ok(Sight::default()),
            _ => self.inner.sight(),
        }
    }
}
