//! Changes of a run by time.

use std::time::Duration;

use jiff::Timestamp;
use messages_sdk::types::v1;

use super::Next;
use super::tasks::{REPORT_ATTEMPTS, REVOKE_ATTEMPTS};
use crate::row::after;
use crate::run::{Deadline, Doubt, Phase, RunRefused, RunState, Task};

/// Pause after which a deadline is looked at again while the store is blind.
const BLIND_PAUSE: Duration = Duration::from_secs(15);
/// Longest time that a deadline stands still: then the run ends, without sending.
const HOLD_MAX: Duration = Duration::from_secs(7 * 24 * 3600);

impl Next<'_> {
    pub(super) fn on_time(&mut self) -> Result<(), RunRefused> {
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
                if (self.is_held_long_enough(deadline) || self.is_sighted(deadline))
                    && let Some(step) = self.plan.send(self.run.progress.step)
                {
                    self.move_on(step, "moved_on");
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
        if !self.is_sighted(deadline) {
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

    /// Returns `true` if the statuses that did not come prove something. Otherwise the run looks again later, or ends.
    fn is_sighted(&mut self, deadline: Deadline) -> bool {
        if after(deadline.at, HOLD_MAX) <= self.now {
            self.leave();
            self.end(RunState::Exhausted, "blind", None);
            return false;
        }
        let is_trusted = self.sight.is_trusted(self.now);
        if !is_trusted {
            self.hold(deadline);
        }
        is_trusted
    }

    /// The end of the longest hold, if there is one.
    fn held_until(&self, deadline: Deadline) -> Option<Timestamp> {
        self.plan.max_hold.map(|hold| after(deadline.at, hold))
    }

    fn is_held_long_enough(&self, deadline: Deadline) -> bool {
        self.held_until(deadline)
            .is_some_and(|until| until <= self.now)
    }

    /// Looks again later.
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
        if !step
            .otherwise
            .has_next(progress.step, self.plan.steps.len())
        {
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
    pub(super) fn grace(&mut self, deadline: Deadline) {
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
}
