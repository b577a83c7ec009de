//! Discarding what is listed and has become void: the lists do not grow beyond what they are about.

use crate::clock::Moment;
use crate::state::{State, Timer, WorkspaceId, WorkspaceState};

/// Below this length no list is looked through.
const SHORT: usize = 4_096;

/// The lengths at which the lists are looked through next: twice what was found to be valid the last time, so that the
/// work stays in proportion to what is added.
pub(crate) struct Thresholds {
    schedule: usize,
    waiting: usize,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            schedule: SHORT,
            waiting: SHORT,
        }
    }
}

impl State {
    /// Discards plans and webhooks of messages that were removed, if there may be many.
    pub(crate) fn prune(&mut self) {
        let workspaces = &self.workspaces;
        if self.schedule.len() > self.prune_at.schedule {
            self.schedule.retain(|at, due| {
                let state = workspaces.get(due.workspace());
                state.is_some_and(|state| state.expects(at, *due))
            });
            self.prune_at.schedule = SHORT.max(self.schedule.len() * 2);
        }
        if self.dispatch.waiting() > self.prune_at.waiting {
            self.dispatch.retain(|workspace, delivery| {
                let state = workspaces.get(workspace);
                state.is_some_and(|state| state.webhooks.get(delivery).is_some())
            });
            self.prune_at.waiting = SHORT.max(self.dispatch.waiting() * 2);
        }
    }

    /// Removes the messages of a workspace that are too many, too large or too old to be kept.
    pub(crate) fn retain(&mut self, now: Moment, workspace: WorkspaceId) {
        self.remove_old(workspace, Some(now));
    }

    /// The same, whatever their age: for what grows without a message that comes.
    pub(crate) fn shed(&mut self, workspace: WorkspaceId) {
        self.remove_old(workspace, None);
    }

    fn remove_old(&mut self, workspace: WorkspaceId, now: Option<Moment>) {
        let keep = self.settings.keep;
        let state = self.workspaces.get_mut(workspace);
        let ready = state.map(|state| state.retain(keep, now));
        for delivery in ready.into_iter().flatten() {
            self.dispatch(workspace, delivery);
        }
    }

    /// Discards all that was to happen in a workspace.
    pub(crate) fn discard_plans(&mut self, id: WorkspaceId) {
        self.schedule.retain(|_, due| due.workspace() != id);
        self.dispatch.retain(|workspace, _| workspace != id);
    }
}

impl WorkspaceState {
    /// Returns `true` if a planned event would still have an effect.
    fn expects(&self, at: Moment, due: Timer) -> bool {
        match due {
            Timer::Transition(_, message) => {
                let message = self.messages.get(message);
                message.is_some_and(|message| message.next_state_at() == Some(at))
            }
            Timer::TypingEnd(_, message) => {
                let message = self.messages.get(message);
                message.is_some_and(|message| message.marks.typing_until == Some(at))
            }
            Timer::StepDeadline(_, failover, step) => {
                let failover = self.failovers.get(failover);
                failover
                    .is_some_and(|failover| failover.ended.is_none() && failover.current == step)
            }
            Timer::Delivery(_, delivery) => self.webhooks.is_due(delivery, at),
            Timer::Release(_, delivery) => self.webhooks.is_held(delivery),
        }
    }
}
