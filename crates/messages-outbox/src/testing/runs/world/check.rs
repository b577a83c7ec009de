//! Invariants of a history.

use std::collections::BTreeMap;

use super::World;
use crate::ledger::Tables;
use crate::row::{State, after as later};
use crate::run::{Doubt, Phase, Plan, Run, RunEntry, RunId, RunMessage, RunState, Stop};
use crate::store::RunFilter;
use crate::testing::scene::failed;
use crate::testing::{Verdict, ensure};

impl World {
    pub(super) fn check(&mut self, is_blind_time: bool) -> Verdict {
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
            self.check_stop(&run)?;
            self.before.runs.insert(run.id, run);
        }
        Ok(())
    }

    /// A run ends with the status that stops it.
    fn check_stop(&self, run: &Run) -> Verdict {
        let stops = &self.plans[&run.id].stop_on;
        let is_reached = run.progress.messages.iter().any(|message| {
            let status = self.before.statuses.get(&run.id.row(message.number));
            stops.iter().any(|stop| match stop {
                Stop::Status(reached) => reached.is_met(status),
                _ => false,
            })
        });
        ensure!(
            !is_reached || run.state != RunState::Running,
            "a run goes on after the status that stops it"
        );
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
        // What comes after the run has left a message, such as during a wait, is late: the message itself shows no reason then.
        if let Some(last) = known.last()
            && let left = &messages[known.len() - 1]
            && left.left
            && !last.left
        {
            let until = plan.send(left.step).and_then(|step| step.until);
            let status = self.before.statuses.get(&after.id.row(left.number));
            ensure!(
                !until.is_some_and(|until| until.status.is_met(status)),
                "a run moved on after a committed success"
            );
            self.check_left(plan, left)?;
        }
        // A run that is held for a week ends, and sends nothing.
        let gave_up = last(&after.progress.history) == Some("blind");
        let deadline = match before.progress.phase {
            Phase::Waiting(deadline) | Phase::Leaving { deadline, .. } => Some(deadline),
            _ => None,
        };
        let now = self.now();
        let is_held = deadline.is_some_and(|deadline| {
            let hold = plan.max_hold.map(|hold| later(deadline.at, hold));
            hold.is_none_or(|end| end > now)
        });
        ensure!(
            !(is_blind_time && is_held && (is_next || (ended && !gave_up))),
            "a run failed over while the store was blind"
        );
        Ok(())
    }

    pub(super) fn check_end(&mut self) -> Verdict {
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
            self.totals.stopped += u64::from(run.state == RunState::Stopped);
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

    /// Checks the reason for which a run moved on from a message.
    fn check_left(&self, plan: &Plan, left: &RunMessage) -> Verdict {
        let is_unknown = matches!(left.state, State::InDoubt | State::Abandoned);
        ensure!(
            !is_unknown || plan.doubt == Doubt::Proceed,
            "a run moved on from a message of unknown outcome"
        );
        let is_failed = left
            .status
            .as_ref()
            .is_some_and(|status| status.is_failure())
            || left.state == State::Failed;
        let codes = plan.send(left.step).and_then(|step| step.on_error.as_ref());
        if is_failed && let Some(codes) = codes {
            ensure!(
                left.code.is_some_and(|code| codes.contains(&code)),
                "a run moved on after an error that its step does not list"
            );
        }
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
