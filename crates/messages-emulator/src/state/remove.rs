//! Removal of conversations by hand.

use crate::state::message::ConversationId;
use crate::state::{State, WorkspaceId, WorkspaceState};

impl State {
    /// Removes a conversation, or all of them, with their messages and webhooks; rules stay. Returns `false` for an
    /// unknown conversation.
    pub(crate) fn remove(&mut self, id: WorkspaceId, conversation: Option<ConversationId>) -> bool {
        let Some(state) = self.workspaces.get_mut(id) else {
            return false;
        };
        let Some(conversation) = conversation else {
            state.clear();
            self.discard_plans(id);
            return true;
        };
        let Some(found) = state.conversations.get(conversation) else {
            return false;
        };
        let messages: Vec<_> = found.messages.iter().copied().collect();
        let ready: Vec<_> = messages
            .into_iter()
            .flat_map(|message| state.remove_message(message))
            .collect();
        for delivery in ready {
            self.dispatch(id, delivery);
        }
        true
    }
}

impl WorkspaceState {
    /// Removes a message with its webhooks. Returns the webhooks that may go out now.
    fn remove_message(&mut self, id: u64) -> Vec<u64> {
        let removed = self.messages.remove(id);
        removed.map_or_else(Vec::new, |message| self.remove_rest(id, &message))
    }
}
