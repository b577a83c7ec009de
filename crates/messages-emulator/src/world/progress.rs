//! Messages reaching states, and flows going on because of it.

use super::flow::{FlowKind, Move};
use super::message::{FlowId, Message, MessageId, Passed};
use super::post::{PostState, Signature};
use super::{Due, Effects, Post, WorkspaceId, World};
use crate::clock::Moment;
use crate::direction::Direction;
use crate::event::{Event, MessageEvent};
use crate::generation::Generation;
use crate::rules::WebhookFault;
use crate::status::Status;
use crate::webhook::{self, FlowFacts, Listed, StatusFacts, WebhookKind};

/// Why a status cannot be brought about by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TriggerError {
    /// No message has this uuid.
    #[error("no message has this uuid")]
    UnknownMessage,
    /// The message came from the person: only what is sent has statuses.
    #[error("the message is inbound and has no status")]
    Inbound,
}

impl World {
    /// The next state that is planned for a message has come.
    pub(super) fn live(
        &mut self,
        at: Moment,
        workspace: WorkspaceId,
        id: MessageId,
        effects: &mut Effects,
    ) {
        let Some(message) = self
            .workspaces
            .get_mut(workspace)
            .and_then(|state| state.messages.get_mut(id))
        else {
            return;
        };
        let Some(change) = message.plan.pop() else {
            return;
        };
        match message.plan.last() {
            Some(next) => {
                let due = at.after(next.after);
                self.agenda.add(due, Due::Life(workspace, id));
            }
            // Its room too: a hundred bytes of every message that is kept.
            None => message.plan = Vec::new(),
        }
        self.reach(at, workspace, id, change.status, change.code, effects);
    }

    /// Brings a message into a state by hand. What was planned for it is off.
    pub(crate) fn trigger(
        &mut self,
        now: Moment,
        workspace: WorkspaceId,
        uuid: &str,
        status: Status,
        code: Option<u16>,
        effects: &mut Effects,
    ) -> Result<MessageId, TriggerError> {
        let state = self
            .workspaces
            .get_mut(workspace)
            .ok_or(TriggerError::UnknownMessage)?;
        let id = state.find(uuid).ok_or(TriggerError::UnknownMessage)?.id;
        let message = state
            .messages
            .get_mut(id)
            .ok_or(TriggerError::UnknownMessage)?;
        if message.direction == Direction::Inbound {
            return Err(TriggerError::Inbound);
        }
        message.plan.clear();
        self.reach(now, workspace, id, status, code, effects);
        Ok(id)
    }

    fn reach(
        &mut self,
        at: Moment,
        workspace: WorkspaceId,
        id: MessageId,
        status: Status,
        code: Option<u16>,
        effects: &mut Effects,
    ) {
        let Some(message) = self
            .workspaces
            .get_mut(workspace)
            .and_then(|state| state.messages.get_mut(id))
        else {
            return;
        };
        message.history.push(Passed { at, status, code });
        effects.events.push(Event::Message(
            MessageEvent {
                at,
                message_uuid: message.uuid.to_string(),
                conversation: message.conversation,
                direction: message.direction,
                channel: message.channel,
                status: Some(status),
                code,
                workspace,
            }
            .into(),
        ));
        let flow = message.flow;
        self.post_status(at, workspace, id, status, code, effects);
        if let Some((flow_id, step)) = flow {
            let next = self
                .workspaces
                .get_mut(workspace)
                .and_then(|state| state.flows.get_mut(flow_id))
                .map_or(Move::Wait, |flow| flow.on_status(step, status));
            self.follow(at, workspace, flow_id, next, effects);
        }
    }

    /// The time of a workflow's step is over.
    pub(super) fn step_over(
        &mut self,
        at: Moment,
        workspace: WorkspaceId,
        flow_id: FlowId,
        step: usize,
        effects: &mut Effects,
    ) {
        let next = self
            .workspaces
            .get_mut(workspace)
            .and_then(|state| state.flows.get_mut(flow_id))
            .map_or(Move::Wait, |flow| flow.on_time_over(step));
        self.follow(at, workspace, flow_id, next, effects);
    }

    fn follow(
        &mut self,
        at: Moment,
        workspace: WorkspaceId,
        flow: FlowId,
        next: Move,
        effects: &mut Effects,
    ) {
        match next {
            Move::Wait => {}
            Move::Send(step) => {
                self.send_step(at, workspace, flow, step, effects);
            }
            Move::End(_) => self.post_report(at, workspace, flow, effects),
        }
    }

    fn post_status(
        &mut self,
        at: Moment,
        workspace: WorkspaceId,
        id: MessageId,
        status: Status,
        code: Option<u16>,
        effects: &mut Effects,
    ) {
        let seed = self.laws.seed;
        let Some(state) = self.workspaces.get_mut(workspace) else {
            return;
        };
        let targets = &state.account.targets;
        let Some(message) = state.messages.get(id) else {
            return;
        };
        let Some(url) = message
            .webhook_url
            .clone()
            .or_else(|| targets.status_url.clone())
        else {
            return;
        };
        let flow = message.flow.and_then(|(flow, step)| {
            let flow = state.flows.get(flow)?;
            Some((flow, step))
        });
        // A message of a workflow speaks v0.1, since nothing else can name the workflow.
        let version = message.webhook_version.unwrap_or(match flow {
            Some((flow, _)) if matches!(flow.kind, FlowKind::Workflow { .. }) => Generation::V0_1,
            _ => targets.version,
        });
        let mut dice = state.webhook_dice(seed, id, message.history.len());
        let instance = dice.instance();
        let uuid = message.uuid.to_string();
        let workflow_uuid = match flow.map(|(flow, _)| &flow.kind) {
            Some(FlowKind::Workflow { uuid, .. }) => uuid.to_string(),
            _ => String::new(),
        };
        let bills = matches!(status, Status::Delivered | Status::Undeliverable);
        let facts = StatusFacts {
            uuid: &uuid,
            channel: message.channel,
            to: &message.person,
            from: &message.ours,
            at,
            status,
            code,
            instance: &instance,
            client_ref: message.client_ref.as_deref(),
            price: message.price.filter(|_| bills),
            sms_segments: message.sms_segments,
            flow: flow.map(|(flow, step)| match &flow.kind {
                FlowKind::Failover { workflow_id } => FlowFacts::Failover {
                    workflow_id,
                    number: step + 1,
                    total: flow.steps.len(),
                },
                FlowKind::Workflow { member, .. } => FlowFacts::Workflow {
                    uuid: &workflow_uuid,
                    member: member.name(),
                },
            }),
        };
        let post = Post {
            kind: WebhookKind::Status,
            message: id,
            status: Some(status),
            lane: message.lane,
            url,
            body: webhook::status(version, &facts),
            jti: dice.uuid(),
            signature: signature(message),
            attempts: Vec::new(),
            state: PostState::Waiting,
            due: None,
        };
        let fault = message.webhook_fault;
        self.post(at, workspace, post, fault, effects);
    }

    fn post_report(
        &mut self,
        at: Moment,
        workspace: WorkspaceId,
        flow_id: FlowId,
        effects: &mut Effects,
    ) {
        let seed = self.laws.seed;
        let Some(state) = self.workspaces.get_mut(workspace) else {
            return;
        };
        let Some(flow) = state.flows.get(flow_id) else {
            return;
        };
        let FlowKind::Workflow { uuid, member } = &flow.kind else {
            return;
        };
        let (Some(url), Some(ending)) = (state.account.targets.status_url.clone(), flow.ended)
        else {
            return;
        };
        let sent: Vec<(String, &Message)> = flow
            .steps
            .iter()
            .filter_map(|step| state.messages.get(step.message?))
            .map(|message| (message.uuid.to_string(), message))
            .collect();
        let listed: Vec<Listed<'_>> = sent
            .iter()
            .map(|(uuid, message)| Listed {
                uuid,
                channel: message.channel,
                price: message
                    .price
                    .filter(|_| message.status() != Some(Status::Rejected)),
                status: message.status(),
            })
            .collect();
        let Some((_, first)) = sent.first() else {
            return;
        };
        let post = Post {
            kind: WebhookKind::Report,
            message: first.id,
            status: None,
            lane: flow.lane,
            url,
            body: webhook::report(member.name(), &uuid.to_string(), ending.name(), at, &listed),
            jti: state.webhook_dice(seed, flow_id, 0).uuid(),
            signature: signature(first),
            attempts: Vec::new(),
            state: PostState::Waiting,
            due: None,
        };
        self.post(at, workspace, post, None, effects);
    }
}

/// How a message's webhooks are signed.
pub(super) fn signature(message: &Message) -> Signature {
    match message.webhook_fault {
        Some(WebhookFault::Unsigned) => Signature::None,
        Some(WebhookFault::WronglySigned) => Signature::Wrong,
        _ => Signature::Right,
    }
}
