//! Extracts the parts of a control request; errors have the API's own form.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::Refusal;
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
        match axum::Json::from_request(request, state).await {
            Ok(axum::Json(body)) => Ok(Self(body)),
            Err(error) => Err(Refusal::new(error.status(), quiet(&error.body_text()))),
        }
    }
}

impl<T: DeserializeOwned> FromRequestParts<Workspace> for UrlQuery<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &Workspace) -> Result<Self, Refusal> {
        match axum::extract::Query::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(query)) => Ok(Self(query)),
            Err(error) => Err(Refusal::new(error.status(), quiet(&error.body_text()))),
        }
    }
}

impl<T: DeserializeOwned + Send> FromRequestParts<Workspace> for Path<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &Workspace) -> Result<Self, Refusal> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(path)) => Ok(Self(path)),
            Err(error) => Err(Refusal::new(error.status(), quiet(&error.body_text()))),
        }
    }
}

/// An error's text without the values that it quotes: they may be numbers and texts of people. The names of members and
/// variants that would do stay.
fn quiet(text: &str) -> String {
    const NAMES: [&str; 3] = ["missing field `", "duplicate field `", "request with `"];

    // The input may hold anything, quotes and these words among it: it ends before the last "expected", and begins with
    // the first quote.
    match text.rsplit_once(", expected ") {
        Some((came, wanted)) => format!("{}, expected {wanted}", without_value(came)),
        None if NAMES.iter().any(|name| text.contains(name)) => text.to_owned(),
        None => without_value(text),
    }
}

/// The text before the first quote and behind the last.
fn without_value(text: &str) -> String {
    const QUOTES: [char; 2] = ['"', '`'];

    match (text.find(QUOTES), text.rfind(QUOTES)) {
        (Some(first), Some(last)) => format!("{}…{}", &text[..first], &text[last + 1..]),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::quiet;

    #[test]
    fn what_came_is_left_out_and_what_would_do_is_named() {
        for (text, told) in [
            (
                "when.to: invalid type: integer `447700900000`, expected a string",
                "when.to: invalid type: integer …, expected a string",
            ),
            (
                "invalid type: string \"4477 `x` expected\", expected `a`",
                "invalid type: string …, expected `a`",
            ),
            (
                "unknown variant `447700900000`, expected one of `read`, `reset`",
                "unknown variant …, expected one of `read`, `reset`",
            ),
            (
                r#"when: invalid type: string "call \"447700900000\" now", expected a map"#,
                "when: invalid type: string …, expected a map",
            ),
            (
                "unknown variant `a`447700900000`, expected `b`, expected `read`",
                "unknown variant …, expected `read`",
            ),
            ("missing field `then`", "missing field `then`"),
            (
                "Expected request with `Content-Type: application/json`",
                "Expected request with `Content-Type: application/json`",
            ),
            ("Cannot parse `447700900000x` to a `u64`", "Cannot parse …"),
        ] {
            assert_eq!(quiet(text), told);
        }
    }
}
