//! Messages reaching states, and failovers going on because of it.

use crate::clock::Moment;
use crate::event::Event;
use crate::state::channel::Channel;
use crate::state::code;
use crate::state::direction::Direction;
use crate::state::failover::{Failover, NextStep};
use crate::state::message::{FailoverId, Message, MessageId, StatusChange};
use crate::state::status::Status;
use crate::state::webhook::delivery::DeliveryId;
use crate::state::{Effects, State, Timer, WorkspaceId};

/// The reason for which a status cannot be triggered by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TriggerError {
    /// No message has this uuid.
    #[error("no message has this uuid")]
    UnknownMessage,
    /// The message is inbound: only outbound messages have statuses.
    #[error("the message is inbound and has no status")]
    Inbound,
    /// The channel never reports that a message was read.
    #[error("{0} does not report that a message was read")]
    NeverRead(Channel),
    /// A code was given with a status that has none.
    #[error("code is allowed with rejected and undeliverable only")]
    CodeWithoutFailure,
    /// The code is not an asynchronous error code of the API.
    #[error("code must be an asynchronous error code of the API, such as 1050")]
    UnknownCode,
}

impl State {
    /// The next state that is planned for a message has come.
    pub(crate) fn advance(
        &mut self,
        at: Moment,
        workspace: WorkspaceId,
        id: MessageId,
        effects: &mut Effects,
    ) {
        let Some(message) = self.message_mut(workspace, id) else {
            return;
        };
        // A request or a rule may have replaced the plan meanwhile.
        if message.next_state_at() != Some(at) {
            return;
        }
        let Some(change) = message.plan.pop() else {
            return;
        };
        match message.plan.last().map(|next| next.after) {
            Some(after) => self
                .schedule
                .add(at.after(after), Timer::Transition(workspace, id)),
            // Its room too: a hundred bytes of every message that is kept.
            None => message.plan = Vec::new(),
        }
        self.set_status(at, workspace, id, change.status, change.code, effects);
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
    ) -> Result<Option<DeliveryId>, TriggerError> {
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
        if status == Status::Read && !message.channel.reports_read() {
            return Err(TriggerError::NeverRead(message.channel));
        }
        if code.is_some() && !status.is_failure() {
            return Err(TriggerError::CodeWithoutFailure);
        }
        if code.is_some_and(|code| !code::is_known(code)) {
            return Err(TriggerError::UnknownCode);
        }
        message.plan.clear();
        let delivery = self.set_status(now, workspace, id, status, code, effects);
        self.shed(workspace);
        Ok(delivery)
    }

    fn set_status(
        &mut self,
        at: Moment,
        workspace: WorkspaceId,
        id: MessageId,
        status: Status,
        code: Option<u16>,
        effects: &mut Effects,
    ) -> Option<DeliveryId> {
        let message = self.message_mut(workspace, id)?;
        message.history.push(StatusChange { at, status, code });
        let event = message.event(at, workspace, Some((status, code)));
        effects.events.push(Event::Message(event.into()));
        let failover = message.failover;
        self.workspaces
            .get_mut(workspace)?
            .messages
            .weigh(id, size_of::<StatusChange>());
        let told = self.queue_status(at, workspace, id, status);
        if let Some((failover_id, step)) = failover {
            let next = self
                .failover_mut(workspace, failover_id)
                .map_or(NextStep::Wait, |failover| failover.on_status(step, status));
            self.follow(at, workspace, failover_id, next, effects);
        }
        told
    }

    /// The time of a workflow's step is over.
    pub(crate) fn step_deadline(
        &mut self,
        at: Moment,
        workspace: WorkspaceId,
        failover_id: FailoverId,
        step: usize,
        effects: &mut Effects,
    ) {
        let next = self
            .failover_mut(workspace, failover_id)
            .map_or(NextStep::Wait, |failover| failover.on_time_over(step));
        self.follow(at, workspace, failover_id, next, effects);
    }

    fn message_mut(&mut self, workspace: WorkspaceId, id: MessageId) -> Option<&mut Message> {
        self.workspaces.get_mut(workspace)?.messages.get_mut(id)
    }

    fn failover_mut(&mut self, workspace: WorkspaceId, id: FailoverId) -> Option<&mut Failover> {
        self.workspaces.get_mut(workspace)?.failovers.get_mut(id)
    }

    fn follow(
        &mut self,
        at: Moment,
        workspace: WorkspaceId,
        failover: FailoverId,
        next: NextStep,
        effects: &mut Effects,
    ) {
        match next {
            NextStep::Wait => {}
            NextStep::Send(step) => {
                self.send_step(at, workspace, failover, step, effects);
            }
            NextStep::End(_) => self.queue_report(at, workspace, failover),
        }
    }
}
