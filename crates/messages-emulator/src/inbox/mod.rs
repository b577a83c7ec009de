//! The inbox: a page that shows what was sent, and lets one answer as the person.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;

use crate::server::Guard;

/// Nothing from elsewhere, and nothing inside the page itself: script and style are files of this server. Media in
/// messages are links and are never fetched.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Where the page's template takes the token.
const TOKEN_MARK: &str = "{{token}}";

pub(crate) fn router(guard: Arc<Guard>) -> Router {
    Router::new()
        .route("/", get(|| async { Redirect::to("/inbox/") }))
        .route("/inbox", get(|| async { Redirect::to("/inbox/") }))
        .route("/inbox/", get(page))
        .route(
            "/inbox/app.js",
            get(|| async { asset("text/javascript; charset=utf-8", include_str!("app.js")) }),
        )
        .route(
            "/inbox/style.css",
            get(|| async { asset("text/css; charset=utf-8", include_str!("style.css")) }),
        )
        .with_state(guard)
}

async fn page(State(guard): State<Arc<Guard>>) -> impl IntoResponse {
    let html = include_str!("page.html").replace(TOKEN_MARK, guard.token());
    (
        [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (CONTENT_SECURITY_POLICY, POLICY),
            (CACHE_CONTROL, "no-store"),
        ],
        html,
    )
}

fn asset(kind: &'static str, text: &'static str) -> impl IntoResponse {
    (
        [
            (CONTENT_TYPE, kind),
            (CONTENT_SECURITY_POLICY, POLICY),
            (CACHE_CONTROL, "no-cache"),
        ],
        text,
    )
}
