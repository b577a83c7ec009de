//! Credentials of a workspace, for its clients and receivers.

use axum::Json;
use serde::Serialize;

use super::selected::Selected;

/// Secrets that were given at the start may be real ones, so they are absent.
#[derive(Serialize)]
pub(super) struct Credentials {
    api_key: String,
    application_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_secret: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature_secret: Option<String>,
}

pub(super) async fn read(Selected(workspace): Selected) -> Json<Credentials> {
    let credentials = workspace.credentials();
    let given = credentials.given;
    Json(Credentials {
        api_key: credentials.api_key().as_str().to_owned(),
        application_id: credentials.application_id().to_string(),
        api_secret: (!given.api_secret).then(|| credentials.api_secret().expose().to_owned()),
        signature_secret: (!given.signature_secret)
            .then(|| credentials.signature_secret().expose().to_owned()),
    })
}
