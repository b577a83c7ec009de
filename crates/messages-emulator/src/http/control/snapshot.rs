//! Taking a snapshot, and going back to one.

use axum::Json;
use axum::http::StatusCode;
use axum::routing::{MethodRouter, get};

use super::extract::Body;
use super::selected::Selected;
use super::{Refusal, flush};
use crate::emulator::workspace::Workspace;
use crate::store::snapshot::Snapshot;

pub(super) fn route() -> MethodRouter<Workspace> {
    get(take).put(restore)
}

async fn take(Selected(workspace): Selected) -> Json<Snapshot> {
    Json(workspace.snapshot())
}

async fn restore(
    Selected(workspace): Selected,
    Body(snapshot): Body<Snapshot>,
) -> Result<StatusCode, Refusal> {
    workspace
        .restore(&snapshot)
        .await
        .map_err(|error| Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))?;
    flush(&workspace).await?;
    Ok(StatusCode::NO_CONTENT)
}
