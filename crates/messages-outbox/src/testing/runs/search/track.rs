//! Tracks: a run, its rows, and the steps that change them.

use std::time::Duration;

use jiff::Timestamp;
use messages_sdk::types::Status;

use crate::digest::Digest;
use crate::id::RowId;
use crate::row::{Event, Outcome, Priority, Reason, Row, State, StatusFact, transition};
use crate::run::{
    Phase, Plan, RowView, Run, RunDetails, RunEffect, RunEvent, RunId, RunState, Sight, Task,
    TaskEnd, begin, transition as run_transition,
};
use crate::testing::runs::RunBug;
use crate::testing::scene::{CALL, LEASE, accepted, beginning, in_doubt};

/// A run, its rows, and all that acts on them.
#[derive(Clone)]
pub(super) struct Track {
    pub(super) run: Run,
    rows: Vec<Row>,
    /// Copies of each message that the API accepted.
    copies: Vec<u8>,
    /// The row in the hands of a worker.
    hand: Option<Held>,
    /// The task in the hands of a worker.
    task: Option<Task>,
    /// The run as a worker has read it, to advance it.
    read: Option<Run>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Held {
    row: usize,
    epoch: u64,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Stage {
    Claimed,
    Begun,
    /// The lease of the POST is over before it began: it must not begin any more.
    Late,
    Known(Answer),
}

/// Outcome of a POST as the worker knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Answer {
    Accepted,
    Lost,
    Rejected,
}

/// One step of a run, or of all that is around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Claim,
    Begin,
    /// The POST: whether the API accepts it, and what the worker learns.
    Post(bool, Answer),
    Settle,
    /// The worker dies, with all that it holds.
    Kill,
    /// A worker is paused for longer than its lease.
    LeaseOver,
    /// The outcome of a message stays unknown for three days.
    GiveUp,
    /// A success or a failure of a message.
    Webhook(usize, bool),
    /// A worker reads the run, whose time has come.
    Read,
    /// The worker advances the run that it has read.
    Advance,
    /// The worker has done its task, or failed.
    Task(bool),
    Cancel,
    /// The receiver of webhooks breaks down, or works again.
    Outage(bool),
}

fn sight(is_blind: bool, bug: Option<RunBug>) -> Sight {
    let mut sight = Sight::default();
    if is_blind && bug != Some(RunBug::FailoverWhileBlind) {
        sight.accepted_since = Some(Timestamp::UNIX_EPOCH);
    }
    sight
}

impl Track {
    pub(super) fn new(plan: &Plan) -> Self {
        let id = RunId::of(RowId::from_bytes((1_u128 << 8).to_be_bytes()));
        let begun = begin(id, details(), plan, beginning(), beginning());
        let mut track = Self {
            run: begun.run,
            rows: Vec::new(),
            copies: Vec::new(),
            hand: None,
            task: None,
            read: None,
        };
        track.carry_out(&begun.effects, plan, Sight::default());
        track
    }

    pub(super) fn steps(&self) -> Vec<Step> {
        let mut steps = vec![
            Step::Claim,
            Step::LeaseOver,
            Step::Read,
            Step::Advance,
            Step::GiveUp,
            Step::Cancel,
        ];
        if self.task.is_some() {
            steps.extend([true, false].map(Step::Task));
        }
        if self.hand.is_some() || self.task.is_some() || self.read.is_some() {
            steps.push(Step::Kill);
        }
        match self.hand.map(|held| held.stage) {
            Some(Stage::Claimed) => steps.push(Step::Begin),
            Some(Stage::Begun) => steps.extend([
                Step::Post(true, Answer::Accepted),
                Step::Post(true, Answer::Lost),
                Step::Post(false, Answer::Lost),
                Step::Post(false, Answer::Rejected),
            ]),
            Some(Stage::Late | Stage::Known(_)) => steps.push(Step::Settle),
            None => {}
        }
        let sent = (0..self.rows.len()).filter(|row| self.copies[*row] > 0);
        steps.extend(sent.flat_map(|row| [true, false].map(|ok| Step::Webhook(row, ok))));
        steps
    }

    /// The track after a step; `None` if the step is refused or changes nothing.
    pub(super) fn after(
        &self,
        step: Step,
        is_blind: bool,
        plan: &Plan,
        bug: Option<RunBug>,
    ) -> Result<Option<Self>, String> {
        let mut next = self.clone();
        let sight = sight(is_blind, bug);
        let done = match step {
            // The sight is not the run's own.
            Step::Outage(_) => None,
            Step::Claim => next.claim(plan, sight),
            Step::Begin => next.begin(plan, sight),
            Step::Post(accepts, answer) => next.post(accepts, answer),
            Step::Settle => next.settle(plan, sight),
            Step::Kill => {
                next.kill(bug);
                Some(())
            }
            Step::LeaseOver => next.lease_over(plan, sight),
            Step::GiveUp => {
                let row = next.rows.len() - 1;
                next.change_row(row, &Event::GiveUp, beginning(), plan, sight)
            }
            Step::Webhook(row, ok) => next.webhook(row, ok, plan, sight),
            Step::Read => {
                next.read = Some(next.run.clone());
                next.run.wake_at.map(|_| ())
            }
            Step::Advance => next.advance(is_blind, plan, sight, bug)?,
            Step::Task(done) => next.task.take().map(|task| {
                let end = match done {
                    true => TaskEnd::Done,
                    false => TaskEnd::Failed,
                };
                let event = RunEvent::Task { task, end };
                next.react(&event, beginning(), plan, sight);
            }),
            Step::Cancel => {
                let by = "search".to_owned();
                next.react(&RunEvent::Cancel { by }, beginning(), plan, sight)
            }
        };
        if done.is_none() {
            return Ok(None);
        }
        next.check(self, plan)?;
        Ok(Some(next))
    }

    /// Identity of a track. Times do not count: a deadline may pass whenever there is one.
    pub(super) fn key(&self, bug: Option<RunBug>) -> Vec<u8> {
        let read = self.read.as_ref();
        let is_stale = read.is_some_and(|read| read.version != self.run.version);
        let mut key = run_key(&self.run);
        // What a reader has read counts only for a writer without a guard.
        key.push(u8::from(read.is_some()) + u8::from(is_stale));
        if is_stale && bug == Some(RunBug::DeadlineWithoutGuard) {
            key.extend(read.map(run_key).unwrap_or_default());
        }
        for (row, copies) in self.rows.iter().zip(&self.copies) {
            let status = match &row.status {
                None => 0,
                Some(Status::Read) => 1,
                Some(_) => 2,
            };
            let uuid = u8::from(row.message_uuid.is_some());
            key.extend([row.state as u8, status, uuid, *copies]);
        }
        key.push(match self.task {
            None => 0,
            Some(_) => 1,
        });
        if let Some(held) = self.hand {
            let stage = match held.stage {
                Stage::Claimed => 0,
                Stage::Begun => 1,
                Stage::Late => 2,
                Stage::Known(answer) => 3 + answer as u8,
            };
            let is_stale = self.rows[held.row].epoch != held.epoch;
            key.extend([held.row as u8, stage, u8::from(is_stale)]);
        }
        key.push(u8::MAX);
        key
    }

    fn claim(&mut self, plan: &Plan, sight: Sight) -> Option<()> {
        if self.hand.is_some() {
            return None;
        }
        let row = self.rows.len() - 1;
        let event = Event::Claim { lease: LEASE };
        self.change_row(row, &event, beginning(), plan, sight)?;
        self.hand = Some(Held {
            row,
            epoch: self.rows[row].epoch,
            stage: Stage::Claimed,
        });
        Some(())
    }

    fn begin(&mut self, plan: &Plan, sight: Sight) -> Option<()> {
        let held = self.hand.take()?;
        let event = Event::Begin {
            epoch: held.epoch,
            lease: CALL,
        };
        // A holder that may not begin lets the row go.
        let begun = self.change_row(held.row, &event, beginning(), plan, sight);
        self.hand = begun.map(|()| Held {
            stage: Stage::Begun,
            ..held
        });
        Some(())
    }

    fn post(&mut self, accepts: bool, answer: Answer) -> Option<()> {
        let held = self.hand.as_mut()?;
        held.stage = Stage::Known(answer);
        self.copies[held.row] += u8::from(accepts);
        Some(())
    }

    fn settle(&mut self, plan: &Plan, sight: Sight) -> Option<()> {
        let held = self.hand.take()?;
        let outcome = match held.stage {
            Stage::Known(Answer::Accepted) => accepted("uuid"),
            Stage::Known(Answer::Lost) => in_doubt(),
            Stage::Known(Answer::Rejected) => Outcome::Rejected(Reason::new("rejected")),
            _ => Outcome::NotSent {
                reason: Reason::new("not_sent"),
                delay: Duration::ZERO,
            },
        };
        let epoch = held.epoch;
        let event = Event::Settle { epoch, outcome };
        // A refused outcome changes nothing; the holder is done with the row either way.
        self.change_row(held.row, &event, beginning(), plan, sight);
        Some(())
    }

    fn kill(&mut self, bug: Option<RunBug>) {
        let hand = self.hand.take();
        self.task = None;
        self.read = None;
        if let Some(held) = hand
            && bug == Some(RunBug::StepResentAfterCrash)
            && self.rows[held.row].state == State::Sending
            && self.run.state == RunState::Running
        {
            self.rows[held.row].state = State::Queued;
        }
    }

    fn lease_over(&mut self, plan: &Plan, sight: Sight) -> Option<()> {
        let row = self.rows.len() - 1;
        let over = self.rows[row].lease_until?;
        self.change_row(row, &Event::LeaseOver, over, plan, sight)?;
        self.rows[row].due_at = beginning();
        // A worker measures the time since its begin, and does not post after the end of the lease.
        if let Some(held) = &mut self.hand
            && held.stage == Stage::Begun
        {
            held.stage = Stage::Late;
        }
        Some(())
    }

    fn webhook(&mut self, row: usize, is_success: bool, plan: &Plan, sight: Sight) -> Option<()> {
        let fact = StatusFact {
            reference: self.rows[row].reference(),
            message_uuid: "uuid".to_owned(),
            workflow_id: None,
            status: if is_success {
                Status::Read
            } else {
                Status::Rejected
            },
            code: None,
            usage: None,
        };
        self.change_row(row, &Event::Status(fact), beginning(), plan, sight)
    }

    /// Advances the run that was read, at the time it waits for.
    fn advance(
        &mut self,
        is_blind: bool,
        plan: &Plan,
        sight: Sight,
        bug: Option<RunBug>,
    ) -> Result<Option<()>, String> {
        let Some(read) = self.read.take() else {
            return Ok(None);
        };
        let is_guarded = bug != Some(RunBug::DeadlineWithoutGuard);
        if read.version != self.run.version && is_guarded {
            return Ok(Some(()));
        }
        let now = read.wake_at.unwrap_or_else(beginning);
        let before = std::mem::replace(&mut self.run, read);
        let waits = matches!(
            self.run.progress.phase,
            Phase::Waiting(_) | Phase::Leaving { .. }
        );
        self.react(&RunEvent::Time, now, plan, sight);
        let moved = self.run.progress.messages.len() > before.progress.messages.len()
            || self.run.state != before.state;
        if is_blind && waits && moved {
            return Err("a run failed over while the store was blind".to_owned());
        }
        Ok(Some(()))
    }

    /// Changes a row, and passes the change to the run, as one commit.
    fn change_row(
        &mut self,
        row: usize,
        event: &Event,
        now: Timestamp,
        plan: &Plan,
        sight: Sight,
    ) -> Option<()> {
        let change = transition(&self.rows[row], event, now).ok()?;
        self.rows[row] = change.row.clone();
        let is_news = match change.row.state {
            State::Claimed | State::Sending => false,
            State::Queued => !matches!(change.from, State::Queued | State::Claimed),
            _ => true,
        };
        if is_news {
            let event = RunEvent::Row(RowView::of(&change.row, None));
            self.react(&event, beginning(), plan, sight);
        }
        Some(())
    }

    /// `None` if the run stays as it is.
    fn react(&mut self, event: &RunEvent, now: Timestamp, plan: &Plan, sight: Sight) -> Option<()> {
        let change = run_transition(&self.run, plan, event, &sight, now).ok()?;
        self.run = change.run;
        self.run.progress.history.clear();
        self.carry_out(&change.effects, plan, sight);
        Some(())
    }

    fn carry_out(&mut self, effects: &[RunEffect], plan: &Plan, sight: Sight) {
        for effect in effects {
            match *effect {
                RunEffect::Enqueue { number, .. } => {
                    let row = plan.row(&self.run, number, beginning(), &[0; 32], beginning());
                    if let Some((row, _)) = row
                        && self.rows.iter().all(|known| known.id != row.id)
                    {
                        self.rows.push(row);
                        self.copies.push(0);
                    }
                }
                RunEffect::Cancel(number) => {
                    let row = usize::from(number) - 1;
                    self.change_row(row, &Event::Cancel, beginning(), plan, sight);
                }
                RunEffect::Give(task) => self.task = Some(task),
            }
        }
    }

    fn check(&self, before: &Self, plan: &Plan) -> Result<(), String> {
        if self.copies.iter().any(|copies| *copies > 1) {
            return Err("a step was sent twice".to_owned());
        }
        let left = before.rows.len() - 1;
        if self.rows.len() > before.rows.len()
            && let Some(until) = plan.send(left).and_then(|step| step.until)
            && until.status.is_met(before.rows[left].status.as_ref())
        {
            return Err("a run moved on after a committed success".to_owned());
        }
        let ended = self.run.state != RunState::Running;
        if ended && self.rows.iter().any(|row| row.state == State::Queued) {
            return Err("a run that has ended has a message in the queue".to_owned());
        }
        Ok(())
    }
}

fn details() -> RunDetails {
    RunDetails {
        namespace: "default".to_owned(),
        key: None,
        key_digest: Digest::of_key("default", "key"),
        digest: Digest::of_key("default", "document"),
        account: "default".to_owned(),
        priority: Priority::Normal,
        campaign: None,
        tags: Vec::new(),
        send_before: None,
        report_url: None,
        enqueued_at: beginning(),
    }
}

fn run_key(run: &Run) -> Vec<u8> {
    let progress = &run.progress;
    let phase = match progress.phase {
        Phase::Sending => 0,
        Phase::Waiting(_) => 1,
        Phase::Doubtful(None) => 2,
        Phase::Doubtful(Some(_)) => 3,
        Phase::Revoking(_) => 4,
        Phase::Leaving { .. } => 5,
        Phase::Pausing { .. } => 6,
        Phase::Over => 7,
    };
    let is_waiting = u8::from(run.wake_at.is_some());
    let mut key = vec![run.state as u8, progress.step as u8, phase, is_waiting];
    key.push(progress.attempts as u8);
    key.extend(
        progress
            .messages
            .iter()
            .map(|message| u8::from(message.left)),
    );
    key
}
