//! Messages reaching states, and flows going on because of it.

use crate::clock::Moment;
use crate::event::Event;
use crate::state::direction::Direction;
use crate::state::failover::{Flow, Move};
use crate::state::message::{FlowId, Message, MessageId, Passed};
use crate::state::status::Status;
use crate::state::webhook::delivery::PostId;
use crate::state::{Due, Effects, WorkspaceId, World};

/// The reason for which a status cannot be triggered by hand.
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
    pub(crate) fn live(
        &mut self,
        at: Moment,
        workspace: WorkspaceId,
        id: MessageId,
        effects: &mut Effects,
    ) {
        let Some(message) = self.message_mut(workspace, id) else {
            return;
        };
        let Some(change) = message.plan.pop() else {
            return;
        };
        match message.plan.last().map(|next| next.after) {
            Some(after) => self.agenda.add(at.after(after), Due::Life(workspace, id)),
            // Its room too: a hundred bytes of every message that is kept.
            None => message.plan = Vec::new(),
        }
        self.reach(at, workspace, id, change.status, change.code, effects);
    }

    /// Brings a message into a state by hand. What was planned for it is off. Returns the webhook that tells of it.
    pub(crate) fn trigger(
        &mut self,
        now: Moment,
        workspace: WorkspaceId,
        uuid: &str,
        status: Status,
        code: Option<u16>,
        effects: &mut Effects,
    ) -> Result<Option<PostId>, TriggerError> {
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
        let post = self.reach(now, workspace, id, status, code, effects);
        self.shed(workspace);
        Ok(post)
    }

    fn reach(
        &mut self,
        at: Moment,
        workspace: WorkspaceId,
        id: MessageId,
        status: Status,
        code: Option<u16>,
        effects: &mut Effects,
    ) -> Option<PostId> {
        let message = self.message_mut(workspace, id)?;
        message.history.push(Passed { at, status, code });
        let event = message.event(at, workspace, Some((status, code)));
        effects.events.push(Event::Message(event.into()));
        let flow = message.flow;
        self.workspaces
            .get_mut(workspace)?
            .messages
            .weigh(id, size_of::<Passed>());
        let told = self.post_status(at, workspace, id, status);
        if let Some((flow_id, step)) = flow {
            let next = self
                .flow_mut(workspace, flow_id)
                .map_or(Move::Wait, |flow| flow.on_status(step, status));
            self.follow(at, workspace, flow_id, next, effects);
        }
        told
    }

    /// The time of a workflow's step is over.
    pub(crate) fn step_over(
        &mut self,
        at: Moment,
        workspace: WorkspaceId,
        flow_id: FlowId,
        step: usize,
        effects: &mut Effects,
    ) {
        let next = self
            .flow_mut(workspace, flow_id)
            .map_or(Move::Wait, |flow| flow.on_time_over(step));
        self.follow(at, workspace, flow_id, next, effects);
    }

    fn message_mut(&mut self, workspace: WorkspaceId, id: MessageId) -> Option<&mut Message> {
        self.workspaces.get_mut(workspace)?.messages.get_mut(id)
    }

    fn flow_mut(&mut self, workspace: WorkspaceId, id: FlowId) -> Option<&mut Flow> {
        self.workspaces.get_mut(workspace)?.flows.get_mut(id)
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
            Move::End(_) => self.post_report(at, workspace, flow),
        }
    }
}
