//! Bringing a workspace back to a state that was written down, with everything that was to happen still to happen.

use std::collections::HashSet;
use std::sync::Arc;

use crate::clock::Moment;
use crate::state::failover::Flow;
use crate::state::message::Message;
use crate::state::webhook::delivery::{Post, PostId, PostState};
use crate::state::{Due, WorkspaceId, World};
use crate::store::rows::Parts;

impl World {
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
            self.agenda.add(at, due.of(workspace));
        }
        for id in ready {
            let state = self.workspaces.get_mut(workspace);
            if state.is_some_and(|state| state.posts.queue(id).is_some()) {
                self.dispatch(workspace, id);
            }
        }
        self.retain(now, workspace);
    }
}

/// Something to come in a workspace.
pub(crate) enum Pending {
    Life(u64),
    TypingOver(u64),
    StepOver(u64, usize),
    Post(PostId),
}

impl Pending {
    const fn of(self, workspace: WorkspaceId) -> Due {
        match self {
            Self::Life(message) => Due::Life(workspace, message),
            Self::TypingOver(message) => Due::TypingOver(workspace, message),
            Self::StepOver(flow, step) => Due::StepOver(workspace, flow, step),
            Self::Post(post) => Due::Post(workspace, post),
        }
    }
}

impl crate::state::Workspace {
    /// Takes parts in, and returns what is to happen when, and the webhooks that wait for their turn.
    fn refill(&mut self, parts: Parts) -> (Vec<(Moment, Pending)>, Vec<PostId>) {
        let mut dues = Vec::new();
        self.go_on_from(parts.numbers);
        if let Some(saved) = parts.targets {
            // A URL named at this start wins over one that a receiver registered in an earlier one.
            self.go_on_with(saved);
        }
        if let Some(rules) = parts.rules {
            self.rules.replace(rules);
        }
        for (id, message) in parts.messages {
            dues.extend(next_state(&message).map(|at| (at, Pending::Life(id))));
            dues.extend(
                message
                    .marks
                    .typing_until
                    .map(|at| (at, Pending::TypingOver(id))),
            );
            self.conversations.put_back(&message);
            self.add(message);
        }
        for (conversation, message) in parts.seen {
            self.conversations.see(conversation, message);
        }
        for (id, flow) in parts.flows {
            let over = self.step_over_at(&flow);
            dues.extend(over.map(|at| (at, Pending::StepOver(id, flow.current))));
            let bytes = flow.bytes();
            self.flows.insert(id, flow);
            self.flows.weigh(id, bytes);
        }
        let mut ready = Vec::new();
        let mut urls: HashSet<Arc<str>> = HashSet::new();
        for (id, mut post) in parts.posts {
            // Few receivers have most of the webhooks.
            match urls.get(&post.url) {
                Some(url) => post.url = Arc::clone(url),
                None => drop(urls.insert(Arc::clone(&post.url))),
            }
            match next_try(&post) {
                Next::Never => {}
                Next::InTurn => ready.push(id),
                Next::At(at) => dues.push((at, Pending::Post(id))),
            }
            self.posts.put_back(id, post);
        }
        (dues, ready)
    }

    /// The deadline of a flow's step.
    fn step_over_at(&self, flow: &Flow) -> Option<Moment> {
        let step = flow.steps.get(flow.current)?;
        let within = step.condition.filter(|_| flow.ended.is_none())?.within;
        // Data of an older emulator has the message's time only.
        flow.over
            .or_else(|| Some(self.messages.get(step.message?)?.at.after(within)))
    }
}

/// The time of a message's next state: each is planned from the one before.
fn next_state(message: &Message) -> Option<Moment> {
    let since = message.history.last().map_or(message.at, |last| last.at);
    message.plan.last().map(|next| since.after(next.after))
}

enum Next {
    Never,
    InTurn,
    At(Moment),
}

fn next_try(post: &Post) -> Next {
    match (post.state, post.due, post.attempts.last()) {
        (PostState::Waiting | PostState::Retrying, Some(due), _) => Next::At(due),
        // A second attempt was in flight, which has no turn to wait for.
        (PostState::Posting | PostState::Retrying, None, Some(last)) => Next::At(last.at),
        (PostState::Waiting | PostState::Posting, None, None) => Next::InTurn,
        _ => Next::Never,
    }
}
