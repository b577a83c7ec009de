//! Which workspace a request is about.

use axum::extract::{FromRequestParts, Query as UrlQuery};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::Deserialize;

use super::Refusal;
use crate::emulator::workspace::Workspace;

/// The workspace of the api key that `workspace` names in the query; without it, the first one.
pub(super) struct Selected(pub(super) Workspace);

#[derive(Deserialize)]
struct Named {
    workspace: Option<String>,
}

impl FromRequestParts<Workspace> for Selected {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, first: &Workspace) -> Result<Self, Refusal> {
        let UrlQuery(named) = UrlQuery::<Named>::try_from_uri(&parts.uri)
            .map_err(|_| Refusal::new(StatusCode::BAD_REQUEST, "the query cannot be read"))?;
        let Some(api_key) = named.workspace else {
            return Ok(Self(first.clone()));
        };
        Workspace::find(&first.engine, &api_key)
            .map(Self)
            .ok_or_else(|| Refusal::unknown("workspace"))
    }
}
