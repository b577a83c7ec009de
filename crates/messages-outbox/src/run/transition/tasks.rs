//! Tasks that a run gives to workers.

use std::time::Duration;

use super::Next;
use crate::row::after;
use crate::run::{Phase, RunEffect, Task, TaskEnd};

/// Time a worker has for a task, before another gets it.
const TASK_LEASE: Duration = Duration::from_secs(90);
/// Attempts to revoke a message, before the run moves on all the same.
pub(super) const REVOKE_ATTEMPTS: u32 = 3;
/// Attempts to post a report, with pauses that double from 5 seconds to an hour: two days.
pub(super) const REPORT_ATTEMPTS: u32 = 56;
/// Pause after the first attempt of a task that failed, and the longest one.
const TASK_PAUSE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(3_600));

impl Next<'_> {
    /// Gives a task to the worker that asked, for the length of a lease.
    pub(super) fn give(&mut self, task: Task) {
        self.run.progress.attempts += 1;
        self.run.wake_at = Some(after(self.now, TASK_LEASE));
        self.effects.push(RunEffect::Give(task));
    }

    pub(super) fn on_task(&mut self, task: Task, end: TaskEnd) {
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
}

fn pause(attempts: u32) -> Duration {
    let (first, longest) = TASK_PAUSE;
    let doubled = 1_u32 << attempts.saturating_sub(1).min(10);
    first.saturating_mul(doubled).min(longest)
}
