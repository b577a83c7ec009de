//! Extracts the parts of a control request; errors have the API's own form.

use axum::extract::path::ErrorKind;
use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use bytes::Bytes;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::{Refusal, shape};
use crate::emulator::workspace::Workspace;

/// A body of JSON.
pub(super) struct Body<T>(pub(super) T);

/// The query.
pub(super) struct UrlQuery<T>(pub(super) T);

/// Parameters in the path.
pub(super) struct Path<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Workspace> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &Workspace) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        let body = Bytes::from_request(Request::from_parts(parts.clone(), body), state);
        let body = body.await.map_err(|error| {
            Refusal::new(error.status(), "the body is too long or cannot be read")
        })?;
        let request = Request::from_parts(parts, body.clone().into());
        match axum::Json::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(error) => Err(Refusal::new(error.status(), body_fault::<T>(&error, &body))),
        }
    }
}

fn body_fault<T: DeserializeOwned>(error: &JsonRejection, body: &[u8]) -> String {
    match error {
        JsonRejection::MissingJsonContentType(_) => {
            "the request must have `Content-Type: application/json`".to_owned()
        }
        JsonRejection::JsonDataError(_) => {
            shape::fault::<T>(serde_json::from_slice(body).unwrap_or_default())
        }
        _ => match serde_json::from_slice::<IgnoredAny>(body) {
            Err(error) => format!(
                "the body is not valid JSON at line {}, column {}",
                error.line(),
                error.column()
            ),
            Ok(_) => "the body cannot be read".to_owned(),
        },
    }
}

impl<T: DeserializeOwned> FromRequestParts<Workspace> for UrlQuery<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &Workspace) -> Result<Self, Refusal> {
        match axum::extract::Query::try_from_uri(&parts.uri) {
            Ok(axum::extract::Query(query)) => Ok(Self(query)),
            Err(error) => Err(Refusal::new(error.status(), query_fault::<T>(parts))),
        }
    }
}

/// Names the first parameter that does not decode by itself.
fn query_fault<T: DeserializeOwned>(parts: &Parts) -> String {
    let query = parts.uri.query().unwrap_or_default();
    for pair in query.split('&') {
        let uri = format!("/?{pair}").parse().unwrap_or_default();
        if axum::extract::Query::<T>::try_from_uri(&uri).is_ok() {
            continue;
        }
        if let Ok(axum::extract::Query(pair)) = axum::extract::Query::try_from_uri(&uri) {
            return shape::fault::<T>(serde_json::Value::Object(pair));
        }
    }
    "the query cannot be read".to_owned()
}

impl<T: DeserializeOwned + Send> FromRequestParts<Workspace> for Path<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &Workspace) -> Result<Self, Refusal> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(path)) => Ok(Self(path)),
            Err(error) => Err(Refusal::new(error.status(), path_fault(&error))),
        }
    }
}

fn path_fault(error: &PathRejection) -> String {
    let kind = match error {
        PathRejection::FailedToDeserializePathParams(error) => Some(error.kind()),
        _ => None,
    };
    match kind {
        Some(ErrorKind::ParseErrorAtKey { key, .. } | ErrorKind::DeserializeError { key, .. }) => {
            format!("`{key}` in the path is invalid")
        }
        _ => "a parameter in the path is invalid".to_owned(),
    }
}
