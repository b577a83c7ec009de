//! Workers, as the real one works: claim, begin, post, settle.

use std::time::Duration;

use super::api::Response;
use super::world::World;
use crate::id::{Reference, RowId};
use crate::ledger::{self, Tables};
use crate::row::{Outcome, Reason};
use crate::store::{BeginRequest, ClaimRequest, Settle};
use crate::testing::planted::Bug;
use crate::testing::scene::{CALL, LEASE, failed};
use crate::testing::{Verdict, ensure};

/// Longest time between the request to begin and the POST.
const GRACE: Duration = Duration::from_secs(10);
/// Longest duration of a POST.
const CALL_LIMIT: Duration = Duration::from_secs(60);

/// A worker, with the rows it holds.
#[derive(Debug, Clone, Default)]
pub(super) struct Worker {
    hand: Vec<Held>,
    /// Stopped until then, without its knowledge.
    paused_until: Duration,
}

/// A row that a worker holds.
#[derive(Debug, Clone)]
struct Held {
    id: RowId,
    epoch: u64,
    reference: Option<Reference>,
    stage: Stage,
}

#[derive(Debug, Clone)]
enum Stage {
    /// Claimed; to be begun at its slot.
    Claimed { slot: Duration },
    /// Begun, by a request made at this time.
    Begun { requested: Duration },
    /// Posted at this time; the response, or its loss, is on the way.
    Posted { at: Duration, response: Response },
    /// The outcome is to be stored.
    Known(Outcome),
}

impl Worker {
    /// Everything it knew is gone; the next process takes its place.
    pub(super) fn kill(&mut self) {
        *self = Self::default();
    }
}

impl World {
    /// A random worker makes a step.
    pub(super) fn work(&mut self) -> Verdict {
        let number = self.rng.usize(0..self.workers.len());
        self.work_by(number).map(|_| ())
    }

    /// The worker makes a step; `false` if it can do nothing now.
    pub(super) fn work_by(&mut self, number: usize) -> Result<bool, String> {
        let worker = &mut self.workers[number];
        if worker.paused_until > self.elapsed {
            return Ok(false);
        }
        let count = worker.hand.len();
        if count == 0 || (count < 4 && self.rng.u32(0..4) == 0) {
            return self.claim(number);
        }
        let nth = self.rng.usize(0..count);
        let held = self.workers[number].hand.swap_remove(nth);
        let before = std::mem::discriminant(&held.stage);
        let mut held = Some(held);
        self.go_on(&mut held)?;
        let is_moved = held
            .as_ref()
            .is_none_or(|held| std::mem::discriminant(&held.stage) != before);
        self.workers[number].hand.extend(held);
        Ok(is_moved)
    }

    fn claim(&mut self, number: usize) -> Result<bool, String> {
        let request = self.claim_request();
        let claim = self.commit(|tables, now| ledger::claim(tables, &request, now))?;
        let is_any = !claim.rows.is_empty();
        for claimed in claim.rows {
            let row = &claimed.row;
            ensure!(
                !self.is_held(row.id, row.details.campaign.as_deref()),
                "a paused row was claimed"
            );
            if claimed.is_paced {
                ensure!(
                    self.is_free(claimed.send_at),
                    "two slots of one sender are too close"
                );
                self.slots.insert(claimed.send_at);
            }
            let wait = Duration::try_from(claim.now.duration_until(claimed.send_at));
            self.workers[number].hand.push(Held {
                id: row.id,
                epoch: row.epoch,
                reference: None,
                stage: Stage::Claimed {
                    slot: self.elapsed + wait.unwrap_or_default(),
                },
            });
        }
        Ok(is_any)
    }

    /// A claim of a restored backup, which must fail.
    pub(super) fn claim_as_restored(&mut self) -> Verdict {
        let request = self.claim_request();
        self.commit(|tables, now| ledger::claim(tables, &request, now))?;
        Ok(())
    }

    fn claim_request(&mut self) -> ClaimRequest {
        ClaimRequest {
            accounts: vec!["default".to_owned()],
            limit: self.rng.u32(1..4),
            lease: LEASE,
            policy: self.policy.clone(),
        }
    }

    /// The next stage of a held row; `None` once the worker is done with it.
    fn go_on(&mut self, held: &mut Option<Held>) -> Verdict {
        let Some(row) = held else {
            return Ok(());
        };
        match row.stage.clone() {
            Stage::Claimed { slot } if slot > self.elapsed => {}
            Stage::Claimed { .. } if self.bug == Some(Bug::SendThenMark) => {
                let stored = self.tables.load(row.id).map_err(failed)?;
                row.reference = stored.and_then(|stored| stored.reference());
                self.post(row)?;
            }
            Stage::Claimed { .. } => {
                if !self.begin(row)? {
                    *held = None;
                }
            }
            Stage::Begun { requested } if self.elapsed - requested > GRACE => {
                row.stage = Stage::Known(not_sent());
            }
            Stage::Begun { .. } => self.post(row)?,
            Stage::Posted { at, response } => {
                let is_over = self.elapsed - at > CALL_LIMIT;
                if let Some(outcome) = response.outcome(is_over) {
                    row.stage = Stage::Known(outcome);
                }
            }
            Stage::Known(outcome) => {
                if self.bug == Some(Bug::SendThenMark) {
                    self.begin(&mut row.clone())?;
                }
                self.settle(row, outcome)?;
                *held = None;
            }
        }
        Ok(())
    }

    /// `false` if the row must not be posted and nothing remains to be stored.
    fn begin(&mut self, row: &mut Held) -> Result<bool, String> {
        // Rarely the store fails, and nothing tells whether it began the row.
        let fault = match self.faults.kills {
            true => self.rng.u32(0..20),
            false => 2,
        };
        let request = BeginRequest {
            rows: vec![(row.id, row.epoch)],
            lease: CALL,
        };
        if fault == 0 {
            row.stage = Stage::Known(not_sent());
            return Ok(true);
        }
        let begun = self.commit(|tables, now| ledger::begin(tables, &request, now))?;
        if fault == 1 {
            row.stage = Stage::Known(not_sent());
            return Ok(true);
        }
        let Ok(reference) = begun[0].result else {
            return Ok(false);
        };
        let stored = self.tables.load(row.id).map_err(failed)?;
        let campaign = stored.and_then(|stored| stored.details.campaign.clone());
        ensure!(
            !self.is_held(row.id, campaign.as_deref()),
            "a paused row was begun"
        );
        row.reference = Some(reference);
        row.stage = Stage::Begun {
            requested: self.elapsed,
        };
        Ok(true)
    }

    fn post(&mut self, row: &mut Held) -> Verdict {
        let Some(reference) = row.reference else {
            return Err("a POST without a reference".to_owned());
        };
        let response = self.receive(row.id, reference)?;
        row.stage = Stage::Posted {
            at: self.elapsed,
            response,
        };
        Ok(())
    }

    fn settle(&mut self, row: &Held, outcome: Outcome) -> Verdict {
        let mut epoch = row.epoch;
        if self.bug == Some(Bug::SettleWithoutEpoch)
            && let Some(stored) = self.tables.load(row.id).map_err(failed)?
        {
            epoch = stored.epoch;
        }
        self.totals.doubts += u64::from(matches!(outcome, Outcome::InDoubt(_)));
        let outcomes = [Settle {
            id: row.id,
            epoch,
            outcome,
        }];
        self.commit(|tables, now| ledger::settle(tables, &outcomes, now))?;
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
        self.workers[number].kill();
        self.totals.kills += 1;
        Ok(())
    }

    /// Stops a worker for up to 5 minutes, longer than every lease.
    pub(super) fn pause_worker(&mut self) -> Verdict {
        if self.faults.pauses {
            let number = self.rng.usize(0..self.workers.len());
            let pause = Duration::from_secs(self.rng.u64(1..300));
            self.workers[number].paused_until = self.elapsed + pause;
        }
        Ok(())
    }

    /// Ends the pauses of workers.
    pub(super) fn wake_workers(&mut self) {
        for worker in &mut self.workers {
            worker.paused_until = Duration::ZERO;
        }
    }

    /// Returns `true` if a worker holds a row.
    pub(super) fn is_any_held(&self) -> bool {
        self.workers.iter().any(|worker| !worker.hand.is_empty())
    }

    fn is_free(&self, slot: jiff::Timestamp) -> bool {
        let interval = self.policy.quotas.sender_interval();
        let earlier = self.slots.range(..=slot).next_back();
        let later = self.slots.range(slot..).next();
        let far = |from: jiff::Timestamp, to: jiff::Timestamp| {
            Duration::try_from(to.duration_since(from)).unwrap_or_default()
                + Duration::from_micros(1)
                >= interval
        };
        earlier.is_none_or(|earlier| far(*earlier, slot))
            && later.is_none_or(|later| far(slot, *later))
    }
}

fn not_sent() -> Outcome {
    Outcome::NotSent {
        reason: Reason::new("not_sent"),
        delay: Duration::from_secs(1),
    }
}
