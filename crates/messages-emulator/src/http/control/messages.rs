//! Messages: seen, waited for, brought about.

use std::time::Duration;

use axum::Json;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::extract::{Body, Path, UrlQuery};
use super::selected::Selected;
use super::span::Span;
use super::{Refusal, flush};
use crate::emulator::workspace::{Delivered, Workspace};
use crate::event::WebhookAttempt;
use crate::state::InboundMessage;
use crate::state::status::Status;
use crate::view::query::Query;
use crate::view::{MessageDetail, MessageView};

/// Default and largest number of messages in a response.
const LIMIT: usize = 100;
const LIMIT_MAX: usize = 1_000;
/// Texts and contents of the messages of a response, in bytes; the last one may exceed it.
pub(super) const PAGE_BYTES: usize = 8 * 1024 * 1024;
/// Default and longest wait of a request.
const WAIT: Span = Span(Duration::from_secs(5));
const WAIT_MAX: Duration = Duration::from_secs(60);

#[derive(Deserialize)]
pub(super) struct Page {
    limit: Option<usize>,
}

#[derive(Serialize)]
pub(super) struct Messages {
    messages: Vec<MessageView>,
}

pub(super) async fn list(
    Selected(workspace): Selected,
    UrlQuery(query): UrlQuery<Query>,
    UrlQuery(page): UrlQuery<Page>,
) -> Json<Messages> {
    let limit = page.limit.unwrap_or(LIMIT).min(LIMIT_MAX);
    Json(Messages {
        messages: workspace.page(&query, limit, PAGE_BYTES),
    })
}

pub(super) async fn one(
    Selected(workspace): Selected,
    Path(uuid): Path<String>,
) -> Result<Json<MessageDetail>, Refusal> {
    let message = workspace.message(&uuid);
    message.map(Json).ok_or_else(|| Refusal::unknown("message"))
}

#[derive(Deserialize)]
pub(super) struct Patience {
    within: Option<Span>,
}

impl Patience {
    /// Waits for a message that matches.
    async fn wait(self, workspace: &Workspace, query: Query) -> Result<MessageView, Refusal> {
        let Span(limit) = self.within.unwrap_or(WAIT);
        let found = workspace.expect(query).within(limit.min(WAIT_MAX)).await;
        found.map_err(|unmet| Refusal::new(StatusCode::NOT_FOUND, unmet.to_string()))
    }
}

pub(super) async fn wait(
    Selected(workspace): Selected,
    UrlQuery(query): UrlQuery<Query>,
    UrlQuery(patience): UrlQuery<Patience>,
) -> Result<Json<MessageView>, Refusal> {
    patience.wait(&workspace, query).await.map(Json)
}

/// Codes and links extracted from a message.
#[derive(Serialize)]
pub(super) struct Found<T> {
    message_uuid: String,
    #[serde(flatten)]
    what: T,
}

#[derive(Serialize)]
pub(super) struct Code {
    code: String,
}

#[derive(Serialize)]
pub(super) struct Link {
    link: String,
}

pub(super) async fn code(
    Selected(workspace): Selected,
    UrlQuery(query): UrlQuery<Query>,
    UrlQuery(patience): UrlQuery<Patience>,
) -> Result<Json<Found<Code>>, Refusal> {
    let message = patience.wait(&workspace, query.with_code()).await?;
    let code = message.code_in_text().unwrap_or_default();
    Ok(Json(Found {
        message_uuid: message.message_uuid,
        what: Code { code },
    }))
}

pub(super) async fn link(
    Selected(workspace): Selected,
    UrlQuery(query): UrlQuery<Query>,
    UrlQuery(patience): UrlQuery<Patience>,
) -> Result<Json<Found<Link>>, Refusal> {
    let message = patience.wait(&workspace, query.with_link()).await?;
    let link = message.link_in_text().unwrap_or_default();
    Ok(Json(Found {
        message_uuid: message.message_uuid,
        what: Link { link },
    }))
}

/// The posted webhook, and the receiver's response.
#[derive(Serialize)]
pub(super) struct Posted {
    message_uuid: String,
    /// The webhook's body; absent where no URL is set for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook: Option<std::sync::Arc<WebhookAttempt>>,
}

impl From<Delivered> for Posted {
    fn from(delivered: Delivered) -> Self {
        Self {
            message_uuid: delivered.message_uuid,
            body: delivered
                .webhook
                .as_ref()
                .map(|webhook| webhook.body.json()),
            webhook: delivered.webhook,
        }
    }
}

impl Posted {
    /// A webhook that was posted again; without an attempt, since it was removed or lost.
    pub(super) fn of(attempt: Option<WebhookAttempt>) -> Self {
        Delivered {
            message_uuid: attempt
                .as_ref()
                .map(|attempt| attempt.message_uuid.clone())
                .unwrap_or_default(),
            webhook: attempt.map(std::sync::Arc::new),
        }
        .into()
    }
}

pub(super) async fn inbound(
    Selected(workspace): Selected,
    Body(message): Body<Value>,
) -> Result<Json<Posted>, Refusal> {
    let message = InboundMessage::from_json(message)
        .map_err(|mistake| Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, mistake.to_string()))?;
    let delivered = workspace.inject(message).await;
    flush(&workspace).await?;
    Ok(Json(delivered.into()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    status: Status,
    code: Option<u16>,
}

pub(super) async fn status(
    Selected(workspace): Selected,
    Path(uuid): Path<String>,
    Body(change): Body<Change>,
) -> Result<Json<Posted>, Refusal> {
    let delivered = workspace.trigger(&uuid, change.status, change.code).await;
    let delivered = delivered
        .map_err(|error| Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))?;
    flush(&workspace).await?;
    Ok(Json(delivered.into()))
}

pub(super) async fn reset(Selected(workspace): Selected) -> Result<StatusCode, Refusal> {
    workspace.reset();
    // Nothing of before is posted once this is answered.
    workspace.engine.landed(workspace.id).await;
    flush(&workspace).await?;
    Ok(StatusCode::NO_CONTENT)
}
