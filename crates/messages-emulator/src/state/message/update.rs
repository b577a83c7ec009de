//! `PATCH /v1/messages/{uuid}`: marking as read, and revoking.

use std::time::Duration;

use crate::clock::Moment;
use crate::event::Event;
use crate::rules::{Action, RevokeEffect, Stage};
use crate::state::channel::Channel;
use crate::state::direction::Direction;
use crate::state::message::{MessageId, lifecycle};
use crate::state::status::Status;
use crate::state::{Effects, State, Timer, WorkspaceId};

/// Duration of the typing indicator if nothing ends it before.
const TYPING: Duration = Duration::from_secs(25);

/// The content of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Update {
    /// The person's message is marked as read; with a typing indicator.
    Read { typing: bool },
    /// The application's message is taken back.
    Revoke,
}

/// The reason for which an update is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UpdateError {
    UnknownMessage,
    /// Not on this channel, not in this direction, or not any more.
    NotSupported,
}

impl State {
    /// Updates a message. No webhook follows, since the documentation has no status for it, unless a rule has one; an event
    /// does.
    pub(crate) fn update(
        &mut self,
        now: Moment,
        workspace: WorkspaceId,
        uuid: &str,
        change: Update,
        effects: &mut Effects,
    ) -> Result<(), UpdateError> {
        let state = self
            .workspaces
            .get_mut(workspace)
            .ok_or(UpdateError::UnknownMessage)?;
        let id = state.find(uuid).ok_or(UpdateError::UnknownMessage)?.id;
        let message = state
            .messages
            .get_mut(id)
            .ok_or(UpdateError::UnknownMessage)?;
        let typing_until = message.marks.typing_until;
        match (change, message.channel, message.direction) {
            (Update::Read { typing }, Channel::Whatsapp, Direction::Inbound) => {
                message.marks.read = true;
                message.marks.typing_until = typing.then(|| now.after(TYPING));
            }
            (Update::Read { typing: false }, Channel::Rcs, Direction::Inbound) => {
                message.marks.read = true;
            }
            (Update::Revoke, Channel::Rcs, Direction::Outbound)
                if message.status() != Some(Status::Read) && !message.marks.revoked =>
            {
                let path = format!("/v1/messages/{uuid}");
                let effect = state.rules.decide(Stage::Revoke, &message.facts(&path));
                let turns = match effect {
                    Some(Action::Revoke(RevokeEffect::Ignored)) => return Ok(()),
                    Some(Action::Revoke(RevokeEffect::Refused)) => {
                        return Err(UpdateError::NotSupported);
                    }
                    Some(Action::Revoke(RevokeEffect::Script(turns))) => turns,
                    // An undelivered message is never delivered.
                    _ => Vec::new(),
                };
                message.marks.revoked = true;
                message.plan_anew(now, lifecycle::script(&turns));
                if let Some(at) = message.next_state_at() {
                    self.schedule.add(at, Timer::Transition(workspace, id));
                }
            }
            _ => return Err(UpdateError::NotSupported),
        }
        if let Some(until) = message.marks.typing_until
            && typing_until != Some(until)
        {
            self.schedule.add(until, Timer::TypingEnd(workspace, id));
        }
        let event = message.updated(now, workspace);
        effects.events.push(Event::Message(event.into()));
        Ok(())
    }

    /// The application has written for long enough, if it did not begin anew.
    pub(crate) fn typing_end(
        &mut self,
        at: Moment,
        workspace: WorkspaceId,
        id: MessageId,
        effects: &mut Effects,
    ) {
        let state = self.workspaces.get_mut(workspace);
        let Some(message) = state.and_then(|state| state.messages.get_mut(id)) else {
            return;
        };
        if message.marks.typing_until == Some(at) {
            message.marks.typing_until = None;
            let event = message.updated(at, workspace);
            effects.events.push(Event::Message(event.into()));
        }
    }
}
