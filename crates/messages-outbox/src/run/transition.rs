//! Transitions of a run: pure functions, without I/O and without a clock.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use messages_sdk::types::v1;

use super::report::report;
use super::{
    Deadline, Doubt, Otherwise, Phase, Plan, PlanStep, Progress, Reached, RowView, Run, RunDetails,
    RunEffect, RunEntry, RunEvent, RunId, RunMessage, RunRefused, RunState, SendStep, Sight, Stop,
    Task, TaskEnd, WaitStep,
};
use crate::row::{State, after};

/// Pause after which a deadline is looked at again while the store is blind.
const BLIND_PAUSE: Duration = Duration::from_secs(15);
/// Longest time that a deadline stands still: then the run ends, without sending.
const HOLD_MAX: Duration = Duration::from_secs(7 * 24 * 3600);
/// Time a worker has for a task, before another gets it.
const TASK_LEASE: Duration = Duration::from_secs(90);
/// Attempts to revoke a message, before the run moves on all the same.
const REVOKE_ATTEMPTS: u32 = 3;
/// Attempts to post a report, with pauses that double from 5 seconds to an hour: two days.
const REPORT_ATTEMPTS: u32 = 56;
/// Pause after the first attempt of a task that failed, and the longest one.
const TASK_PAUSE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(3_600));

/// Change of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunChange {
    /// The run afterwards.
    pub run: Run,
    /// Effects, for the same commit.
    pub effects: Vec<RunEffect>,
}

/// The run after an event at this time of the store's clock.
///
/// A store writes the result only if the stored run still has the version of `run`, and the effects in the same commit.
/// The plan of a run that has ended does not count.
///
/// # Errors
///
/// [`RunRefused`] if the run stays as it is.
pub fn transition(
    run: &Run,
    plan: &Plan,
    event: &RunEvent,
    sight: &Sight,
    now: Timestamp,
) -> Result<RunChange, RunRefused> {
    let mut next = Next {
        run: run.clone(),
        plan,
        sight,
        now,
        effects: Vec::new(),
    };
    match event {
        RunEvent::Row(view) => next.on_row(view),
        RunEvent::Time => next.on_time()?,
        RunEvent::Reply => next.on_stop(&Stop::Reply, "reply", None)?,
        RunEvent::Signal(name) => {
            let signal = Stop::Signal(name.clone());
            next.on_stop(&signal, "signal", Some(name))?;
        }
        RunEvent::Cancel { by } => {
            next.running()?;
            next.end(RunState::Cancelled, "cancel", Some(by));
        }
        RunEvent::Forget => {
            if next.run.state == RunState::Running {
                next.end(RunState::Cancelled, "forget", None);
            }
            next.erase();
        }
        RunEvent::Task { task, end } => next.on_task(*task, *end),
        RunEvent::Purge => {
            if next.run.state == RunState::Running {
                return Err(RunRefused::State(RunState::Running));
            }
            next.erase();
        }
    }
    next.into_change(run)
}

/// A run at its first step.
pub(crate) fn begin(
    id: RunId,
    details: RunDetails,
    plan: &Plan,
    due_at: Timestamp,
    now: Timestamp,
) -> RunChange {
    let run = Run {
        id,
        details: Arc::new(details),
        version: 1,
        state: RunState::Running,
        since: now,
        wake_at: None,
        progress: Progress {
            step: 0,
            phase: Phase::Sending,
            messages: Vec::new(),
            late_reads: 0,
            late_deliveries: 0,
            history: Vec::new(),
            report: None,
            attempts: 0,
        },
        purged: false,
    };
    let mut next = Next {
        run,
        plan,
        sight: &Sight::default(),
        now,
        effects: Vec::new(),
    };
    next.enter(0, due_at);
    RunChange {
        run: next.run,
        effects: next.effects,
    }
}

/// A change in the making.
struct Next<'a> {
    run: Run,
    plan: &'a Plan,
    sight: &'a Sight,
    now: Timestamp,
    effects: Vec<RunEffect>,
}

impl Next<'_> {
    fn into_change(mut self, before: &Run) -> Result<RunChange, RunRefused> {
        if self.run == *before && self.effects.is_empty() {
            return Err(RunRefused::Unchanged);
        }
        self.run.version += 1;
        Ok(RunChange {
            run: self.run,
            effects: self.effects,
        })
    }

    fn running(&self) -> Result<(), RunRefused> {
        match self.run.state {
            RunState::Running => Ok(()),
            state => Err(RunRefused::State(state)),
        }
    }

    /// The row of a message changed: its state decides, however often and in whatever order it is seen.
    fn on_row(&mut self, view: &RowView) {
        let messages = &mut self.run.progress.messages;
        let Some(index) = messages
            .iter()
            .position(|message| message.number == view.number)
        else {
            return;
        };
        let is_current = index + 1 == messages.len() && !messages[index].left;
        let before = messages[index].clone();
        let message = &mut messages[index];
        message.state = view.state;
        message.status.clone_from(&view.status);
        message.code = view.code;
        message.message_uuid.clone_from(&view.message_uuid);
        if view.usage.is_some() {
            message.usage.clone_from(&view.usage);
        }
        let status = view.status.as_ref();
        if before.status.as_ref() != status
            && let Some(status) = status
        {
            self.record("status", Some(status.as_str()));
        }
        if !is_current {
            self.count_late(&before, view);
        }
        let is_over = self.run.state != RunState::Running || !is_current;
        if is_over && view.state == State::Queued && view.resend == 0 {
            // Its POST was in flight when the run ended or moved on, and did not arrive.
            self.effects.push(RunEffect::Cancel(view.number));
        }
        if self.run.state != RunState::Running {
            return;
        }
        if let Some(reached) = self.stopping_status(view) {
            let name = match reached {
                Reached::Delivered => "delivered",
                Reached::Read => "read",
            };
            self.end(RunState::Stopped, "stop_on_status", Some(name));
        } else if is_current {
            self.on_current(view);
        }
    }

    fn stopping_status(&self, view: &RowView) -> Option<Reached> {
        self.plan.stop_on.iter().find_map(|stop| match stop {
            Stop::Status(reached) if reached.is_met(view.status.as_ref()) => Some(*reached),
            _ => None,
        })
    }

    /// Counts a message that is read or delivered although the run has moved on from it.
    fn count_late(&mut self, before: &RunMessage, view: &RowView) {
        let is_new = |reached: Reached| {
            reached.is_met(view.status.as_ref()) && !reached.is_met(before.status.as_ref())
        };
        if is_new(Reached::Read) {
            self.run.progress.late_reads += 1;
        } else if is_new(Reached::Delivered) {
            self.run.progress.late_deliveries += 1;
        }
    }

    /// The row of the message that the run waits for.
    fn on_current(&mut self, view: &RowView) {
        let Some(step) = self.plan.send(self.run.progress.step) else {
            return;
        };
        let phase = self.run.progress.phase;
        match view.state {
            State::Sent => self.on_sent(step, view),
            State::Failed => self.fail(step, view.code, "failed"),
            State::Expired => self.fail(step, None, "expired"),
            State::Suppressed => self.on_suppressed(step),
            State::Cancelled => self.end(RunState::Cancelled, "cancelled", None),
            State::Abandoned => match self.plan.doubt {
                Doubt::Wait => self.end(RunState::InDoubt, "abandoned", None),
                Doubt::Proceed => self.move_on(step, "abandoned"),
            },
            State::InDoubt => {
                if !matches!(phase, Phase::Doubtful(_)) {
                    let within = step.until.map_or(Duration::ZERO, |until| until.within);
                    let period = within.saturating_add(step.before_next.grace);
                    let deadline = self.deadline(view.since, period);
                    self.record("in_doubt", None);
                    self.wait(Phase::Doubtful(Some(deadline)), deadline);
                }
            }
            // Claimed, sending, or queued again by an operator.
            _ => {
                if phase != Phase::Sending {
                    self.set(Phase::Sending, None);
                }
            }
        }
    }

    fn on_sent(&mut self, step: &SendStep, view: &RowView) {
        let is_new = matches!(self.run.progress.phase, Phase::Sending | Phase::Doubtful(_));
        if is_new {
            self.record("accepted", None);
        }
        let status = view.status.as_ref();
        let is_failure = status.is_some_and(|status| status.is_failure());
        match step.until {
            Some(until) if until.status.is_met(status) => {
                self.end(RunState::Completed, "completed", None);
            }
            _ if is_failure => self.fail(step, view.code, "failed"),
            Some(until) if is_new => {
                let deadline = self.deadline(view.since, until.within);
                self.wait(Phase::Waiting(deadline), deadline);
            }
            Some(_) => {}
            None => self.enter(self.run.progress.step + 1, self.now),
        }
    }

    /// The recipient of an alternative must not be sent to: the next alternative.
    fn on_suppressed(&mut self, step: &SendStep) {
        let choice = self.run.progress.current().map_or(0, |last| last.choice) + 1;
        self.record("suppressed", None);
        if choice < step.messages.len() {
            self.leave();
            self.send(choice, self.now);
        } else {
            self.fail(step, None, "suppressed");
        }
    }

    /// The message failed.
    fn fail(&mut self, step: &SendStep, code: Option<u32>, event: &str) {
        let moves_on = match &step.on_error {
            Some(codes) => code.is_some_and(|code| codes.contains(&code)),
            None => true,
        };
        if moves_on {
            self.move_on(step, event);
        } else {
            self.end(RunState::Failed, event, None);
        }
    }

    /// The step did not complete the run.
    fn move_on(&mut self, step: &SendStep, event: &str) {
        self.record(event, None);
        self.leave();
        let next = match step.otherwise {
            Otherwise::Next => self.run.progress.step + 1,
            Otherwise::Step(step) => step,
            Otherwise::Stop => self.plan.steps.len(),
        };
        self.enter(next, self.now);
    }

    fn leave(&mut self) {
        if let Some(message) = self.run.progress.messages.last_mut() {
            message.left = true;
        }
    }

    fn on_time(&mut self) -> Result<(), RunRefused> {
        if self.run.wake_at.is_none_or(|time| time > self.now) {
            return Err(RunRefused::TooEarly);
        }
        match self.run.progress.phase {
            Phase::Sending => self.run.wake_at = None,
            Phase::Pausing { .. } => {
                self.record("waited", None);
                self.enter(self.run.progress.step + 1, self.now);
            }
            Phase::Waiting(deadline) => {
                if self.has_passed(deadline) {
                    self.on_deadline(deadline);
                }
            }
            Phase::Doubtful(None) => self.run.wake_at = None,
            Phase::Doubtful(Some(deadline)) => {
                if self.has_passed(deadline) {
                    match (self.plan.doubt, self.plan.send(self.run.progress.step)) {
                        (Doubt::Proceed, Some(step)) => self.move_on(step, "doubt"),
                        _ => self.set(Phase::Doubtful(None), None),
                    }
                }
            }
            Phase::Revoking(deadline) => match self.run.progress.messages.last() {
                Some(message) if self.run.progress.attempts < REVOKE_ATTEMPTS => {
                    self.give(Task::Revoke(message.number));
                }
                _ => self.grace(deadline),
            },
            Phase::Leaving { deadline, .. } => {
                let is_trusted = self.sight.is_trusted(self.now);
                if is_trusted || self.is_held_long_enough(deadline) {
                    if let Some(step) = self.plan.send(self.run.progress.step) {
                        self.move_on(step, "moved_on");
                    }
                } else {
                    self.hold(deadline);
                }
            }
            Phase::Over => {
                if self.run.progress.attempts < REPORT_ATTEMPTS {
                    self.give(Task::Report);
                } else {
                    self.record("report_given_up", None);
                    self.run.wake_at = None;
                }
            }
        }
        Ok(())
    }

    /// Returns `true` if the deadline has passed. Otherwise it is looked at again later.
    fn has_passed(&mut self, deadline: Deadline) -> bool {
        if self.is_held_long_enough(deadline) {
            return true;
        }
        if after(deadline.at, HOLD_MAX) <= self.now {
            self.leave();
            self.end(RunState::Exhausted, "blind", None);
            return false;
        }
        if !self.sight.is_trusted(self.now) {
            self.hold(deadline);
            return false;
        }
        let missed = self.sight.lost.saturating_sub(deadline.lost);
        let at = after(deadline.at, missed);
        if at > self.now {
            self.run.wake_at = Some(self.held_until(deadline).map_or(at, |held| held.min(at)));
            return false;
        }
        true
    }

    /// The end of the longest hold, if there is one.
    fn held_until(&self, deadline: Deadline) -> Option<Timestamp> {
        self.plan.max_hold.map(|hold| after(deadline.at, hold))
    }

    fn is_held_long_enough(&self, deadline: Deadline) -> bool {
        self.held_until(deadline)
            .is_some_and(|until| until <= self.now)
    }

    /// The statuses that did not come prove nothing at present.
    fn hold(&mut self, deadline: Deadline) {
        let again = after(self.now, BLIND_PAUSE);
        let held = self.held_until(deadline).unwrap_or(again);
        self.run.wake_at = Some(again.min(held));
    }

    /// The message did not reach its status in time.
    fn on_deadline(&mut self, deadline: Deadline) {
        self.record("deadline", None);
        let progress = &self.run.progress;
        let (Some(step), Some(message)) = (self.plan.send(progress.step), progress.current())
        else {
            return;
        };
        let is_last = match step.otherwise {
            Otherwise::Next => progress.step + 1 == self.plan.steps.len(),
            Otherwise::Stop => true,
            Otherwise::Step(_) => false,
        };
        if is_last {
            self.move_on(step, "moved_on");
            return;
        }
        let planned = step.messages.get(message.choice);
        let is_rcs = planned.is_some_and(|planned| matches!(planned.0, v1::ChannelMessage::Rcs(_)));
        if step.before_next.revoke && is_rcs && message.message_uuid.is_some() {
            let task = Task::Revoke(message.number);
            self.run.progress.phase = Phase::Revoking(deadline);
            self.give(task);
        } else {
            self.grace(deadline);
        }
    }

    /// Waits for webhooks in flight, if so planned.
    fn grace(&mut self, deadline: Deadline) {
        self.run.progress.attempts = 0;
        let Some(step) = self.plan.send(self.run.progress.step) else {
            return;
        };
        let until = after(self.now, step.before_next.grace);
        if until <= self.now {
            self.move_on(step, "moved_on");
        } else {
            self.set(Phase::Leaving { deadline, until }, Some(until));
        }
    }

    /// Gives a task to the worker that asked, for the length of a lease.
    fn give(&mut self, task: Task) {
        self.run.progress.attempts += 1;
        self.run.wake_at = Some(after(self.now, TASK_LEASE));
        self.effects.push(RunEffect::Give(task));
    }

    fn on_task(&mut self, task: Task, end: TaskEnd) {
        let attempts = self.run.progress.attempts;
        match (task, self.run.progress.phase) {
            (Task::Revoke(number), Phase::Revoking(deadline)) => {
                let current = self.run.progress.current();
                if current.is_none_or(|message| message.number != number) {
                    return;
                }
                if end != TaskEnd::Failed || attempts >= REVOKE_ATTEMPTS {
                    self.record(
                        if end == TaskEnd::Done {
                            "revoked"
                        } else {
                            "not_revoked"
                        },
                        None,
                    );
                    self.grace(deadline);
                } else {
                    self.run.wake_at = Some(after(self.now, pause(attempts)));
                }
            }
            (Task::Report, Phase::Over) if self.run.wake_at.is_some() => {
                if end == TaskEnd::Done {
                    self.record("reported", None);
                    self.run.wake_at = None;
                    self.run.progress.attempts = 0;
                } else {
                    self.run.wake_at = Some(after(self.now, pause(attempts)));
                }
            }
            _ => {}
        }
    }

    fn on_stop(
        &mut self,
        stop: &Stop,
        event: &str,
        detail: Option<&str>,
    ) -> Result<(), RunRefused> {
        self.running()?;
        if !self.plan.stop_on.contains(stop) {
            return Err(RunRefused::Unchanged);
        }
        self.end(RunState::Stopped, event, detail);
        Ok(())
    }

    /// Begins the step with this index; ends the run after the last.
    fn enter(&mut self, step: usize, at: Timestamp) {
        match self.plan.steps.get(step) {
            Some(PlanStep::Send(_)) => {
                self.run.progress.step = step;
                self.send(0, at);
            }
            Some(PlanStep::Wait(wait)) => {
                self.run.progress.step = step;
                let until = match wait {
                    WaitStep::For(period) => after(at, *period),
                    WaitStep::Until(time) => *time,
                };
                self.record("wait", None);
                self.set(Phase::Pausing { until }, Some(until));
            }
            None => {
                let (state, event) = self.conclusion();
                self.end(state, event, None);
            }
        }
    }

    /// The end of a run whose steps are over: the last message decides.
    fn conclusion(&self) -> (RunState, &'static str) {
        let Some(message) = self.run.progress.current() else {
            return (RunState::Completed, "completed");
        };
        let step = self.plan.send(message.step);
        let is_failure = message
            .status
            .as_ref()
            .is_some_and(|status| status.is_failure());
        match message.state {
            State::InDoubt | State::Abandoned => (RunState::InDoubt, "in_doubt"),
            State::Sent if is_failure && message.left => (RunState::Failed, "failed"),
            State::Sent if step.is_some_and(|step| step.until.is_some()) => {
                (RunState::Exhausted, "exhausted")
            }
            State::Sent => (RunState::Completed, "completed"),
            _ => (RunState::Failed, "failed"),
        }
    }

    /// Adds the row of an alternative of the current step.
    fn send(&mut self, choice: usize, due_at: Timestamp) {
        let step = self.run.progress.step;
        let Some(number) = self.plan.number(step, choice) else {
            return;
        };
        self.record("send", None);
        self.run.progress.messages.push(RunMessage {
            number,
            step,
            choice,
            state: State::Queued,
            status: None,
            code: None,
            message_uuid: None,
            usage: None,
            left: false,
        });
        self.effects.push(RunEffect::Enqueue { number, due_at });
        self.set(Phase::Sending, None);
    }

    fn end(&mut self, state: RunState, event: &str, detail: Option<&str>) {
        self.record(event, detail);
        self.run.state = state;
        self.run.since = self.now;
        self.run.progress.attempts = 0;
        for message in &mut self.run.progress.messages {
            if matches!(message.state, State::Queued | State::Claimed) {
                self.effects.push(RunEffect::Cancel(message.number));
            }
        }
        let mut report_at = None;
        if self.plan.reports {
            self.run.progress.report = Some(report(&self.run, self.plan, self.now));
            report_at = self.run.details.report_url.as_ref().map(|_| self.now);
        }
        self.set(Phase::Over, report_at);
    }

    fn erase(&mut self) {
        self.run.purged = true;
        Arc::make_mut(&mut self.run.details).key = None;
    }

    fn deadline(&self, from: Timestamp, period: Duration) -> Deadline {
        Deadline {
            at: after(from, period),
            lost: self.sight.lost_at(self.now),
        }
    }

    fn wait(&mut self, phase: Phase, deadline: Deadline) {
        self.set(phase, Some(deadline.at));
    }

    fn set(&mut self, phase: Phase, wake_at: Option<Timestamp>) {
        self.run.progress.phase = phase;
        self.run.wake_at = wake_at;
    }

    fn record(&mut self, event: &str, detail: Option<&str>) {
        self.run.progress.history.push(RunEntry {
            at: self.now,
            step: self.run.progress.step,
            event: event.to_owned(),
            detail: detail.map(str::to_owned),
        });
    }
}

fn pause(attempts: u32) -> Duration {
    let (first, longest) = TASK_PAUSE;
    let doubled = 1_u32 << attempts.saturating_sub(1).min(10);
    first.saturating_mul(doubled).min(longest)
}
