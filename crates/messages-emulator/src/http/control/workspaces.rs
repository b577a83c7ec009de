//! Workspaces: one for each api key.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use messages_auth::{ApiKey, ApiSecret};
use serde::{Deserialize, Serialize};

use super::extract::{Body, Path};
use super::{Refusal, flush};
use crate::emulator::workspace::Workspace;

#[derive(Serialize)]
pub(super) struct Workspaces {
    workspaces: Vec<Listed>,
}

#[derive(Serialize)]
struct Listed {
    api_key: String,
    application_id: String,
    messages: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    api_key: String,
    api_secret: String,
}

/// Everything a client of the workspace needs but the private key, which is the first workspace's.
#[derive(Serialize)]
pub(super) struct Opened {
    api_key: String,
    api_secret: String,
    signature_secret: String,
    application_id: String,
}

pub(super) async fn list(State(first): State<Workspace>) -> Json<Workspaces> {
    let workspaces = first.engine.look(|state, _| {
        let listed = state.workspaces().map(|(_, workspace)| Listed {
            api_key: workspace.account.api_key().as_str().to_owned(),
            application_id: workspace.account.application_id().to_string(),
            messages: workspace.messages.len(),
        });
        listed.collect()
    });
    Json(Workspaces { workspaces })
}

/// Closes a workspace. The first one stays, since requests that name none are about it.
pub(super) async fn close(
    State(first): State<Workspace>,
    Path(api_key): Path<String>,
) -> Result<StatusCode, Refusal> {
    let workspace =
        Workspace::find(&first.engine, &api_key).ok_or_else(|| Refusal::unknown("workspace"))?;
    if workspace.id == first.id {
        return Err(Refusal::new(
            StatusCode::CONFLICT,
            "the first workspace cannot be closed; `POST reset` empties it",
        ));
    }
    workspace.close();
    // Nothing of it is posted once this is answered.
    first.engine.landed(workspace.id).await;
    flush(&first).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn open(
    State(first): State<Workspace>,
    Body(wanted): Body<Wanted>,
) -> Result<(StatusCode, Json<Opened>), Refusal> {
    let refuse = |reason: &str| Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, reason);
    let api_key = ApiKey::new(wanted.api_key).map_err(|_| refuse("api_key cannot be one"))?;
    let api_secret =
        ApiSecret::new(wanted.api_secret).map_err(|_| refuse("api_secret cannot be one"))?;
    if Workspace::find(&first.engine, api_key.as_str()).is_some() {
        return Err(Refusal::new(
            StatusCode::CONFLICT,
            "there is a workspace with this api_key",
        ));
    }
    let opened = first
        .open_beside(api_key, api_secret)
        .map_err(|error| refuse(&error.to_string()))?;
    flush(&opened).await?;
    let credentials = opened.credentials();
    Ok((
        StatusCode::CREATED,
        Json(Opened {
            api_key: credentials.api_key().as_str().to_owned(),
            api_secret: credentials.api_secret().expose().to_owned(),
            signature_secret: credentials.signature_secret().expose().to_owned(),
            application_id: credentials.application_id().to_string(),
        }),
    ))
}
