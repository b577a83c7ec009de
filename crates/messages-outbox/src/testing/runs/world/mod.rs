//! The world of a history: the store, its clock, and all that acts on it.

mod api;
mod check;
mod documents;
mod worker;

use std::collections::BTreeMap;
use std::time::Duration;

use fastrand::Rng;
use jiff::Timestamp;
use messages_sdk::types::Status;
use worker::Worker;

use super::planted::{LateTables, RunBug};
use super::simulation::Totals;
use crate::id::{Reference, RowId};
use crate::ledger::{self, Tables};
use crate::row::StatusFact;
use crate::run::{Definition, Plan, Run, RunId, RunIntent};
use crate::store::{ReapRequest, StoreError};
use crate::testing::Verdict;
use crate::testing::scene::{beginning, failed};

/// Largest number of runs of a history.
const RUNS: u64 = 6;
/// Rounds in which all runs must end once everything works.
const ROUNDS: u32 = 1_000;

/// Everything of a history.
pub(super) struct World {
    pub(super) rng: Rng,
    pub(super) totals: Totals,
    tables: LateTables,
    /// Time that passed for everyone, from 0.
    elapsed: Duration,
    /// Start of the store's clock, which jumps.
    epoch: Timestamp,
    faults: Faults,
    workers: Vec<Worker>,
    plans: BTreeMap<RunId, Plan>,
    accepted: BTreeMap<Reference, String>,
    webhooks: BTreeMap<(Duration, u64), StatusFact>,
    /// End of the present outage of the receiver.
    down_until: Duration,
    before: Before,
    number: u64,
}

/// Faults that occur in a history, drawn once, so that quiet and wild ones are both frequent.
#[derive(Debug, Clone, Copy)]
struct Faults {
    kills: bool,
    pauses: bool,
    api: bool,
    lost: bool,
    outages: bool,
    jumps: bool,
    late_readers: bool,
}

/// Runs, and the statuses of their messages, before the present commit.
#[derive(Default)]
struct Before {
    runs: BTreeMap<RunId, Run>,
    statuses: BTreeMap<RowId, Status>,
}

impl World {
    pub(super) fn new(seed: u64, bug: Option<RunBug>) -> Self {
        let mut rng = Rng::with_seed(seed);
        let faults = Faults {
            kills: rng.bool(),
            pauses: rng.bool(),
            api: rng.u32(0..4) != 0,
            lost: rng.u32(0..3) == 0,
            outages: rng.bool(),
            jumps: rng.u32(0..4) == 0,
            late_readers: rng.bool(),
        };
        let workers = (0..rng.usize(1..4)).map(|_| Worker::default()).collect();
        Self {
            rng,
            totals: Totals::default(),
            tables: LateTables::new(bug),
            elapsed: Duration::ZERO,
            epoch: beginning(),
            faults,
            workers,
            plans: BTreeMap::new(),
            accepted: BTreeMap::new(),
            webhooks: BTreeMap::new(),
            down_until: Duration::ZERO,
            before: Before::default(),
            number: 0,
        }
    }

    pub(super) fn pass(&mut self, elapsed: Duration) {
        self.elapsed += elapsed;
    }

    fn now(&self) -> Timestamp {
        self.epoch + self.elapsed
    }

    /// One random step.
    pub(super) fn step(&mut self) -> Verdict {
        match self.rng.u32(0..100) {
            0..6 => self.start(),
            6..50 => self.work(),
            50..66 => self.deliver(),
            66..67 => self.reply(),
            67..68 => self.signal(),
            68..72 => self.read_due(),
            72..86 => self.advance(),
            86..90 => self.reap(),
            90..94 => self.kill(),
            94..96 => self.pause(),
            96..99 => self.break_receiver(),
            _ => self.jump(),
        }
    }

    /// Runs one request as a transaction, and checks what it did to the runs.
    fn commit<R>(
        &mut self,
        is_time: bool,
        request: impl FnOnce(&mut LateTables, Timestamp) -> Result<R, StoreError>,
    ) -> Result<R, String> {
        let now = self.now();
        let is_blind = self
            .tables
            .inner
            .sight()
            .map_err(failed)?
            .blind_since(now)
            .is_some();
        let result = request(&mut self.tables, now);
        self.tables.inner.end(result.is_ok());
        let result = result.map_err(failed)?;
        self.check(is_time && is_blind)?;
        Ok(result)
    }

    fn start(&mut self) -> Verdict {
        if self.totals.runs >= RUNS {
            return Ok(());
        }
        self.totals.runs += 1;
        let is_journey = self.rng.bool();
        self.totals.journeys += u64::from(is_journey);
        let definition: Definition = match is_journey {
            true => documents::journey(&mut self.rng)?.into(),
            false => documents::workflow(&mut self.rng)?.into(),
        };
        let mut intent = RunIntent::new(format!("key-{}", self.totals.runs), definition)
            .map_err(|error| error.to_string())?;
        // The ID comes from a counter, so that a history depends on its seed alone.
        let id = u128::from(self.totals.runs) << 8;
        intent.id = RunId::of(RowId::from_bytes(id.to_be_bytes()));
        self.plans.insert(intent.id, intent.plan().clone());
        // A producer that does not know whether its call succeeded repeats it.
        for _ in 0..self.rng.u32(1..3) {
            let intents = [intent.clone()];
            self.commit(false, |tables, now| {
                ledger::start(tables, &intents, None, now)
            })?;
        }
        Ok(())
    }

    fn reap(&mut self) -> Verdict {
        let request = ReapRequest {
            limit: 1_000,
            in_doubt_max: Duration::from_secs(72 * 3600),
        };
        let reaped = self.commit(false, |tables, now| ledger::reap(tables, &request, now))?;
        self.totals.doubts += reaped.in_doubt;
        Ok(())
    }

    fn break_receiver(&mut self) -> Verdict {
        if self.faults.outages && self.down_until <= self.elapsed {
            self.down_until = self.elapsed + Duration::from_secs(self.rng.u64(1..2_400));
        }
        Ok(())
    }

    fn jump(&mut self) -> Verdict {
        if self.faults.jumps {
            let hour = Duration::from_secs(3600);
            self.epoch = if self.rng.bool() {
                self.epoch + hour
            } else {
                self.epoch - hour
            };
        }
        Ok(())
    }

    /// Everything works again, until all runs have ended.
    pub(super) fn end(&mut self) -> Verdict {
        self.down_until = Duration::ZERO;
        for worker in &mut self.workers {
            worker.paused_until = Duration::ZERO;
        }
        self.faults.api = false;
        for round in 0..ROUNDS {
            // No time passes until the workers are done.
            for number in 0..self.workers.len() {
                self.work_by(number)?;
                // One that waits for a response waits for time.
                for _ in 0..20 {
                    if self.workers[number].is_idle() {
                        break;
                    }
                    self.work_by(number)?;
                }
            }
            self.deliver()?;
            for number in 0..self.workers.len() {
                self.advance_by(number)?;
            }
            self.reap()?;
            if self.tables.running_runs().map_err(failed)? == 0 && self.webhooks.is_empty() {
                break;
            }
            let pause = match round {
                0..100 => 5,
                100..150 => 600,
                _ => 6 * 3600,
            };
            self.pass(Duration::from_secs(pause));
        }
        self.check_end()
    }
}
