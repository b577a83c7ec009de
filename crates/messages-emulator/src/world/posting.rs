//! Webhooks going out and coming back answered.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::post::{Attempt, Outcome, PostId};
use super::posts::HOLD;
use super::{Due, Effects, Outgoing, Post, PostState, Workspace, WorkspaceId, World};
use crate::clock::Moment;
use crate::event::{Event, WebhookEvent};
use crate::rules::WebhookFault;

impl World {
    /// Posts a webhook, or whatever a fault makes of it. Returns its number.
    pub(super) fn post(
        &mut self,
        now: Moment,
        workspace: WorkspaceId,
        post: Post,
        fault: Option<WebhookFault>,
        effects: &mut Effects,
    ) -> Option<PostId> {
        let state = self.workspaces.get_mut(workspace)?;
        let message = post.message;
        let copies = if fault == Some(WebhookFault::Doubled) {
            2
        } else {
            1
        };
        let mut last = None;
        for post in std::iter::repeat_n(post, copies) {
            let id = state.posts.add(post);
            if let Some(message) = state.messages.get_mut(message) {
                message.posts.push(id);
            }
            let ready = match fault {
                Some(WebhookFault::Dropped) => {
                    state.posts.drop_on_purpose(id);
                    Vec::new()
                }
                Some(WebhookFault::Late { ms }) => {
                    let due = now.after(Duration::from_millis(ms));
                    state.posts.make_late(id, due);
                    self.agenda.add(due, Due::Post(workspace, id));
                    Vec::new()
                }
                Some(WebhookFault::Reordered) => {
                    let ready = state.posts.hold(id);
                    if ready.is_empty() {
                        let due = now.after(HOLD);
                        self.agenda.add(due, Due::Release(workspace, id));
                    }
                    ready
                }
                _ => vec![id],
            };
            for id in ready {
                if state.posts.queue(id).is_some() {
                    start(&mut self.in_flight, state, workspace, id, effects);
                }
            }
            last = Some(id);
        }
        last
    }

    pub(super) fn release(&mut self, workspace: WorkspaceId, id: PostId, effects: &mut Effects) {
        let Some(state) = self.workspaces.get_mut(workspace) else {
            return;
        };
        if state.posts.release(id) && state.posts.queue(id).is_some() {
            start(&mut self.in_flight, state, workspace, id, effects);
        }
    }

    /// A late webhook goes into its lane; one that was tried before goes out at once. Its tries say so and not its state,
    /// which after a restart is that of the try that was cut off: in its lane it would stay at the front, since only a
    /// first try makes way.
    pub(super) fn post_is_due(
        &mut self,
        workspace: WorkspaceId,
        id: PostId,
        effects: &mut Effects,
    ) {
        let Some(state) = self.workspaces.get_mut(workspace) else {
            return;
        };
        let Some(post) = state.posts.get(id) else {
            return;
        };
        if !post.attempts.is_empty() || state.posts.queue(id).is_some() {
            start(&mut self.in_flight, state, workspace, id, effects);
        }
    }

    /// A try of a webhook has ended.
    pub(crate) fn posted(
        &mut self,
        now: Moment,
        outgoing: &Outgoing,
        outcome: Outcome,
        took_ms: u64,
        effects: &mut Effects,
    ) {
        self.in_flight = self.in_flight.saturating_sub(1);
        let (workspace, id) = (outgoing.workspace, outgoing.post);
        let Some(state) = self.workspaces.get_mut(workspace) else {
            return;
        };
        let attempt = Attempt {
            at: now,
            outcome,
            took_ms,
        };
        let followup = state.posts.tried(id, outgoing.lane, attempt);
        if let Some(retry_at) = followup.retry_at {
            self.agenda.add(retry_at, Due::Post(workspace, id));
        }
        if let Some(post) = state.posts.get(id)
            && let Some(event) =
                WebhookEvent::of_last_try(post, state, workspace, followup.retry_at)
        {
            effects.events.push(Event::Webhook(event.into()));
        }
        if let Some(next) = followup.next {
            start(&mut self.in_flight, state, workspace, next, effects);
        }
    }
}

pub(super) fn start(
    in_flight: &mut usize,
    state: &mut Workspace,
    workspace: WorkspaceId,
    id: PostId,
    effects: &mut Effects,
) {
    let account = Arc::clone(&state.account);
    if let Some(post) = state.posts.start(id) {
        *in_flight += 1;
        effects.posts.push(Outgoing {
            workspace,
            post: id,
            lane: post.lane,
            url: post.url.clone(),
            body: post.body.clone(),
            jti: post.jti,
            signature: post.signature,
            account,
        });
    }
}

impl WebhookEvent {
    /// The event of a webhook's last try.
    pub(crate) fn of_last_try(
        post: &Post,
        workspace: &Workspace,
        id: WorkspaceId,
        retry_at: Option<Moment>,
    ) -> Option<Self> {
        let which = post.attempts.len().checked_sub(1)?;
        let mut event = Self::of_try(post, workspace, id, which)?;
        event.acknowledged = post.state == PostState::Acknowledged;
        event.retry_at = retry_at;
        Some(event)
    }

    /// The event of a webhook's first try.
    pub(crate) fn of_first_try(
        post: &Post,
        workspace: &Workspace,
        id: WorkspaceId,
    ) -> Option<Self> {
        Self::of_try(post, workspace, id, 0)
    }

    fn of_try(post: &Post, workspace: &Workspace, id: WorkspaceId, which: usize) -> Option<Self> {
        let message = workspace.messages.get(post.message)?;
        let attempt = post.attempts.get(which)?;
        let (answer, answer_body, error) = match &attempt.outcome {
            Outcome::Answer { status, body } => (Some(*status), body.clone(), None),
            Outcome::Failed { reason, .. } => (None, Bytes::new(), Some(reason.to_string())),
        };
        Some(Self {
            at: attempt.at,
            kind: post.kind,
            message_uuid: message.uuid.to_string(),
            channel: message.channel,
            status: post.status,
            attempt: u32::try_from(which).unwrap_or(u32::MAX).saturating_add(1),
            acknowledged: answer.is_some_and(|status| (200..300).contains(&status)),
            answer,
            error,
            retry_at: None,
            took_ms: attempt.took_ms,
            body: post.body.clone().into(),
            answer_body: answer_body.into(),
            workspace: id,
        })
    }
}
