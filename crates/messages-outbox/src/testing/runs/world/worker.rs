//! Workers, which die and pause.

use std::time::Duration;

use super::World;
use super::api::not_sent;
use crate::id::{Reference, RowId};
use crate::ledger::{self, Tables};
use crate::row::Outcome;
use crate::run::{RunId, RunState, TaskEnd};
use crate::store::{
    AdvanceRequest, BeginRequest, ClaimRequest, GivenTask, Policy, Settle, TaskDone, Work,
};
use crate::testing::scene::{CALL, LEASE, failed, in_doubt};
use crate::testing::{Verdict, ensure};
use crate::window::{Gate, gate};

/// Time a worker waits for a response.
const CALL_LIMIT: Duration = Duration::from_secs(60);

#[derive(Default)]
pub(super) struct Worker {
    hand: Vec<Held>,
    pub(super) paused_until: Duration,
    /// Tasks of runs that it was given.
    tasks: Vec<GivenTask>,
    /// Tasks that ended, for its next request.
    done: Vec<TaskDone>,
}

struct Held {
    id: RowId,
    epoch: u64,
    stage: Stage,
}

enum Stage {
    Claimed,
    Begun {
        reference: Reference,
        at: Duration,
    },
    /// `None`: the response is lost.
    Posted {
        at: Duration,
        response: Option<Outcome>,
    },
    Known(Outcome),
}

impl Worker {
    pub(super) fn is_idle(&self) -> bool {
        self.hand.is_empty() && self.tasks.is_empty()
    }
}

impl World {
    pub(super) fn work(&mut self) -> Verdict {
        let number = self.rng.usize(0..self.workers.len());
        self.work_by(number)
    }

    pub(super) fn work_by(&mut self, number: usize) -> Verdict {
        if self.workers[number].paused_until > self.elapsed {
            return Ok(());
        }
        if !self.workers[number].tasks.is_empty() && self.rng.bool() {
            return self.end_task(number);
        }
        if self.workers[number].hand.is_empty() || self.rng.u32(0..4) == 0 {
            return self.claim(number);
        }
        let nth = self.rng.usize(0..self.workers[number].hand.len());
        let held = self.workers[number].hand.swap_remove(nth);
        let next = self.go_on(held)?;
        self.workers[number].hand.extend(next);
        Ok(())
    }

    fn claim(&mut self, number: usize) -> Verdict {
        let request = ClaimRequest {
            accounts: vec!["default".to_owned()],
            limit: 2,
            lease: LEASE,
            policy: Policy::default(),
        };
        let claim = self.commit(false, |tables, now| ledger::claim(tables, &request, now))?;
        let held = claim.rows.iter().map(|claimed| Held {
            id: claimed.row.id,
            epoch: claimed.row.epoch,
            stage: Stage::Claimed,
        });
        self.workers[number].hand.extend(held);
        Ok(())
    }

    /// The next stage of a held row; `None` once the worker is done with it.
    fn go_on(&mut self, mut held: Held) -> Result<Option<Held>, String> {
        held.stage = match held.stage {
            Stage::Claimed => {
                let request = BeginRequest {
                    rows: vec![(held.id, held.epoch)],
                    lease: CALL,
                };
                let begun =
                    self.commit(false, |tables, now| ledger::begin(tables, &request, now))?;
                let Ok(reference) = begun[0].result else {
                    return Ok(None);
                };
                self.check_begun(held.id)?;
                Stage::Begun {
                    reference,
                    at: self.elapsed,
                }
            }
            Stage::Begun { at, .. } if self.elapsed - at > Duration::from_secs(10) => {
                Stage::Known(not_sent())
            }
            Stage::Begun { reference, .. } => Stage::Posted {
                at: self.elapsed,
                response: self.receive(reference)?,
            },
            Stage::Posted { at, response } => match response {
                Some(outcome) => Stage::Known(outcome),
                None if self.elapsed - at > CALL_LIMIT => Stage::Known(in_doubt()),
                None => Stage::Posted { at, response },
            },
            Stage::Known(outcome) => {
                let outcomes = [Settle {
                    id: held.id,
                    epoch: held.epoch,
                    outcome,
                }];
                self.commit(false, |tables, now| ledger::settle(tables, &outcomes, now))?;
                return Ok(None);
            }
        };
        Ok(Some(held))
    }

    /// A worker reads the due runs, and advances them only later.
    pub(super) fn read_due(&mut self) -> Verdict {
        if self.faults.late_readers && self.tables.read.is_none() {
            let accounts = ["default".to_owned()];
            let now = self.now();
            let due = self.tables.inner.due_runs(&accounts, now, 100);
            self.tables.read = Some(due.map_err(failed)?);
        }
        Ok(())
    }

    pub(super) fn advance(&mut self) -> Verdict {
        let number = self.rng.usize(0..self.workers.len());
        self.advance_by(number)
    }

    pub(super) fn advance_by(&mut self, number: usize) -> Verdict {
        if self.workers[number].paused_until > self.elapsed {
            return Ok(());
        }
        let request = AdvanceRequest {
            accounts: vec!["default".to_owned()],
            limit: 100,
            done: std::mem::take(&mut self.workers[number].done),
        };
        let advanced = self.commit(true, |tables, now| ledger::advance(tables, &request, now))?;
        self.workers[number].tasks.extend(advanced.tasks);
        Ok(())
    }

    /// Ends a task: a revocation reaches the API or not, and the worker learns that or not.
    fn end_task(&mut self, number: usize) -> Verdict {
        let Some(given) = self.workers[number].tasks.pop() else {
            return Ok(());
        };
        let fault = match self.faults.api {
            true => self.rng.u32(0..6),
            false => u32::MAX,
        };
        if let (Work::Revoke { message_uuid }, 1..) = (&given.work, fault) {
            self.revoke(message_uuid);
        }
        let end = match fault {
            0 | 1 => TaskEnd::Failed,
            2 => TaskEnd::Refused,
            _ => TaskEnd::Done,
        };
        self.workers[number].done.push(TaskDone {
            run: given.run,
            task: given.task,
            end,
        });
        Ok(())
    }

    /// A POST begins only in its window, and only for a run that goes on.
    fn check_begun(&mut self, id: RowId) -> Verdict {
        let run = self.tables.load_run(RunId::of(id)).map_err(failed)?;
        ensure!(
            run.is_some_and(|run| run.state == RunState::Running),
            "a message of a run that has ended was posted"
        );
        let row = self.tables.load(id).map_err(failed)?;
        ensure!(
            row.is_some_and(|row| gate(&row.details, self.now()) == Gate::Open),
            "a message was posted outside its window"
        );
        Ok(())
    }

    /// Kills a worker: before its next step, or after that step's commit.
    pub(super) fn kill(&mut self) -> Verdict {
        if !self.faults.kills {
            return Ok(());
        }
        let number = self.rng.usize(0..self.workers.len());
        if self.rng.bool() {
            self.work_by(number)?;
        }
        let Worker { hand, .. } = std::mem::take(&mut self.workers[number]);
        self.totals.kills += 1;
        let ids: Vec<RowId> = hand.iter().map(|held| held.id).collect();
        self.tables.recover(&ids).map_err(failed)
    }

    pub(super) fn pause(&mut self) -> Verdict {
        if self.faults.pauses {
            let number = self.rng.usize(0..self.workers.len());
            let pause = Duration::from_secs(self.rng.u64(1..300));
            self.workers[number].paused_until = self.elapsed + pause;
        }
        Ok(())
    }
}
