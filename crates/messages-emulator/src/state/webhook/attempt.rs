//! Attempts of webhooks and their results.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Uri;

use crate::clock::Moment;
use crate::event::{Event, WebhookAttempt};
use crate::rules::{WebhookFault, WebhookOutage};
use crate::state::webhook::delivery::{Attempt, DeliveryId, Outcome};
use crate::state::webhook::dispatch::Place;
use crate::state::webhook::queue::HOLD;
use crate::state::{
    DeliveryState, Effects, Message, Outgoing, Signature, State, Timer, WebhookDelivery,
    WorkspaceId, WorkspaceState,
};

impl State {
    /// Queues a webhook, or whatever a fault makes of it. Returns its number.
    pub(crate) fn queue_webhook(
        &mut self,
        now: Moment,
        workspace: WorkspaceId,
        delivery: WebhookDelivery,
        fault: Option<WebhookFault>,
    ) -> Option<DeliveryId> {
        let message = delivery.message;
        let copies = if fault == Some(WebhookFault::Doubled) {
            2
        } else {
            1
        };
        let mut last = None;
        for delivery in std::iter::repeat_n(delivery, copies) {
            let state = self.workspaces.get_mut(workspace)?;
            let id = state.webhooks.add(delivery);
            if let Some(message) = state.messages.get_mut(message) {
                message.webhooks.push(id);
            }
            let ready = match fault {
                Some(WebhookFault::Dropped) => {
                    state.webhooks.drop_on_purpose(id);
                    Vec::new()
                }
                Some(WebhookFault::Late { ms }) => {
                    let due = now.after(Duration::from_millis(ms));
                    state.webhooks.make_late(id, due);
                    self.schedule.add(due, Timer::Delivery(workspace, id));
                    Vec::new()
                }
                Some(WebhookFault::Reordered) => {
                    let ready = state.webhooks.hold(id);
                    if ready.is_empty() {
                        let due = now.after(HOLD);
                        self.schedule.add(due, Timer::Release(workspace, id));
                    }
                    ready
                }
                _ => vec![id],
            };
            let ready = ready
                .into_iter()
                .filter_map(|id| state.webhooks.queue(id))
                .collect::<Vec<_>>();
            for id in ready {
                self.dispatch(workspace, id);
            }
            last = Some(id);
        }
        last
    }

    pub(crate) fn release(&mut self, workspace: WorkspaceId, id: DeliveryId) {
        let Some(state) = self.workspaces.get_mut(workspace) else {
            return;
        };
        if state.webhooks.release(id) && state.webhooks.queue(id).is_some() {
            self.dispatch(workspace, id);
        }
    }

    /// Queues a late webhook behind those of its order key; one that was tried before goes out at once. Its attempts tell them apart and not
    /// its state, which after a restart is that of the attempt that was cut off: in the queue it would stay at the front,
    /// since only a first attempt makes way.
    pub(crate) fn delivery_due(&mut self, at: Moment, workspace: WorkspaceId, id: DeliveryId) {
        let Some(state) = self.workspaces.get_mut(workspace) else {
            return;
        };
        // It may have been posted by hand meanwhile.
        if !state.webhooks.is_due(id, at) {
            return;
        }
        state.webhooks.come_due(id);
        let Some(delivery) = state.webhooks.get(id) else {
            return;
        };
        if !delivery.attempts.is_empty() || state.webhooks.queue(id).is_some() {
            self.dispatch(workspace, id);
        }
    }

    /// Has a webhook posted as soon as its receiver has a place.
    pub(crate) fn dispatch(&mut self, workspace: WorkspaceId, id: DeliveryId) {
        let state = self.workspaces.get(workspace);
        if let Some(delivery) = state.and_then(|state| state.webhooks.get(id)) {
            self.dispatch.queue(&delivery.url, workspace, id);
        }
    }

    /// Hands out the webhooks for which there is a place. What waits is looked up only now: it may have been removed.
    pub(crate) fn pump(&mut self, now: Moment, effects: &mut Effects) {
        self.prune();
        while let Some(place) = self.dispatch.next() {
            match self.start(now, &place) {
                Some(outgoing) => effects.webhooks.push(outgoing),
                None => self.dispatch.done(place.flight),
            }
        }
    }

    fn start(&mut self, now: Moment, place: &Place) -> Option<Outgoing> {
        let state = self.workspaces.get_mut(place.workspace)?;
        let outage = state.outage(now, place.delivery);
        if outage.is_some_and(|outage| outage.lost) {
            if let Some(next) = state.webhooks.lose(place.delivery) {
                self.dispatch(place.workspace, next);
            }
            return None;
        }
        let body = state.body_of(state.webhooks.get(place.delivery)?);
        let account = Arc::clone(&state.account);
        let (delivery, withdrawn) = state.webhooks.start(place.delivery, place.flight)?;
        Some(Outgoing {
            flight: place.flight,
            workspace: place.workspace,
            delivery: place.delivery,
            url: Arc::clone(&delivery.url),
            body,
            jti: delivery.jti,
            signature: delivery.signature,
            account,
            is_cut_off: outage.is_some(),
            withdrawn,
        })
    }

    /// An attempt has ended; without an outcome, since the webhook was removed.
    pub(crate) fn finish_attempt(
        &mut self,
        now: Moment,
        outgoing: &Outgoing,
        outcome: Option<Outcome>,
        took_ms: u64,
        effects: &mut Effects,
    ) {
        self.dispatch.done(outgoing.flight);
        let (workspace, id) = (outgoing.workspace, outgoing.delivery);
        let Some((state, outcome)) = self.workspaces.get_mut(workspace).zip(outcome) else {
            return;
        };
        let attempt = Attempt {
            at: now,
            outcome,
            took_ms,
        };
        let Some(followup) = state.webhooks.tried(id, outgoing.flight, attempt) else {
            return;
        };
        if let Some(retry_at) = followup.retry_at {
            self.schedule.add(retry_at, Timer::Delivery(workspace, id));
        }
        let body = outgoing.body.clone();
        if let Some(event) = WebhookAttempt::of_last(id, state, workspace, body, followup.retry_at)
        {
            effects.events.push(Event::Webhook(event.into()));
        }
        if let Some(next) = followup.next {
            self.dispatch(workspace, next);
        }
        self.shed(workspace);
    }
}

impl WorkspaceState {
    /// Returns `true` if the last attempt of one of a message's webhooks failed.
    pub(crate) fn has_failed_webhook(&self, message: &Message) -> bool {
        let mut webhooks = message.webhooks.iter();
        webhooks.any(|id| {
            let delivery = self.webhooks.get(*id);
            delivery.is_some_and(|delivery| delivery.state.is_failure())
        })
    }

    /// The outage that keeps a webhook from its receiver at `now`, if a rule brings one about.
    fn outage(&mut self, now: Moment, id: DeliveryId) -> Option<WebhookOutage> {
        let delivery = self.webhooks.get(id)?;
        let message = self.messages.get(delivery.message)?;
        let url: Option<Uri> = delivery.url.parse().ok();
        let path = url.as_ref().map_or("", Uri::path);
        self.rules.outage(now, &message.facts(path))
    }
}

impl WebhookAttempt {
    /// The event of a webhook's last attempt.
    fn of_last(
        webhook_id: DeliveryId,
        workspace: &WorkspaceState,
        id: WorkspaceId,
        body: Bytes,
        retry_at: Option<Moment>,
    ) -> Option<Self> {
        let delivery = workspace.webhooks.get(webhook_id)?;
        let which = delivery.attempts.len().checked_sub(1)?;
        let mut event = Self::of(webhook_id, workspace, id, which, body)?;
        event.acknowledged = delivery.state == DeliveryState::Acknowledged;
        event.retry_at = retry_at;
        Some(event)
    }

    /// The event of an attempt, counted from 0.
    pub(crate) fn of(
        webhook_id: DeliveryId,
        workspace: &WorkspaceState,
        id: WorkspaceId,
        which: usize,
        body: Bytes,
    ) -> Option<Self> {
        let delivery = workspace.webhooks.get(webhook_id)?;
        let message = workspace.messages.get(delivery.message)?;
        let attempt = delivery.attempts.get(which)?;
        let (answer, answer_body, error) = match &attempt.outcome {
            Outcome::Answer { status, body } => (Some(*status), body.clone(), None),
            Outcome::Failed { reason, .. } => (None, Bytes::new(), Some(reason.to_string())),
        };
        Some(Self {
            at: attempt.at,
            webhook_id,
            kind: delivery.kind,
            message_uuid: message.uuid.to_string(),
            channel: message.channel,
            status: delivery.status,
            attempt: u32::try_from(which).unwrap_or(u32::MAX).saturating_add(1),
            acknowledged: answer.is_some_and(|status| (200..300).contains(&status)),
            answer,
            error,
            retry_at: None,
            took_ms: attempt.took_ms,
            fault: match delivery.signature {
                Signature::Right => None,
                Signature::Wrong => Some("wrongly_signed"),
                Signature::None => Some("unsigned"),
            },
            body: body.into(),
            answer_body: answer_body.into(),
            workspace: id,
        })
    }
}
