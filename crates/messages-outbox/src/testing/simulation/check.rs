//! Invariants: after every step, and at the end.

use std::time::Duration;

use super::world::World;
use crate::id::{Reference, RowId};
use crate::ledger::{self, Tables};
use crate::row::{Row, State};
use crate::testing::scene::failed;
use crate::testing::{Verdict, ensure};

/// Rounds after which everything must be settled.
const ROUNDS: u32 = 2_000;

impl World {
    /// Checks the invariants of every instant.
    pub(super) fn check(&mut self) -> Verdict {
        let now = self.now();
        let status = ledger::status(&mut self.tables, now).map_err(failed)?;
        ensure!(
            status.total() == self.rows.len() as u64,
            "the states add up to {}, there are {} rows",
            status.total(),
            self.rows.len()
        );
        Ok(())
    }

    /// Everything works again: pauses end, workers run, webhooks come.
    pub(super) fn recover(&mut self) -> Verdict {
        self.faults.kills = false;
        self.faults.api = false;
        self.resume_all()?;
        self.wake_workers();
        let mut idle = 0;
        for _ in 0..ROUNDS {
            self.advance(Duration::from_secs(5));
            self.reap()?;
            self.deliver_due()?;
            let mut is_moved = false;
            for number in 0..self.workers.len() {
                is_moved |= self.work_by(number)?;
            }
            idle = if is_moved || self.is_any_held() {
                0
            } else {
                idle + 1
            };
            // A jump of the clock may have moved a due time by hours.
            if idle > 10 {
                self.advance(Duration::from_secs(3600));
            }
            if idle > 20 {
                break;
            }
        }
        self.deliver_all()?;
        self.check()
    }

    /// Checks the invariants of the end, once all faults are over.
    pub(super) fn check_end(&mut self) -> Verdict {
        for id in self.rows.clone() {
            let row = self.tables.load(id).map_err(failed)?;
            let row = row.ok_or_else(|| format!("lost: row {id} is gone"))?;
            let payload = self.tables.payload(id).map_err(failed)?;
            ensure!(
                payload.is_some() || !row.state.is_open(),
                "lost: the payload of an open row ({}) is gone",
                row.state
            );
            self.check_row(&row)?;
        }
        Ok(())
    }

    fn check_row(&self, row: &Row) -> Verdict {
        let state = row.state;
        ensure!(
            !matches!(state, State::Queued | State::Claimed | State::Sending),
            "lost: a row is {state} for ever"
        );
        ensure!(
            state != State::Suppressed,
            "lost: a row is suppressed without an opt-out ({:?})",
            row.reason
        );
        let copies = self.copies(row.id);
        let is_resent = self.resent.contains(&row.id);
        ensure!(
            copies <= 1 || is_resent,
            "doubled: {copies} copies of a row that was not resent"
        );
        if copies > 0 {
            ensure!(
                matches!(state, State::Sent | State::InDoubt | State::Abandoned) || is_resent,
                "lost sight: an accepted row is {state}"
            );
        } else {
            ensure!(
                state != State::Sent || self.declared.contains(&row.id),
                "invented: a row is sent that the API never accepted"
            );
        }
        if is_resent || self.totals.restores > 0 {
            return Ok(());
        }
        ensure!(
            row.contradictions == 0,
            "a contradiction without a cause ({state})"
        );
        let told = self.told(row);
        ensure!(
            row.status == told || (told.is_some() && self.is_unnamed(row)),
            "a status was dropped: {} instead of {}",
            row.status.as_ref().map_or("none", |status| status.as_str()),
            told.as_ref().map_or("none", |status| status.as_str())
        );
        ensure!(
            told.is_none() || state == State::Sent || self.is_unnamed(row),
            "a status did not settle a row that is {state}"
        );
        Ok(())
    }

    fn copies(&self, id: RowId) -> usize {
        let references = (0..=Reference::RESENDS_MAX).filter_map(|n| Reference::new(id, n));
        references
            .filter(|reference| self.api.accepted.contains_key(reference))
            .count()
    }

    fn told(&self, row: &Row) -> Option<messages_sdk::types::Status> {
        let message = self.api.accepted.get(&row.reference()?)?;
        message.told.clone()
    }

    /// Statuses without a reference cannot find a row whose response was lost or did not name the message.
    fn is_unnamed(&self, row: &Row) -> bool {
        !self.faults.echo && row.message_uuid.is_none()
    }
}
