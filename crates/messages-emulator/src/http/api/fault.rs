//! Faults on purpose: responses, and missing ones.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::response::{Html, Response};
use bytes::Bytes;
use http::StatusCode;
use http::header::CONTENT_LENGTH;
use http_body_util::BodyExt;
use messages_transport::server::Disconnect;
use tokio_stream::StreamExt;

use super::call::Refusal;
use super::problem::Problem;
use crate::rules::{Action, LATENCY_MAX_MS};

/// The longest latency.
const LONGEST: Duration = Duration::from_millis(LATENCY_MAX_MS);

/// Applies a fault before the message is accepted: a fault that is the response ends the request.
pub(crate) fn before(action: Option<&Action>, disconnect: &Disconnect) -> Result<(), Refusal> {
    match action {
        Some(Action::Status {
            status,
            retry_after,
        }) => {
            let problem = Problem::of_status(error_status(*status)).retry_after(*retry_after);
            Err(problem.into())
        }
        Some(Action::Html { status }) => Err(Refusal::fault((
            error_status(*status),
            Html(
                "<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>",
            ),
        ))),
        Some(Action::CutAfterBody) => {
            disconnect.close();
            Err(Refusal::fault(StatusCode::BAD_GATEWAY))
        }
        Some(Action::Reset) => {
            disconnect.reset();
            Err(Refusal::fault(StatusCode::BAD_GATEWAY))
        }
        _ => Ok(()),
    }
}

/// Applies a fault to a response.
pub(crate) async fn after(
    action: Option<&Action>,
    disconnect: &Disconnect,
    response: Response,
) -> Response {
    match action {
        // Here and not before: a client that gives up meanwhile has sent its message all the same.
        Some(Action::Latency { ms }) => {
            tokio::time::sleep(Duration::from_millis(*ms).min(LONGEST)).await;
            response
        }
        Some(Action::LoseAnswer) => {
            disconnect.close();
            response
        }
        Some(Action::CutAnswer) => {
            rewrite(response, |body| {
                let half = body.slice(..body.len() / 2);
                let cut = tokio_stream::once(()).then(|()| async {
                    // The server drops what it has not written yet, and the half is to arrive.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    Err(std::io::Error::other("cut on purpose"))
                });
                Body::from_stream(tokio_stream::once(Ok(half)).chain(cut))
            })
            .await
        }
        Some(Action::SlowBytes { ms }) => {
            let pause = Duration::from_millis(*ms).min(LONGEST);
            rewrite(response, |body| {
                let stream = tokio_stream::iter(body).then(move |byte| async move {
                    tokio::time::sleep(pause).await;
                    Ok::<_, Infallible>(Bytes::copy_from_slice(&[byte]))
                });
                Body::from_stream(stream)
            })
            .await
        }
        _ => response,
    }
}

/// Replaces the body of a response by one of the length that it states.
async fn rewrite(response: Response, body: impl FnOnce(Bytes) -> Body) -> Response {
    let (mut head, whole) = response.into_parts();
    let whole = whole
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
        .unwrap_or_default();
    head.headers.insert(CONTENT_LENGTH, whole.len().into());
    Response::from_parts(head, body(whole))
}

/// The name of a fault in reports.
pub(crate) const fn name(action: &Action) -> &'static str {
    match action {
        Action::Latency { .. } => "latency",
        Action::Status { .. } => "status",
        Action::Html { .. } => "html",
        Action::CutBeforeBody => "cut_before_body",
        Action::CutAfterBody => "cut_after_body",
        Action::LoseAnswer => "lose_answer",
        Action::CutAnswer => "cut_answer",
        Action::SlowBytes { .. } => "slow_bytes",
        Action::Reset => "reset",
        _ => "lifecycle",
    }
}

fn error_status(status: u16) -> StatusCode {
    StatusCode::from_u16(status)
        .ok()
        .filter(|status| status.is_client_error() || status.is_server_error())
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
