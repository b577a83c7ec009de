//! All paths of an emulator.

pub(crate) mod api;
pub(crate) mod client;
pub(crate) mod control;
pub(crate) mod server;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use http::Method;

use crate::emulator::engine::Engine;
use crate::emulator::workspace::Workspace;
use crate::http::client::WebhookClient;
use crate::http::server::{Guard, guard};

/// The policy of content that others wrote: it may be styled, and neither run a script, fetch, submit nor navigate. The pictures
/// that it may show are added to it.
pub(crate) const FOREIGN_CONTENT: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

pub(crate) fn router(first: &Workspace, rules: Guard, client: Arc<WebhookClient>) -> Router {
    let rules = Arc::new(rules);
    api::router(&first.engine)
        .merge(control::router(first.clone(), client))
        .merge(crate::inbox::router(Arc::clone(&rules), first.clone()))
        .layer(from_fn_with_state(Arc::clone(&first.engine), wait_for_room))
        .layer(from_fn_with_state(rules, guard))
        // The server has limits of its own.
        .layer(DefaultBodyLimit::disable())
}

/// Lets a request that may change something wait until there is room for the change.
async fn wait_for_room(
    State(engine): State<Arc<Engine>>,
    request: Request,
    next: Next,
) -> Response {
    if request.method() != Method::GET {
        engine.room().await;
    }
    next.run(request).await
}
