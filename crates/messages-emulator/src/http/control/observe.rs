//! For those who watch the emulator itself: whether it works, and how much it has done.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use crate::emulator::workspace::Workspace;

/// Longest wait for the data file.
const PATIENCE: Duration = Duration::from_secs(2);

/// 200 while everything that is acknowledged can be kept.
pub(super) async fn health(State(workspace): State<Workspace>) -> impl IntoResponse {
    match tokio::time::timeout(PATIENCE, workspace.flush()).await {
        Ok(Ok(())) => (StatusCode::OK, "ok\n"),
        Ok(Err(_)) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the data file cannot be written\n",
        ),
        Err(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the data file does not keep up\n",
        ),
    }
}

pub(super) async fn metrics(State(workspace): State<Workspace>) -> impl IntoResponse {
    (
        [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        workspace.engine.metrics(),
    )
}
