//! The control API: what a test, a script or the inbox can see and bring about, as JSON under `/emulator/v1`.
//!
//! | request | response |
//! | --- | --- |
//! | `GET messages?direction&channel&to&from&contains&status&client_ref&message_type&conversation&older_than&q&limit` | `{"messages": […]}`, the newest first |
//! | `GET messages/{uuid}` | the message with its request, states and webhooks |
//! | `POST messages/{uuid}/status` with `{"status", "code"?}` | the webhook that was posted |
//! | `POST inbound` with an inbound webhook's JSON, either generation | the webhook that was posted |
//! | `GET wait?…&within=5s` | the message that matches, as soon as it is there; 404 when the time is over |
//! | `GET code?…&within=5s`, `GET link?…&within=5s` | the code or link of the newest message that matches and has one |
//! | `GET conversations?before&offset&limit` and any condition of `messages` | `{"conversations": […], "total", "unread"}`: those in which a message matches, the latest first |
//! | `GET conversations/{id}` | one of them |
//! | `POST conversations/{id}/seen` | 204 |
//! | `GET rules`, `POST rules`, `DELETE rules` | the rules; a rule before all others; none |
//! | `PUT rules/{id}`, `DELETE rules/{id}` | 204: another rule in its place; one rule less |
//! | `GET clock`, `POST clock` with `{"speed"?, "stepped"?, "advance"?}` | the emulator's time |
//! | `DELETE conversations`, `DELETE conversations/{id}` | removes all, or one; what was removed, as a snapshot |
//! | `GET snapshot`, `PUT snapshot` | the whole state; going back to it |
//! | `POST snapshot` | 204: what was removed is back, beside what has come since |
//! | `GET credentials` | the credentials of the workspace, without secrets that were given at the start |
//! | `POST requests` with `{"path", "body"}` | posts a request to the API as the application; `{"status", "response"}` |
//! | `GET webhooks` | `{"status_url"?, "inbound_url"?}` |
//! | `POST webhooks/test` with `{"target": "status"}` or `"inbound"` | posts a sample there; the receiver's status code |
//! | `POST webhooks/{id}/resend` | posts a webhook again now; the webhook and the receiver's response |
//! | `POST webhooks/resend` with `{"conversation"?, "url"?}` | posts all again whose last attempt failed; their number |
//! | `POST webhooks/{id}/sign` | `{"url", "authorization"?, "body"}`: a webhook, signed anew |
//! | `PUT webhooks` with `{"status_url"?, "inbound_url"?}` | the same, and the secret under which they are signed: webhooks go there from now on |
//! | `POST reset` | 204: all messages are removed |
//! | `GET workspaces`, `POST workspaces` with `{"api_key", "api_secret"}` | the workspaces; a new one's credentials |
//! | `DELETE workspaces/{api_key}` | 204: the workspace is closed; 409 for the first one |
//! | `GET openapi.json` | this API in OpenAPI 3.1 |
//! | `GET events` | everything that happens, as server-sent events |
//! | `GET log?after&kind&message_uuid&bodies&limit` | the last events, the oldest first; with `bodies=true`, with what was sent and responded |
//!
//! It shows the first workspace, or with `workspace=API_KEY` in the query another one. Programs need no credentials for
//! it, browsers the inbox's token. Beside it, `/metrics` is for Prometheus and `/healthz` for supervisors.

mod clock;
mod conversations;
mod credentials;
mod events;
mod extract;
mod mail;
mod messages;
mod observe;
mod requests;
mod rules;
mod selected;
mod shape;
mod snapshot;
mod span;
mod webhooks;
mod workspaces;

use std::sync::{Arc, LazyLock};

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use axum::{Extension, Json, Router};
use serde_json::{Value, json};

use crate::emulator::workspace::Workspace;
use crate::http::client::WebhookClient;
pub use span::{Span, SpanError};

pub(crate) fn router(workspace: Workspace, client: Arc<WebhookClient>) -> Router {
    let api = Router::new()
        .route("/messages", get(messages::list))
        .route("/messages/{uuid}", get(messages::one))
        .route("/messages/{uuid}/status", post(messages::status))
        .route("/inbound", post(messages::inbound))
        .route("/wait", get(messages::wait))
        .route("/code", get(messages::code))
        .route("/link", get(messages::link))
        .route("/messages/{uuid}/html", get(mail::html))
        .route(
            "/conversations",
            get(conversations::list).delete(conversations::clear),
        )
        .route(
            "/conversations/{id}",
            get(conversations::one).delete(conversations::remove),
        )
        .route("/conversations/{id}/seen", post(conversations::seen))
        .route(
            "/rules",
            get(rules::list).post(rules::add).delete(rules::clear),
        )
        .route("/rules/{id}", put(rules::edit).delete(rules::remove))
        .route("/clock", get(clock::read).post(clock::change))
        .route("/snapshot", snapshot::route())
        .route("/webhooks", get(webhooks::read).put(webhooks::register))
        .route("/webhooks/test", post(webhooks::test))
        .route("/webhooks/resend", post(webhooks::resend_failed))
        .route("/webhooks/{id}/resend", post(webhooks::resend))
        .route("/webhooks/{id}/sign", post(webhooks::sign))
        .route("/credentials", get(credentials::read))
        .route("/requests", post(requests::send))
        .route("/reset", post(messages::reset))
        .route("/workspaces", get(workspaces::list).post(workspaces::open))
        .route("/workspaces/{api_key}", delete(workspaces::close))
        .route("/openapi.json", get(openapi))
        .route("/events", get(events::stream))
        .route("/log", get(events::log))
        .fallback(async || Refusal::unknown("path"))
        .method_not_allowed_fallback(async || {
            Refusal::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "the path has no such method",
            )
        });
    Router::new()
        .nest("/emulator/v1", api)
        .route("/metrics", get(observe::metrics))
        .route("/healthz", get(observe::health))
        .layer(Extension(client))
        .with_state(workspace)
}

/// The description of the control API (OpenAPI 3.1).
async fn openapi() -> Json<&'static Value> {
    static DESCRIPTION: LazyLock<Value> =
        LazyLock::new(|| serde_json::from_str(include_str!("openapi.json")).unwrap_or_default());
    Json(&DESCRIPTION)
}

/// Flushes to the store before responding.
async fn flush(workspace: &Workspace) -> Result<(), Refusal> {
    let flushed = workspace.flush().await;
    flushed.map_err(|error| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))
}

/// The reason for which a control request failed.
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
        (self.status, Json(json!({ "error": self.reason }))).into_response()
    }
}
