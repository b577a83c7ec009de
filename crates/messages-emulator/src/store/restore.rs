//! Bringing a workspace back to a state that was written down, with everything that was to happen still to happen.

use std::collections::HashSet;
use std::sync::Arc;

use crate::clock::Moment;
use crate::state::webhook::delivery::{DeliveryId, DeliveryState, WebhookDelivery};
use crate::state::{State, Timer, WorkspaceId};
use crate::store::rows::Parts;

impl State {
    /// Replaces the state of a workspace. Webhooks that were in flight are posted again: whether the receiver accepted
    /// them was not stored.
    pub(crate) fn restore(&mut self, now: Moment, workspace: WorkspaceId, parts: Parts) {
        self.discard_plans(workspace);
        let Some(state) = self.workspaces.get_mut(workspace) else {
            return;
        };
        state.clear();
        let (dues, ready) = state.refill(parts);
        for (at, due) in dues {
            self.schedule.add(at, due.of(workspace));
        }
        for id in ready {
            let state = self.workspaces.get_mut(workspace);
            if state.is_some_and(|state| state.webhooks.queue(id).is_some()) {
                self.dispatch(workspace, id);
            }
        }
        self.retain(now, workspace);
    }
}

/// Something to come in a workspace.
pub(crate) enum Pending {
    Transition(u64),
    TypingEnd(u64),
    StepDeadline(u64, usize),
    Delivery(DeliveryId),
}

impl Pending {
    const fn of(self, workspace: WorkspaceId) -> Timer {
        match self {
            Self::Transition(message) => Timer::Transition(workspace, message),
            Self::TypingEnd(message) => Timer::TypingEnd(workspace, message),
            Self::StepDeadline(failover, step) => Timer::StepDeadline(workspace, failover, step),
            Self::Delivery(delivery) => Timer::Delivery(workspace, delivery),
        }
    }
}

impl crate::state::WorkspaceState {
    /// Takes parts in, and returns what is to happen when, and the webhooks that wait for their turn.
    fn refill(&mut self, parts: Parts) -> (Vec<(Moment, Pending)>, Vec<DeliveryId>) {
        let mut dues = Vec::new();
        self.go_on_from(parts.numbers);
        if let Some(saved) = parts.targets {
            // A URL named at this start wins over one that a receiver registered in an earlier one.
            self.go_on_with(saved);
        }
        if let Some(rules) = parts.rules {
            self.rules.replace(rules);
        }
        for (id, mut message) in parts.messages {
            let next_state = message.next_state_at();
            dues.extend(next_state.map(|at| (at, Pending::Transition(id))));
            dues.extend(
                message
                    .marks
                    .typing_until
                    .map(|at| (at, Pending::TypingEnd(id))),
            );
            self.conversations.put_back(&mut message);
            self.add(message);
        }
        for (conversation, message) in parts.seen {
            self.conversations.see(conversation, message);
        }
        for (id, failover) in parts.failovers {
            let deadline = failover.deadline.filter(|_| failover.is_timed());
            dues.extend(deadline.map(|at| (at, Pending::StepDeadline(id, failover.current))));
            let bytes = failover.bytes();
            self.failovers.insert(id, failover);
            self.failovers.weigh(id, bytes);
        }
        let mut ready = Vec::new();
        let mut urls: HashSet<Arc<str>> = HashSet::new();
        for (id, mut delivery) in parts.webhooks {
            // Few receivers have most of the webhooks.
            match urls.get(&delivery.url) {
                Some(url) => delivery.url = Arc::clone(url),
                None => drop(urls.insert(Arc::clone(&delivery.url))),
            }
            match next_try(&delivery) {
                Next::Never => {}
                Next::InTurn => ready.push(id),
                Next::At(at) => {
                    delivery.due = Some(at);
                    dues.push((at, Pending::Delivery(id)));
                }
            }
            self.webhooks.put_back(id, delivery);
        }
        (dues, ready)
    }
}

enum Next {
    Never,
    InTurn,
    At(Moment),
}

fn next_try(delivery: &WebhookDelivery) -> Next {
    match (delivery.state, delivery.due, delivery.attempts.last()) {
        (DeliveryState::Waiting | DeliveryState::Retrying, Some(due), _) => Next::At(due),
        // A second attempt was in flight, which has no turn to wait for.
        (DeliveryState::InFlight | DeliveryState::Retrying, None, Some(last)) => Next::At(last.at),
        (DeliveryState::Waiting | DeliveryState::InFlight, None, None) => Next::InTurn,
        _ => Next::Never,
    }
}
