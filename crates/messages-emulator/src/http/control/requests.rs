//! Requests to the API in the place of the application.

use axum::Json;
use axum::http::{StatusCode, Uri};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Refusal;
use super::extract::Body;
use super::selected::Selected;
use crate::http::api;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    path: String,
    body: Box<RawValue>,
}

/// The response of the API.
#[derive(Serialize)]
pub(super) struct Responded {
    status: u16,
    response: String,
}

/// Posts a request to the API with the credentials of the workspace. Rules and magic recipients decide as usual, but a
/// response that a client would lose comes back here.
pub(super) async fn send(
    Selected(workspace): Selected,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Responded>, Refusal> {
    let refuse = || {
        Refusal::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "`path` must be a path of the API to which messages are posted, such as /v1/messages",
        )
    };
    let path: Uri = wanted.path.parse().map_err(|_| refuse())?;
    let basic = workspace.credentials().basic();
    let basic = basic
        .map_err(|error| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    let body = wanted.body.get().to_owned();
    let responded = api::send(&workspace.engine, &path, basic.header_value(), body.into());
    let (status, response) = responded.await.ok_or_else(refuse)?;
    Ok(Json(Responded {
        status: status.as_u16(),
        response: String::from_utf8_lossy(&response).into_owned(),
    }))
}
