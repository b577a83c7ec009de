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
    get(take).put(restore).post(put_back)
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

/// Puts the rows of a snapshot back beside those that there are.
async fn put_back(
    Selected(workspace): Selected,
    Body(snapshot): Body<Snapshot>,
) -> Result<StatusCode, Refusal> {
    workspace
        .put_back(&snapshot)
        .map_err(|error| Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))?;
    flush(&workspace).await?;
    Ok(StatusCode::NO_CONTENT)
}
