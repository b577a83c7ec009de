//! Conversations, as the inbox lists them.

use axum::Json;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::extract::{Path, UrlQuery};
use super::messages::PAGE_BYTES;
use super::selected::Selected;
use super::{Refusal, flush};
use crate::emulator::workspace::Workspace;
use crate::state;
use crate::state::channel::Channel;
use crate::store::snapshot::Snapshot;
use crate::view::MessageView;
use crate::view::query::Query;

/// Default and largest number of conversations in a response.
const LIMIT: usize = 100;
const LIMIT_MAX: usize = 1_000;

#[derive(Deserialize)]
pub(super) struct Page {
    /// Only those whose last message has a lower number: a list that stays as it is while messages come in.
    before: Option<u64>,
    /// Number of conversations to skip.
    offset: Option<usize>,
    limit: Option<usize>,
}

#[derive(Serialize)]
pub(super) struct Conversations {
    conversations: Vec<Conversation>,
    /// Number of matches, regardless of offset and limit.
    total: usize,
    /// Number of unread messages in all conversations.
    unread: u64,
}

#[derive(Serialize)]
pub(super) struct Conversation {
    id: u64,
    channel: Channel,
    /// Your side of it.
    ours: String,
    person: String,
    unread: u32,
    messages: usize,
    /// The receiver has not accepted a webhook of one of its newest messages.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    webhook_failed: bool,
    last: MessageView,
    /// The newest message that a search has found, unless it is the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    hit: Option<MessageView>,
}

/// Messages of a conversation whose webhooks are looked at.
const FAILURES_SHOWN: usize = 20;

impl Conversation {
    fn new(
        id: u64,
        conversation: &state::Conversation,
        workspace: &state::WorkspaceState,
    ) -> Option<Self> {
        let last = workspace.messages.get(conversation.last)?;
        Some(Self {
            id,
            channel: conversation.parties.channel,
            ours: conversation.parties.ours.to_string(),
            person: conversation.parties.person.to_string(),
            unread: conversation.unread,
            messages: conversation.messages.len(),
            webhook_failed: conversation
                .messages
                .iter()
                .rev()
                .take(FAILURES_SHOWN)
                .filter_map(|id| workspace.messages.get(*id))
                .any(|message| workspace.has_failed_webhook(message)),
            last: MessageView::new(last, workspace),
            hit: None,
        })
    }

    fn bytes(&self) -> usize {
        self.last.bytes() + self.hit.as_ref().map_or(0, MessageView::bytes)
    }
}

/// The conversations in which a message matches.
pub(super) async fn list(
    Selected(workspace): Selected,
    UrlQuery(query): UrlQuery<Query>,
    UrlQuery(page): UrlQuery<Page>,
) -> Json<Conversations> {
    let limit = page.limit.unwrap_or(LIMIT).min(LIMIT_MAX);
    let offset = page.offset.unwrap_or(0);
    let before = page.before.unwrap_or(u64::MAX);
    Json(workspace.engine.look(|state, _| {
        let Some(state) = state.workspace(workspace.id) else {
            return Conversations {
                conversations: Vec::new(),
                total: 0,
                unread: 0,
            };
        };
        let mut total = 0;
        let mut shown = Vec::new();
        let mut left = PAGE_BYTES;
        for (id, conversation) in state.conversations.newest_before(before) {
            if !query.matches_one_of(conversation, state) {
                continue;
            }
            if total >= offset && shown.len() < limit && left > 0 {
                let mut view = Conversation::new(id, conversation, state);
                if let Some(view) = &mut view {
                    view.hit = query.hit(conversation, state);
                }
                left = left.saturating_sub(view.as_ref().map_or(0, Conversation::bytes));
                shown.extend(view);
            }
            total += 1;
            if query.is_open() && (shown.len() == limit || left == 0) {
                // All match, so that those behind need only be counted.
                let conversations = &state.conversations;
                total = page.before.map_or_else(
                    || conversations.len(),
                    |before| conversations.count_before(before),
                );
                break;
            }
        }
        Conversations {
            conversations: shown,
            total,
            unread: state.conversations.unread(),
        }
    }))
}

pub(super) async fn one(
    Selected(workspace): Selected,
    Path(id): Path<u64>,
) -> Result<Json<Conversation>, Refusal> {
    let found = workspace.engine.look(|state, _| {
        let state = state.workspace(workspace.id)?;
        Conversation::new(id, state.conversations.get(id)?, state)
    });
    found
        .map(Json)
        .ok_or_else(|| Refusal::unknown("conversation"))
}

pub(super) async fn seen(
    Selected(workspace): Selected,
    Path(id): Path<u64>,
) -> Result<StatusCode, Refusal> {
    let known = workspace.engine.with(|state, _, _| {
        let state = state.workspace_mut(workspace.id);
        state.is_some_and(|state| state.conversations.seen(id))
    });
    if known {
        flush(&workspace).await?;
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Refusal::unknown("conversation"))
    }
}

/// Removes a conversation with its messages and webhooks.
pub(super) async fn remove(
    Selected(workspace): Selected,
    Path(id): Path<u64>,
) -> Result<Json<Snapshot>, Refusal> {
    removed(&workspace, Some(id)).await
}

/// Removes all conversations; rules stay.
pub(super) async fn clear(Selected(workspace): Selected) -> Result<Json<Snapshot>, Refusal> {
    removed(&workspace, None).await
}

async fn removed(workspace: &Workspace, id: Option<u64>) -> Result<Json<Snapshot>, Refusal> {
    let removed = workspace.remove(id);
    let removed = removed.ok_or_else(|| Refusal::unknown("conversation"))?;
    flush(workspace).await?;
    Ok(Json(removed))
}
