//! Exhaustive search of the transitions of runs: every order of what workers, the webhooks, their outages and time can do
//! with runs of three steps.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use jiff::Timestamp;
use messages_sdk::types::{Status, v1};

use super::planted::RunBug;
use crate::digest::Digest;
use crate::id::RowId;
use crate::row::{Event, Outcome, Priority, Reason, Row, State, StatusFact, transition};
use crate::run::{
    BeforeNext, Otherwise, Phase, Plan, PlanMessage, PlanStep, Reached, RowView, Run, RunDetails,
    RunEffect, RunEvent, RunId, RunState, SendStep, Sight, Task, TaskEnd, Until, begin,
    transition as run_transition,
};
use crate::testing::Searched;
use crate::testing::scene::{CALL, LEASE, RECIPIENT, SENDER, accepted, beginning, in_doubt};

/// Searches all situations that one run or two can come to, breadth first, with a planted bug or without. Each has three
/// steps: WhatsApp until read, RCS until delivered, which is revoked, and SMS. From each situation, each run can end.
///
/// One run meets everything. Two, which have the sight of their store in common, meet kills, pauses, webhooks of their last
/// messages, outages and deadlines.
///
/// # Errors
///
/// The invariant, and the shortest way to a situation that violates it.
pub fn search(runs: usize, bug: Option<RunBug>) -> Result<Searched, String> {
    let plan = plan()?;
    let first = Situation::new(runs, &plan, bug);
    let mut known = HashMap::from([(first.key(), 0)]);
    let mut queue = VecDeque::from([(first, 0_u32)]);
    // Each situation's predecessor and the step from it, to tell the way to a violation.
    let mut ways: Vec<Option<(u32, Step)>> = vec![None];
    let mut edges: Vec<(u32, u32)> = Vec::new();
    let mut ended: Vec<u32> = Vec::new();
    while let Some((situation, from)) = queue.pop_front() {
        if situation
            .tracks
            .iter()
            .all(|track| track.run.state != RunState::Running)
        {
            ended.push(from);
        }
        for step in situation.steps(runs == 1) {
            let next = situation.after(step, &plan, bug);
            let next = next.map_err(|invariant| {
                format!("{invariant} after {step:?} after {:?}", way(&ways, from))
            })?;
            let Some(next) = next else {
                continue;
            };
            let number = ways.len() as u32;
            let number = *known.entry(next.key()).or_insert(number);
            edges.push((number, from));
            if number as usize == ways.len() {
                ways.push(Some((from, step)));
                queue.push_back((next, number));
            }
        }
    }
    if let Some(stuck) = stuck(ways.len(), &mut edges, ended) {
        return Err(format!(
            "a run cannot end any more after {:?}",
            way(&ways, stuck)
        ));
    }
    Ok(Searched {
        situations: known.len(),
        steps: edges.len(),
    })
}

/// A situation from which none of the others leads to the end.
fn stuck(situations: usize, edges: &mut [(u32, u32)], mut ended: Vec<u32>) -> Option<u32> {
    edges.sort_unstable();
    let mut can_end: HashSet<u32> = ended.iter().copied().collect();
    while let Some(situation) = ended.pop() {
        let first = edges.partition_point(|(to, _)| *to < situation);
        for (_, from) in edges[first..].iter().take_while(|(to, _)| *to == situation) {
            if can_end.insert(*from) {
                ended.push(*from);
            }
        }
    }
    (0..situations as u32).find(|situation| !can_end.contains(situation))
}

/// The steps from the first situation to this one.
fn way(ways: &[Option<(u32, Step)>], mut number: u32) -> Vec<Step> {
    let mut way = Vec::new();
    while let Some((from, step)) = ways[number as usize] {
        way.insert(0, step);
        number = from;
    }
    way
}

fn plan() -> Result<Plan, String> {
    let invalid = |problems: messages_sdk::types::Problems| problems.to_string();
    let step = |message: v1::ChannelMessage, status: Option<Reached>| {
        PlanStep::Send(Box::new(SendStep {
            messages: vec![PlanMessage(message)],
            until: status.map(|status| Until {
                status,
                within: Duration::from_secs(600),
            }),
            otherwise: Otherwise::Next,
            on_error: None,
            before_next: BeforeNext::default(),
            window: None,
            zone: None,
        }))
    };
    let whatsapp = v1::Whatsapp::text(SENDER, RECIPIENT, "Hello").map_err(invalid)?;
    let rcs = v1::Rcs::text("Sender", RECIPIENT, "Hello").map_err(invalid)?;
    let sms = v1::Sms::text(SENDER, RECIPIENT, "Hello").map_err(invalid)?;
    Ok(Plan {
        steps: vec![
            step(whatsapp.into(), Some(Reached::Read)),
            step(rcs.into(), Some(Reached::Delivered)),
            step(sms.into(), None),
        ],
        ..Plan::default()
    })
}

/// Runs, and the sight of their store.
#[derive(Clone)]
struct Situation {
    tracks: Vec<Track>,
    is_blind: bool,
}

/// A run, its rows, and all that acts on them.
#[derive(Clone)]
struct Track {
    run: Run,
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
enum Answer {
    Accepted,
    Lost,
    Rejected,
}

/// One step of one of them with the run of this index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Claim(usize),
    Begin(usize),
    /// The POST: whether the API accepts it, and what the worker learns.
    Post(usize, bool, Answer),
    Settle(usize),
    /// The worker dies, with all that it holds.
    Kill(usize),
    /// A worker is paused for longer than its lease.
    LeaseOver(usize),
    /// The outcome of a message stays unknown for three days.
    GiveUp(usize),
    /// A success or a failure of a message.
    Webhook(usize, usize, bool),
    /// A worker reads the run, whose time has come.
    Read(usize),
    /// The worker advances the run that it has read.
    Advance(usize),
    /// The worker has done its task, or failed.
    Task(usize, bool),
    Cancel(usize),
    /// The receiver of webhooks breaks down, or works again.
    Outage(bool),
}

impl Situation {
    fn new(count: usize, plan: &Plan, bug: Option<RunBug>) -> Self {
        let mut situation = Self {
            tracks: Vec::new(),
            is_blind: false,
        };
        for number in 0..count {
            let id = (number as u128 + 1) << 8;
            let id = RunId::of(RowId::from_bytes(id.to_be_bytes()));
            let begun = begin(id, details(), plan, beginning(), beginning());
            let mut track = Track {
                run: begun.run,
                rows: Vec::new(),
                copies: Vec::new(),
                hand: None,
                task: None,
                read: None,
            };
            track.carry_out(&begun.effects, plan, situation.sight(bug));
            situation.tracks.push(track);
        }
        situation
    }

    fn sight(&self, bug: Option<RunBug>) -> Sight {
        let mut sight = Sight::default();
        if self.is_blind && bug != Some(RunBug::FailoverWhileBlind) {
            sight.accepted_since = Some(Timestamp::UNIX_EPOCH);
        }
        sight
    }

    /// Identity of a situation, the same for situations that differ only in the order of runs. Times do not count: a
    /// deadline may pass whenever there is one.
    fn key(&self) -> Vec<u8> {
        let mut tracks: Vec<Vec<u8>> = self.tracks.iter().map(Track::key).collect();
        tracks.sort_unstable();
        tracks.push(vec![u8::from(self.is_blind)]);
        tracks.concat()
    }

    fn steps(&self, is_alone: bool) -> Vec<Step> {
        let mut steps = vec![Step::Outage(!self.is_blind)];
        for (number, track) in self.tracks.iter().enumerate() {
            steps.extend([
                Step::Claim(number),
                Step::LeaseOver(number),
                Step::Read(number),
                Step::Advance(number),
            ]);
            if is_alone {
                steps.extend([Step::GiveUp(number), Step::Cancel(number)]);
            }
            if track.task.is_some() {
                steps.push(Step::Task(number, true));
                steps.extend(is_alone.then_some(Step::Task(number, false)));
            }
            if track.hand.is_some() || track.task.is_some() || track.read.is_some() {
                steps.push(Step::Kill(number));
            }
            match track.hand.map(|held| held.stage) {
                Some(Stage::Claimed) => steps.push(Step::Begin(number)),
                Some(Stage::Begun) => {
                    steps.extend([
                        Step::Post(number, true, Answer::Accepted),
                        Step::Post(number, true, Answer::Lost),
                    ]);
                    if is_alone {
                        steps.extend([
                            Step::Post(number, false, Answer::Lost),
                            Step::Post(number, false, Answer::Rejected),
                        ]);
                    }
                }
                Some(Stage::Late | Stage::Known(_)) => steps.push(Step::Settle(number)),
                None => {}
            }
            let first = if is_alone { 0 } else { track.rows.len() - 1 };
            let sent = (first..track.rows.len()).filter(|row| track.copies[*row] > 0);
            steps.extend(
                sent.flat_map(|row| [true, false].map(|ok| Step::Webhook(number, row, ok))),
            );
        }
        steps
    }

    /// The situation after a step; `None` if the step is refused or changes nothing.
    fn after(&self, step: Step, plan: &Plan, bug: Option<RunBug>) -> Result<Option<Self>, String> {
        let mut next = self.clone();
        let sight = self.sight(bug);
        let done = match step {
            Step::Outage(is_blind) => {
                next.is_blind = is_blind;
                Some(())
            }
            Step::Claim(number) => next.tracks[number].claim(plan, sight),
            Step::Begin(number) => next.tracks[number].begin(plan, sight),
            Step::Post(number, accepts, answer) => next.tracks[number].post(accepts, answer),
            Step::Settle(number) => next.tracks[number].settle(plan, sight),
            Step::Kill(number) => {
                next.tracks[number].kill(bug);
                Some(())
            }
            Step::LeaseOver(number) => next.tracks[number].lease_over(plan, sight),
            Step::GiveUp(number) => {
                let track = &mut next.tracks[number];
                let row = track.rows.len() - 1;
                track.change_row(row, &Event::GiveUp, beginning(), plan, sight)
            }
            Step::Webhook(number, row, ok) => next.tracks[number].webhook(row, ok, plan, sight),
            Step::Read(number) => {
                let track = &mut next.tracks[number];
                track.read = Some(track.run.clone());
                track.run.wake_at.map(|_| ())
            }
            Step::Advance(number) => {
                next.tracks[number].advance(self.is_blind, plan, sight, bug)?
            }
            Step::Task(number, done) => {
                let track = &mut next.tracks[number];
                track.task.take().map(|task| {
                    let end = match done {
                        true => TaskEnd::Done,
                        false => TaskEnd::Failed,
                    };
                    let event = RunEvent::Task { task, end };
                    track.react(&event, beginning(), plan, sight);
                })
            }
            Step::Cancel(number) => {
                let by = "search".to_owned();
                next.tracks[number].react(&RunEvent::Cancel { by }, beginning(), plan, sight)
            }
        };
        if done.is_none() {
            return Ok(None);
        }
        for (track, before) in next.tracks.iter().zip(&self.tracks) {
            track.check(before, plan)?;
        }
        Ok(Some(next))
    }
}

impl Track {
    fn key(&self) -> Vec<u8> {
        let read = self.read.as_ref();
        let is_stale = read.is_some_and(|read| read.version != self.run.version);
        let mut key = run_key(&self.run);
        // What a reader has read counts only for a writer without a guard.
        key.push(u8::from(read.is_some()) + u8::from(is_stale));
        key.extend(read.filter(|_| is_stale).map(run_key).unwrap_or_default());
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
