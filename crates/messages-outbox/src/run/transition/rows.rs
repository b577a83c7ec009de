//! Changes of a run by those of its rows.

use std::time::Duration;

use super::Next;
use crate::row::State;
use crate::run::{Doubt, Phase, Reached, RowView, RunEffect, RunMessage, RunState, SendStep, Stop};

impl Next<'_> {
    /// The row of a message changed: its state decides, however often and in whatever order it is seen.
    pub(super) fn on_row(&mut self, view: &RowView) {
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
}
