//! The control API: what a test, a script or the inbox can see and bring about, as JSON under `/emulator/v1`.
//!
//! | request | answer |
//! | --- | --- |
//! | `GET messages?direction&channel&to&from&contains&status&client_ref&message_type&conversation&older_than&q&limit` | `{"messages": […]}`, the newest first |
//! | `GET messages/{uuid}` | the message with its request, states and webhooks |
//! | `POST messages/{uuid}/status` with `{"status", "code"?}` | the webhook that was posted |
//! | `POST inbound` with an inbound webhook's JSON, either generation | the webhook that was posted |
//! | `GET wait?…&within=5` | the message that matches, as soon as it is there; 404 after so many seconds |
//! | `GET conversations?before&offset&limit` and any condition of `messages` | `{"conversations": […], "total", "unread"}`: those in which a message matches, the latest first |
//! | `GET conversations/{id}` | one of them |
//! | `POST conversations/{id}/seen` | 204 |
//! | `GET rules`, `POST rules`, `DELETE rules` | the rules; a rule before all others; none |
//! | `POST reset` | 204: all messages are forgotten |
//! | `GET events` | everything that happens, as server-sent events |
//!
//! It shows the first workspace. Programs need no credentials for it, browsers the inbox's token.

mod conversations;
mod events;
mod messages;
mod rules;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::json;

use crate::workspace::Workspace;

pub(crate) fn router(workspace: Workspace) -> Router {
    let api = Router::new()
        .route("/messages", get(messages::list))
        .route("/messages/{uuid}", get(messages::one))
        .route("/messages/{uuid}/status", post(messages::status))
        .route("/inbound", post(messages::inbound))
        .route("/wait", get(messages::wait))
        .route("/conversations", get(conversations::list))
        .route("/conversations/{id}", get(conversations::one))
        .route("/conversations/{id}/seen", post(conversations::seen))
        .route(
            "/rules",
            get(rules::list).post(rules::add).delete(rules::clear),
        )
        .route("/reset", post(messages::reset))
        .route("/events", get(events::stream))
        .with_state(workspace);
    Router::new().nest("/emulator/v1", api)
}

/// Why a request of the control API came to nothing.
struct Refusal {
    status: StatusCode,
    reason: String,
}

impl Refusal {
    fn new(status: StatusCode, reason: impl Into<String>) -> Self {
        Self {
            status,
            reason: reason.into(),
        }
    }

    fn unknown(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("there is no such {what}"))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, axum::Json(json!({ "error": self.reason }))).into_response()
    }
}
