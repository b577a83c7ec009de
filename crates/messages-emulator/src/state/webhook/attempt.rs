//! Webhooks going out and coming back answered.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::clock::Moment;
use crate::event::{Event, WebhookAttempt};
use crate::rules::WebhookFault;
use crate::state::webhook::delivery::{Attempt, Outcome, PostId};
use crate::state::webhook::dispatch::Place;
use crate::state::webhook::queue::HOLD;
use crate::state::{Due, Effects, Outgoing, Post, PostState, Workspace, WorkspaceId, World};

impl World {
    /// Posts a webhook, or whatever a fault makes of it. Returns its number.
    pub(crate) fn post(
        &mut self,
        now: Moment,
        workspace: WorkspaceId,
        post: Post,
        fault: Option<WebhookFault>,
    ) -> Option<PostId> {
        let message = post.message;
        let copies = if fault == Some(WebhookFault::Doubled) {
            2
        } else {
            1
        };
        let mut last = None;
        for post in std::iter::repeat_n(post, copies) {
            let state = self.workspaces.get_mut(workspace)?;
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
            let ready = ready
                .into_iter()
                .filter_map(|id| state.posts.queue(id))
                .collect::<Vec<_>>();
            for id in ready {
                self.dispatch(workspace, id);
            }
            last = Some(id);
        }
        last
    }

    pub(crate) fn release(&mut self, workspace: WorkspaceId, id: PostId) {
        let Some(state) = self.workspaces.get_mut(workspace) else {
            return;
        };
        if state.posts.release(id) && state.posts.queue(id).is_some() {
            self.dispatch(workspace, id);
        }
    }

    /// Queues a late webhook in its lane; one that was tried before goes out at once. Its attempts tell them apart and not
    /// its state, which after a restart is that of the attempt that was cut off: in its lane it would stay at the front,
    /// since only a first attempt makes way.
    pub(crate) fn post_is_due(&mut self, workspace: WorkspaceId, id: PostId) {
        let Some(state) = self.workspaces.get_mut(workspace) else {
            return;
        };
        state.posts.come_due(id);
        let Some(post) = state.posts.get(id) else {
            return;
        };
        if !post.attempts.is_empty() || state.posts.queue(id).is_some() {
            self.dispatch(workspace, id);
        }
    }

    /// Has a webhook posted as soon as its receiver has a place.
    pub(crate) fn dispatch(&mut self, workspace: WorkspaceId, id: PostId) {
        let state = self.workspaces.get(workspace);
        if let Some(post) = state.and_then(|state| state.posts.get(id)) {
            self.dispatch.queue(&post.url, workspace, id);
        }
    }

    /// Hands out the webhooks for which there is a place. What waits is looked up only now: it may have been removed.
    pub(crate) fn pump(&mut self, effects: &mut Effects) {
        self.prune();
        while let Some(place) = self.dispatch.next() {
            match self.start(&place) {
                Some(outgoing) => effects.posts.push(outgoing),
                None => self.dispatch.done(place.flight),
            }
        }
    }

    fn start(&mut self, place: &Place) -> Option<Outgoing> {
        let state = self.workspaces.get_mut(place.workspace)?;
        let body = state.body_of(state.posts.get(place.post)?);
        let account = Arc::clone(&state.account);
        let (post, withdrawn) = state.posts.start(place.post, place.flight)?;
        Some(Outgoing {
            flight: place.flight,
            workspace: place.workspace,
            post: place.post,
            url: Arc::clone(&post.url),
            body,
            jti: post.jti,
            signature: post.signature,
            account,
            withdrawn,
        })
    }

    /// An attempt has ended; without an outcome, since the webhook was removed.
    pub(crate) fn posted(
        &mut self,
        now: Moment,
        outgoing: &Outgoing,
        outcome: Option<Outcome>,
        took_ms: u64,
        effects: &mut Effects,
    ) {
        self.dispatch.done(outgoing.flight);
        let (workspace, id) = (outgoing.workspace, outgoing.post);
        let Some((state, outcome)) = self.workspaces.get_mut(workspace).zip(outcome) else {
            return;
        };
        let attempt = Attempt {
            at: now,
            outcome,
            took_ms,
        };
        let Some(followup) = state.posts.tried(id, outgoing.flight, attempt) else {
            return;
        };
        if let Some(retry_at) = followup.retry_at {
            self.agenda.add(retry_at, Due::Post(workspace, id));
        }
        if let Some(post) = state.posts.get(id)
            && let Some(event) = WebhookAttempt::of_last_try(
                post,
                state,
                workspace,
                outgoing.body.clone(),
                followup.retry_at,
            )
        {
            effects.events.push(Event::Webhook(event.into()));
        }
        if let Some(next) = followup.next {
            self.dispatch(workspace, next);
        }
        self.shed(workspace);
    }
}

impl WebhookAttempt {
    /// The event of a webhook's last try.
    pub(crate) fn of_last_try(
        post: &Post,
        workspace: &Workspace,
        id: WorkspaceId,
        body: Bytes,
        retry_at: Option<Moment>,
    ) -> Option<Self> {
        let which = post.attempts.len().checked_sub(1)?;
        let mut event = Self::of_try(post, workspace, id, which, body)?;
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
        Self::of_try(post, workspace, id, 0, workspace.body_of(post))
    }

    fn of_try(
        post: &Post,
        workspace: &Workspace,
        id: WorkspaceId,
        which: usize,
        body: Bytes,
    ) -> Option<Self> {
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
            body: body.into(),
            answer_body: answer_body.into(),
            workspace: id,
        })
    }
}
