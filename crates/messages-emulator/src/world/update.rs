//! `PATCH /v1/messages/{uuid}`: marking as read, and revoking.

use super::{WorkspaceId, World};
use crate::channel::Channel;
use crate::direction::Direction;

/// What an update asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// The person's message is marked as read; with a typing indicator.
    Read { typing: bool },
    /// The application's message is taken back.
    Revoke,
}

/// Why an update is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UpdateError {
    UnknownMessage,
    /// Not on this channel, not in this direction, or not any more.
    NotSupported,
}

impl World {
    /// Updates a message. No webhook follows: the documentation knows no status for it.
    pub(crate) fn update(
        &mut self,
        workspace: WorkspaceId,
        uuid: &str,
        change: Change,
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
        match (change, message.channel, message.direction) {
            (Change::Read { typing }, Channel::Whatsapp, Direction::Inbound) => {
                message.marks.read = true;
                message.marks.typing |= typing;
                Ok(())
            }
            (Change::Read { typing: false }, Channel::Rcs, Direction::Inbound) => {
                message.marks.read = true;
                Ok(())
            }
            (Change::Revoke, Channel::Rcs, Direction::Outbound)
                if message.status() != Some(crate::status::Status::Read)
                    && !message.marks.revoked =>
            {
                message.marks.revoked = true;
                // What was not delivered yet never will be.
                message.plan.clear();
                Ok(())
            }
            _ => Err(UpdateError::NotSupported),
        }
    }
}
