//! The inbox: a page that shows the messages as their recipients see them, and replies in their place.
//!
//! It is what a browser gets, without a build step: the modules under `web/script/` and the sheets under `web/style/`, one
//! subject each, are embedded as they are. Modules import Preact and htm from `web/vendor/` by their names.

mod assets;
mod latest;
mod picture;
mod policy;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use self::policy::Nonce;
use crate::emulator::workspace::Workspace;
use crate::http::server::Guard;

/// Placeholders of the page's template for the token of the control API, and the links to scripts and sheets.
const TOKEN_MARK: &str = "{{token}}";
const HEAD_MARK: &str = "{{head}}";

pub(crate) fn router(guard: Arc<Guard>, first: Workspace) -> Router {
    let handed = Router::new()
        .route("/inbox/latest", get(latest::redirect))
        .route("/inbox/picture", get(picture::framed))
        .route("/inbox/icon.svg", get(picture::icon))
        .with_state(first);
    Router::new()
        .route("/", get(|| async { Redirect::to("/inbox/") }))
        .route("/inbox", get(|| async { Redirect::to("/inbox/") }))
        .route("/inbox/", get(page))
        .route("/inbox/{*path}", get(asset))
        .with_state(guard)
        .merge(handed)
}

async fn page(State(guard): State<Arc<Guard>>) -> impl IntoResponse {
    let nonce = Nonce::random();
    let html = include_str!("web/page.html")
        .replace(TOKEN_MARK, guard.token())
        .replace(HEAD_MARK, &assets::head(&nonce));
    (
        [
            (CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
            (CONTENT_SECURITY_POLICY, policy::of_page(&nonce)),
            (CACHE_CONTROL, "no-store".to_owned()),
        ],
        html,
    )
}

async fn asset(Path(path): Path<String>) -> Response {
    match assets::find(&path) {
        Some(asset) => (
            [
                (CONTENT_TYPE, asset.kind),
                (CONTENT_SECURITY_POLICY, policy::OF_ASSETS),
                (CACHE_CONTROL, "no-cache"),
            ],
            asset.text(),
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
