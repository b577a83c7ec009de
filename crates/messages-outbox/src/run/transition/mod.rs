//! Transitions of a run: pure functions, without I/O and without a clock.

mod rows;
mod tasks;
mod time;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::report::report;
use super::{
    Deadline, Otherwise, Phase, Plan, PlanStep, Progress, Run, RunDetails, RunEffect, RunEntry,
    RunEvent, RunId, RunMessage, RunRefused, RunState, SendStep, Sight, Stop, WaitStep,
};
use crate::row::{State, after};

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
            report_at = Some(self.now);
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
