//! Conversations, as the inbox lists them.

use axum::Json;
use axum::extract::{Path, Query as UrlQuery, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::Refusal;
use crate::channel::Channel;
use crate::view::MessageView;
use crate::workspace::Workspace;

/// How many conversations an answer holds where nothing is said, and at most.
const LIMIT: usize = 100;
const LIMIT_MAX: usize = 1_000;

#[derive(Deserialize)]
pub(super) struct Page {
    /// Only those whose last message has a lower number.
    before: Option<u64>,
    limit: Option<usize>,
}

#[derive(Serialize)]
pub(super) struct Conversations {
    conversations: Vec<Conversation>,
    total: usize,
}

#[derive(Serialize)]
struct Conversation {
    id: u64,
    channel: Channel,
    /// Your side of it.
    ours: String,
    person: String,
    unread: u32,
    messages: usize,
    last: MessageView,
}

pub(super) async fn list(
    State(workspace): State<Workspace>,
    UrlQuery(page): UrlQuery<Page>,
) -> Json<Conversations> {
    let limit = page.limit.unwrap_or(LIMIT).min(LIMIT_MAX);
    let before = page.before.unwrap_or(u64::MAX);
    Json(workspace.engine.look(|world, _| {
        let Some(state) = world.workspace(workspace.id) else {
            return Conversations {
                conversations: Vec::new(),
                total: 0,
            };
        };
        let newest = state.conversations.newest_before(before);
        let shown = newest.filter_map(|(id, conversation)| {
            let last = state.messages.get(&conversation.last)?;
            Some(Conversation {
                id,
                channel: conversation.parties.channel,
                ours: conversation.parties.ours.clone().into(),
                person: conversation.parties.person.clone().into(),
                unread: conversation.unread,
                messages: conversation.messages.len(),
                last: MessageView::new(last, state),
            })
        });
        Conversations {
            conversations: shown.take(limit).collect(),
            total: state.conversations.len(),
        }
    }))
}

pub(super) async fn seen(
    State(workspace): State<Workspace>,
    Path(id): Path<u64>,
) -> Result<StatusCode, Refusal> {
    let known = workspace.engine.with(|world, _, _| {
        let state = world.workspace_mut(workspace.id);
        state.is_some_and(|state| state.conversations.seen(id))
    });
    if known {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Refusal::unknown("conversation"))
    }
}
