//! The world of a history: the store, its clock, and all that acts on it.

use std::collections::BTreeMap;
use std::time::Duration;

use fastrand::Rng;
use jiff::Timestamp;
use messages_sdk::types::Status;
use messages_sdk::types::v0_1::{self, Condition, Workflow};

use super::planted::{LateTables, RunBug};
use super::simulation::Totals;
use crate::id::{Reference, RowId};
use crate::ledger::{self, Tables};
use crate::row::{Outcome, Reason, State, StatusFact};
use crate::run::{Phase, Plan, Run, RunEntry, RunId, RunIntent, RunState};
use crate::store::{
    AdvanceRequest, BeginRequest, ClaimRequest, Fact, Policy, ReapRequest, RunFilter, Settle,
    StoreError,
};
use crate::testing::scene::{
    CALL, LEASE, RECIPIENT, SENDER, accepted, beginning, failed, in_doubt,
};
use crate::testing::{Verdict, ensure};

/// Time a worker waits for a response.
const CALL_LIMIT: Duration = Duration::from_secs(60);
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

#[derive(Default)]
struct Worker {
    hand: Vec<Held>,
    paused_until: Duration,
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
            50..68 => self.deliver(),
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

    fn check(&mut self, is_blind_time: bool) -> Verdict {
        let filter = RunFilter::default();
        let runs = self.tables.inner.select_runs(&filter, None, u32::MAX);
        for run in runs.map_err(failed)? {
            let known = self.before.runs.get(&run.id);
            if known.is_some_and(|known| known.version == run.version) {
                self.note_statuses(&run)?;
                continue;
            }
            if let Some(known) = known {
                self.check_change(known, &run, is_blind_time)?;
                let (new, old) = (&run.progress.history, &known.progress.history);
                let events = new.iter().skip(old.len());
                let moved = events.filter(|entry| entry.event == "deadline").count();
                self.totals.deadlines += moved as u64;
                self.totals.held += u64::from(is_blind_time && new.len() == old.len());
            }
            self.note_statuses(&run)?;
            self.before.runs.insert(run.id, run);
        }
        Ok(())
    }

    fn note_statuses(&mut self, run: &Run) -> Verdict {
        for message in &run.progress.messages {
            let id = run.id.row(message.number);
            let row = self.tables.inner.load(id).map_err(failed)?;
            if let Some(status) = row.and_then(|row| row.status) {
                self.before.statuses.insert(id, status);
            }
        }
        Ok(())
    }

    fn check_change(&self, before: &Run, after: &Run, is_blind_time: bool) -> Verdict {
        let (known, messages) = (&before.progress.messages, &after.progress.messages);
        ensure!(
            before.state == RunState::Running || before.state == after.state,
            "a run that was {} is {}",
            before.state,
            after.state
        );
        ensure!(
            messages.len() >= known.len(),
            "a run has lost the message of a step"
        );
        let is_next = messages.len() > known.len();
        let ended = after.state != before.state;
        let plan = &self.plans[&after.id];
        if let Some(left) = known.last()
            && is_next
            && let Some(until) = plan.send(left.step).and_then(|step| step.until)
        {
            let status = self.before.statuses.get(&after.id.row(left.number));
            ensure!(
                !until.status.is_met(status),
                "a run moved on after a committed success"
            );
        }
        // A run that is held for a week ends, and sends nothing.
        let gave_up = last(&after.progress.history) == Some("blind");
        let waited = matches!(
            before.progress.phase,
            Phase::Waiting(_) | Phase::Leaving { .. }
        );
        ensure!(
            !(is_blind_time && waited && (is_next || (ended && !gave_up))),
            "a run failed over while the store was blind"
        );
        Ok(())
    }

    fn start(&mut self) -> Verdict {
        if self.totals.runs >= RUNS {
            return Ok(());
        }
        self.totals.runs += 1;
        let workflow = self.workflow().map_err(|problems| problems.to_string())?;
        let mut intent = RunIntent::new(format!("key-{}", self.totals.runs), workflow)
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

    /// One to three messages, each to be read or delivered in time but the last.
    fn workflow(&mut self) -> Result<Workflow, messages_sdk::types::Problems> {
        let step = |rng: &mut Rng| {
            let condition = if rng.bool() {
                Condition::Read
            } else {
                Condition::Delivered
            };
            let within = rng.u32(15..900);
            let text = v0_1::Whatsapp::text(SENDER, RECIPIENT, "Hello")?;
            text.expecting(condition, within)
        };
        let mut start = Workflow::starting_with(step(&mut self.rng)?);
        if self.rng.bool() {
            start = start.then(step(&mut self.rng)?);
        }
        Ok(start.ending_with(v0_1::Sms::text(SENDER, RECIPIENT, "Hello")?))
    }

    fn work(&mut self) -> Verdict {
        let number = self.rng.usize(0..self.workers.len());
        self.work_by(number)
    }

    fn work_by(&mut self, number: usize) -> Verdict {
        if self.workers[number].paused_until > self.elapsed {
            return Ok(());
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

    /// The API receives a POST; returns its response, unless it is lost.
    fn receive(&mut self, reference: Reference) -> Result<Option<Outcome>, String> {
        let fault = match self.faults.api {
            true => self.rng.u32(0..12),
            false => u32::MAX,
        };
        match fault {
            0 => return Ok(Some(not_sent())),
            1 => return Ok(Some(Outcome::Rejected(Reason::new("rejected")))),
            2 => return Ok(None),
            _ => {}
        }
        self.number += 1;
        let uuid = format!("uuid-{}", self.number);
        ensure!(
            self.accepted.insert(reference, uuid.clone()).is_none(),
            "a step was sent twice: {reference}"
        );
        self.totals.accepted += 1;
        self.schedule(reference, &uuid);
        Ok((fault != 3).then(|| accepted(&uuid)))
    }

    /// The webhooks of a message: missing, doubled, late, and in any order.
    fn schedule(&mut self, reference: Reference, uuid: &str) {
        let ways: [&[Status]; 5] = [
            &[Status::Submitted, Status::Delivered],
            &[Status::Submitted, Status::Delivered, Status::Read],
            &[Status::Submitted],
            &[Status::Rejected],
            &[Status::Submitted, Status::Undeliverable],
        ];
        for status in self.rng.choice(ways).unwrap_or_default() {
            let copies = match self.rng.u32(0..8) {
                0 if self.faults.lost => 0,
                1 => 2,
                _ => 1,
            };
            self.totals.disturbed += u64::from(copies != 1);
            for _ in 0..copies {
                let delay = match self.rng.u32(0..4) {
                    0 => Duration::ZERO,
                    1 => Duration::from_secs(self.rng.u64(0..2_000)),
                    _ => Duration::from_millis(self.rng.u64(0..30_000)),
                };
                self.number += 1;
                let fact = StatusFact {
                    reference: self.rng.bool().then_some(reference),
                    message_uuid: uuid.to_owned(),
                    workflow_id: None,
                    status: status.clone(),
                    code: None,
                    usage: None,
                };
                self.webhooks
                    .insert((self.elapsed + delay, self.number), fact);
            }
        }
    }

    /// Delivers the first due webhook. While the receiver is down, the API repeats it later.
    fn deliver(&mut self) -> Verdict {
        let Some(first) = self.webhooks.first_entry() else {
            return Ok(());
        };
        let (time, number) = *first.key();
        if time > self.elapsed {
            return Ok(());
        }
        let fact = first.remove();
        if self.down_until > self.elapsed {
            self.totals.disturbed += 1;
            let again = self.down_until + Duration::from_secs(self.rng.u64(0..900));
            self.webhooks.insert((again, number), fact);
            return Ok(());
        }
        self.totals.webhooks += 1;
        let facts = [Fact::Status(fact)];
        self.commit(false, |tables, now| ledger::apply(tables, &facts, now))?;
        Ok(())
    }

    /// A worker reads the due runs, and advances them only later.
    fn read_due(&mut self) -> Verdict {
        if self.faults.late_readers && self.tables.read.is_none() {
            let accounts = ["default".to_owned()];
            let now = self.now();
            let due = self.tables.inner.due_runs(&accounts, now, 100);
            self.tables.read = Some(due.map_err(failed)?);
        }
        Ok(())
    }

    fn advance(&mut self) -> Verdict {
        let request = AdvanceRequest {
            accounts: vec!["default".to_owned()],
            limit: 100,
            done: Vec::new(),
        };
        self.commit(true, |tables, now| ledger::advance(tables, &request, now))?;
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

    /// Kills a worker: before its next step, or after that step's commit.
    fn kill(&mut self) -> Verdict {
        if !self.faults.kills {
            return Ok(());
        }
        let number = self.rng.usize(0..self.workers.len());
        if self.rng.bool() {
            self.work_by(number)?;
        }
        let hand = std::mem::take(&mut self.workers[number].hand);
        self.totals.kills += 1;
        let ids: Vec<RowId> = hand.iter().map(|held| held.id).collect();
        self.tables.recover(&ids).map_err(failed)
    }

    fn pause(&mut self) -> Verdict {
        if self.faults.pauses {
            let number = self.rng.usize(0..self.workers.len());
            let pause = Duration::from_secs(self.rng.u64(1..300));
            self.workers[number].paused_until = self.elapsed + pause;
        }
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
                    if self.workers[number].hand.is_empty() {
                        break;
                    }
                    self.work_by(number)?;
                }
            }
            self.deliver()?;
            self.advance()?;
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

    fn check_end(&mut self) -> Verdict {
        let mut steps = BTreeMap::new();
        for reference in self.accepted.keys() {
            let run = RunId::of(reference.row());
            let [.., number] = reference.row().to_bytes();
            let step = self.plans[&run].message(number).map(|(step, ..)| step);
            *steps.entry((run, step)).or_insert(0) += 1;
        }
        ensure!(
            steps.values().all(|count| *count == 1),
            "a step was sent twice"
        );
        let filter = RunFilter::default();
        let runs = self.tables.select_runs(&filter, None, u32::MAX);
        for run in runs.map_err(failed)? {
            ensure!(
                run.state != RunState::Running,
                "a run has not ended: step {}, {:?}, {:?}",
                run.progress.step,
                run.progress.phase,
                last(&run.progress.history)
            );
            self.totals.late += u64::from(run.progress.late_reads + run.progress.late_deliveries);
            if run.state == RunState::Completed {
                self.totals.completed += 1;
                self.check_completed(&run)?;
            }
            for message in &run.progress.messages {
                let row = self
                    .tables
                    .load(run.id.row(message.number))
                    .map_err(failed)?;
                let state = row.map(|row| row.state);
                ensure!(
                    !matches!(state, Some(State::Queued | State::Claimed) | None),
                    "a run that has ended has a message that is {state:?}"
                );
            }
        }
        self.totals.refused = self.tables.refused;
        Ok(())
    }

    /// A completed run has a message that reached its status.
    fn check_completed(&self, run: &Run) -> Verdict {
        let plan = &self.plans[&run.id];
        let reached = run.progress.messages.iter().any(|message| {
            let until = plan.send(message.step).and_then(|step| step.until);
            let status = self.before.statuses.get(&run.id.row(message.number));
            until.is_none_or(|until| until.status.is_met(status))
        });
        ensure!(reached, "a run completed without a success");
        Ok(())
    }
}

fn last(history: &[RunEntry]) -> Option<&str> {
    history.last().map(|entry| entry.event.as_str())
}

fn not_sent() -> Outcome {
    Outcome::NotSent {
        reason: Reason::new("not_sent"),
        delay: Duration::from_secs(1),
    }
}
