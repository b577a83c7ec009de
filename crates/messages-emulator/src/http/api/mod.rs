//! The paths of the API itself.

mod authenticate;
mod call;
mod decode;
mod fault;
mod problem;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::{MethodRouter, any, patch, post};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode, Uri};
use http_body_util::BodyExt;
use messages_types::Submission;

use self::call::Call;
use self::problem::Problem;
use crate::emulator::engine::Engine;

/// A path of the API, and what is posted there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Endpoint {
    V1Messages,
    V0_1Messages,
    BetaMessages,
    Dispatch,
    BetaWorkflows,
}

impl Endpoint {
    const ALL: [Self; 5] = [
        Self::V1Messages,
        Self::V0_1Messages,
        Self::BetaMessages,
        Self::Dispatch,
        Self::BetaWorkflows,
    ];

    const fn path(self) -> &'static str {
        match self {
            Self::V1Messages => "/v1/messages",
            Self::V0_1Messages => "/v0.1/messages",
            Self::BetaMessages => "/beta/messages",
            Self::Dispatch => "/v0.1/dispatch",
            Self::BetaWorkflows => "/beta/workflows",
        }
    }

    fn decode(self, body: &[u8]) -> Result<Submission, Problem> {
        match self {
            Self::V1Messages => decode::v1_message(body),
            Self::V0_1Messages | Self::BetaMessages => decode::v0_1_message(body),
            Self::Dispatch | Self::BetaWorkflows => decode::workflow(body),
        }
    }
}

/// The routes of the API; everything else under its paths is its 404.
pub(crate) fn router(engine: &Arc<Engine>) -> Router {
    let mut router = Router::new();
    for endpoint in Endpoint::ALL {
        router = router.route(endpoint.path(), submission_route(endpoint));
    }
    let update = patch(update).fallback(wrong_verb);
    router
        .route("/v1/messages/{uuid}", update)
        .route("/v1/{*rest}", any(unknown))
        .route("/v0.1/{*rest}", any(unknown))
        .route("/beta/{*rest}", any(unknown))
        .with_state(Arc::clone(engine))
}

/// Returns `true` if a path belongs to the API.
pub(crate) fn has_path(path: &str) -> bool {
    ["/v1/", "/v0.1/", "/beta/"]
        .iter()
        .any(|prefix| path.starts_with(prefix))
}

/// Sends a request without a connection: faults that break one have no effect. `None` if nothing is posted to the path.
pub(crate) async fn send(
    engine: &Arc<Engine>,
    path: &Uri,
    authorization: HeaderValue,
    body: Bytes,
) -> Option<(StatusCode, Bytes)> {
    let endpoint = Endpoint::ALL
        .into_iter()
        .find(|endpoint| endpoint.path() == path.path())?;
    let mut request = Request::new(Body::from(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = path.clone();
    let headers = request.headers_mut();
    headers.insert(AUTHORIZATION, authorization);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let call = Call::new(Arc::clone(engine), &request);
    let (head, body) = call.send(endpoint, request).await.into_parts();
    // A response that is cut off on purpose has no body here.
    let body = body.collect().await.map(|body| body.to_bytes());
    Some((head.status, body.unwrap_or_default()))
}

fn submission_route(endpoint: Endpoint) -> MethodRouter<Arc<Engine>> {
    post(
        move |State(engine): State<Arc<Engine>>, request: Request| async move {
            let call = Call::new(engine, &request);
            call.send(endpoint, request).await
        },
    )
    .fallback(wrong_verb)
}

async fn update(State(engine): State<Arc<Engine>>, request: Request) -> Response {
    let call = Call::new(engine, &request);
    call.update(request).await
}

async fn unknown(State(engine): State<Arc<Engine>>, request: Request) -> Response {
    let call = Call::new(engine, &request);
    call.refused(Problem::not_found()).await
}

async fn wrong_verb(State(engine): State<Arc<Engine>>, request: Request) -> Response {
    let call = Call::new(engine, &request);
    call.refused(Problem::wrong_verb()).await
}
