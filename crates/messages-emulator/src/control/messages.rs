//! Messages: seen, waited for, brought about.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query as UrlQuery, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Refusal;
use crate::event::WebhookEvent;
use crate::query::Query;
use crate::status::Status;
use crate::view::{MessageDetail, MessageView};
use crate::workspace::{Delivered, Workspace};
use crate::world::InboundMessage;

/// How many messages an answer holds where nothing is said, and at most.
const LIMIT: usize = 100;
const LIMIT_MAX: usize = 1_000;
/// How long a request may wait.
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
    State(workspace): State<Workspace>,
    UrlQuery(query): UrlQuery<Query>,
    UrlQuery(page): UrlQuery<Page>,
) -> Json<Messages> {
    let limit = page.limit.unwrap_or(LIMIT).min(LIMIT_MAX);
    Json(Messages {
        messages: workspace.messages(&query, limit),
    })
}

pub(super) async fn one(
    State(workspace): State<Workspace>,
    Path(uuid): Path<String>,
) -> Result<Json<MessageDetail>, Refusal> {
    let message = workspace.message(&uuid);
    message.map(Json).ok_or_else(|| Refusal::unknown("message"))
}

#[derive(Deserialize)]
pub(super) struct Patience {
    /// Seconds.
    within: Option<f64>,
}

pub(super) async fn wait(
    State(workspace): State<Workspace>,
    UrlQuery(query): UrlQuery<Query>,
    UrlQuery(patience): UrlQuery<Patience>,
) -> Result<Json<MessageView>, Refusal> {
    let limit = Duration::try_from_secs_f64(patience.within.unwrap_or(5.0))
        .map_err(|_| Refusal::new(StatusCode::BAD_REQUEST, "within is a number of seconds"))?;
    let found = workspace.expect(query).within(limit.min(WAIT_MAX)).await;
    found.map(Json).map_err(|_| {
        Refusal::new(
            StatusCode::NOT_FOUND,
            "no such message came within that time",
        )
    })
}

/// What was posted, and how the receiver took it.
#[derive(Serialize)]
pub(super) struct Posted {
    message_uuid: String,
    /// The webhook's body; absent where no URL is set for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook: Option<std::sync::Arc<WebhookEvent>>,
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

pub(super) async fn inbound(
    State(workspace): State<Workspace>,
    Json(message): Json<Value>,
) -> Result<Json<Posted>, Refusal> {
    let message = InboundMessage::from_json(message)
        .map_err(|mistake| Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, mistake.to_string()))?;
    Ok(Json(workspace.inject(message).await.into()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    status: Status,
    code: Option<u16>,
}

pub(super) async fn status(
    State(workspace): State<Workspace>,
    Path(uuid): Path<String>,
    Json(change): Json<Change>,
) -> Result<Json<Posted>, Refusal> {
    let delivered = workspace.trigger(&uuid, change.status, change.code).await;
    delivered
        .map(|delivered| Json(delivered.into()))
        .map_err(|error| Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))
}

pub(super) async fn reset(State(workspace): State<Workspace>) -> StatusCode {
    workspace.reset();
    StatusCode::NO_CONTENT
}
