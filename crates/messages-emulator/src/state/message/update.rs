//! `PATCH /v1/messages/{uuid}`: marking as read, and revoking.

use std::time::Duration;

use messages_types::v1::{self, update::UpdateStatus};

use crate::clock::Moment;
use crate::event::Event;
use crate::rules::{Action, Applied, RevokeEffect, Stage};
use crate::state::channel::Channel;
use crate::state::direction::Direction;
use crate::state::message::{MessageId, lifecycle};
use crate::state::status::Status;
use crate::state::{Effects, State, Timer, WorkspaceId};

/// Duration of the typing indicator if nothing ends it before.
const TYPING: Duration = Duration::from_secs(25);

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
        update: &v1::Update,
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
        let typing = matches!(
            &update.status,
            UpdateStatus::Read { replying_indicator: Some(indicator) } if indicator.show
        );
        match (&update.status, message.channel, message.direction) {
            (UpdateStatus::Read { .. }, Channel::Whatsapp, Direction::Inbound) => {
                message.marks.read = true;
                message.marks.typing_until = typing.then(|| now.after(TYPING));
            }
            (UpdateStatus::Read { .. }, Channel::Rcs, Direction::Inbound) if !typing => {
                message.marks.read = true;
            }
            (UpdateStatus::Revoked, Channel::Rcs, Direction::Outbound)
                if message.status() != Some(Status::Read) && !message.marks.revoked =>
            {
                let path = format!("/v1/messages/{uuid}");
                let effect = state.rules.decide(Stage::Revoke, &message.facts(&path));
                let turns = match effect.as_ref().map(Applied::action) {
                    Some(Action::Revoke(RevokeEffect::Ignored)) => return Ok(()),
                    Some(Action::Revoke(RevokeEffect::Refused)) => {
                        return Err(UpdateError::NotSupported);
                    }
                    Some(Action::Revoke(RevokeEffect::Script(turns))) => turns.clone(),
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
