//! Webhooks that are posted again by hand.

use crate::state::message::ConversationId;
use crate::state::webhook::delivery::DeliveryId;
use crate::state::{State, WorkspaceId};

/// The reason for which a webhook is not posted again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResendError {
    Unknown,
    /// An attempt is in flight or about to be.
    Pending,
}

/// Selects failed webhooks; absent conditions match all.
#[derive(Debug, Default)]
pub(crate) struct Failed<'a> {
    pub(crate) conversation: Option<ConversationId>,
    /// The receiver's URL.
    pub(crate) url: Option<&'a str>,
}

impl State {
    /// Has a webhook posted again now, however its attempts ended. Returns the number of its attempts so far.
    pub(crate) fn resend(
        &mut self,
        workspace: WorkspaceId,
        id: DeliveryId,
    ) -> Result<usize, ResendError> {
        let state = self.workspaces.get_mut(workspace);
        let state = state.ok_or(ResendError::Unknown)?;
        let delivery = state.webhooks.get(id).ok_or(ResendError::Unknown)?;
        let attempts = delivery.attempts.len();
        if !state.webhooks.recall(id) {
            return Err(ResendError::Pending);
        }
        self.dispatch(workspace, id);
        Ok(attempts)
    }

    /// Has every webhook posted again now whose last attempt failed. Returns their number.
    pub(crate) fn resend_failed(&mut self, workspace: WorkspaceId, wanted: &Failed<'_>) -> usize {
        let Some(state) = self.workspaces.get(workspace) else {
            return 0;
        };
        let failed: Vec<_> = state
            .webhooks
            .table()
            .iter()
            .filter(|(_, delivery)| {
                let message = state.messages.get(delivery.message);
                let conversation = message.map(|message| message.conversation);
                delivery.state.is_failure()
                    && wanted.url.is_none_or(|url| *delivery.url == *url)
                    && (wanted.conversation.is_none() || wanted.conversation == conversation)
            })
            .map(|(id, _)| id)
            .collect();
        let resent = failed
            .into_iter()
            .filter(|id| self.resend(workspace, *id).is_ok());
        resent.count()
    }
}
