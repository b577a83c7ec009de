//! A request from its head to its response.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http_body_util::BodyExt;
use messages_transport::server::{BodyError, Disconnect};

use super::authenticate::{Caller, authenticate};
use super::problem::Problem;
use super::{Endpoint, decode, fault};
use crate::emulator::engine::Engine;
use crate::event::{Event, RequestEvent};
use crate::rules::{Applied, Facts, Stage};
use crate::state::message::submit;
use crate::state::rate_limit::Reading;
use crate::state::seeded_rng::SeededRng;
use crate::state::{Accepted, ApiRequest, FailoverKind, Outbound, Scheme, UpdateError};
use crate::store::StoreError;

/// A request in progress.
pub(super) struct Call {
    engine: Arc<Engine>,
    disconnect: Disconnect,
    /// The request's id, in `X-Request-Id` and as `instance`.
    id: String,
    event: RequestEvent,
    reading: Option<Reading>,
}

impl Call {
    pub(super) fn new(engine: Arc<Engine>, request: &Request) -> Self {
        let number = engine.next_number();
        let (seed, at) = engine.look(|state, now| (state.settings().seed, now));
        Self {
            id: SeededRng::new(seed, "request", number).instance(),
            disconnect: request.extensions().get().cloned().unwrap_or_default(),
            event: RequestEvent {
                at,
                method: request.method().to_string(),
                path: request.uri().path().to_owned(),
                auth: "none",
                status: 0,
                problem: None,
                message_uuid: None,
                workflow_id: None,
                dispatch_uuid: None,
                fault: None,
                fault_by: None,
                body: Bytes::new().into(),
                answer_body: Bytes::new().into(),
                workspace: None,
            },
            engine,
            reading: None,
        }
    }

    pub(super) async fn send(mut self, endpoint: Endpoint, request: Request) -> Response {
        let (action, result) = match self.open(request, true).await {
            Ok((caller, body)) => self.take(endpoint, caller, body).await,
            Err(refused) => (None, Err(refused)),
        };
        let response = match result {
            Ok(accepted) => {
                self.event.message_uuid = Some(accepted.message_uuid);
                match accepted.failover {
                    None => {}
                    Some(FailoverKind::List { workflow_id }) => {
                        self.event.workflow_id = Some(workflow_id.into());
                    }
                    Some(FailoverKind::Workflow { uuid, .. }) => {
                        self.event.dispatch_uuid = Some(uuid.to_string());
                    }
                }
                accepted_response(accepted.body)
            }
            Err(refused) => self.refuse(refused),
        };
        self.finish(action, response).await
    }

    /// A request that is for no endpoint, or for one without such a method.
    pub(super) async fn refused(mut self, problem: Problem) -> Response {
        let response = self.refuse(problem.into());
        self.finish(None, response).await
    }

    async fn take(
        &mut self,
        endpoint: Endpoint,
        caller: Caller,
        body: Bytes,
    ) -> (Option<Applied>, Result<Accepted, Refusal>) {
        let submission = match endpoint.decode(&body) {
            Ok(submission) => submission,
            Err(problem) => return (None, Err(problem.into())),
        };
        let action = self.fault_for(caller, endpoint.path(), Outbound::first_of(&submission));
        if let Err(refused) = fault::before(action.as_ref().map(Applied::action), &self.disconnect)
        {
            return (action, Err(refused));
        }
        let request = ApiRequest {
            path: endpoint.path(),
            auth: caller.scheme,
            body,
            applied: action.clone(),
        };
        let accepted = self.engine.with(|state, now, effects| {
            state.submit(now, caller.workspace, submission, &request, effects)
        });
        // Flushes to the store before responding.
        let accepted = match self.engine.flush().await {
            Ok(()) => accepted,
            Err(StoreError) => None,
        };
        (action, accepted.ok_or_else(internal_error))
    }

    pub(super) async fn update(mut self, request: Request) -> Response {
        let path = request.uri().path().to_owned();
        let uuid = path.rsplit('/').next().unwrap_or_default().to_owned();
        let (action, result) = match self.open(request, false).await {
            Ok((caller, body)) => self.change(&path, &uuid, caller, &body).await,
            Err(refused) => (None, Err(refused)),
        };
        let response = match result {
            Ok(()) => StatusCode::ACCEPTED.into_response(),
            Err(refused) => self.refuse(refused),
        };
        self.event.message_uuid = Some(uuid);
        self.finish(action, response).await
    }

    async fn change(
        &mut self,
        path: &str,
        uuid: &str,
        caller: Caller,
        body: &[u8],
    ) -> (Option<Applied>, Result<(), Refusal>) {
        let change = match decode::v1_update(body) {
            Ok(change) => change,
            Err(problem) => return (None, Err(problem.into())),
        };
        let action = self.fault_for(caller, path, None);
        if let Err(refused) = fault::before(action.as_ref().map(Applied::action), &self.disconnect)
        {
            return (action, Err(refused));
        }
        let changed = self.engine.with(|state, now, effects| {
            state.update(now, caller.workspace, uuid, &change, effects)
        });
        if self.engine.flush().await.is_err() {
            return (action, Err(internal_error()));
        }
        let result = changed.map_err(|error| {
            Refusal::from(match error {
                UpdateError::UnknownMessage => Problem::not_found(),
                UpdateError::NotSupported => Problem::not_supported(),
            })
        });
        (action, result)
    }

    /// The steps before the body is decoded.
    async fn open(
        &mut self,
        request: Request,
        basic_is_enough: bool,
    ) -> Result<(Caller, Bytes), Refusal> {
        let (head, body) = request.into_parts();
        let caller = authenticate(&self.engine, &head)
            .filter(|caller| basic_is_enough || caller.scheme == Scheme::Jwt)
            .ok_or_else(Problem::unauthorized)?;
        self.event.auth = caller.scheme.name();
        self.event.workspace = Some(caller.workspace);
        let (cut, reading) = self.engine.with(|state, now, _| {
            let Some(workspace) = state.workspace_mut(caller.workspace) else {
                return (None, None);
            };
            let facts = Facts {
                path: Some(&self.event.path),
                ..Facts::default()
            };
            let cut = workspace.rules.decide(Stage::Head, &facts);
            (
                cut,
                workspace.bucket.as_mut().map(|bucket| bucket.take(now)),
            )
        });
        if let Some(action) = cut {
            self.record(Some(&action));
            self.disconnect.close();
            return Err(Refusal::fault(StatusCode::BAD_GATEWAY));
        }
        self.reading = reading;
        if let Some(wait) = reading.and_then(|reading| reading.wait) {
            let seconds = wait.as_millis().div_ceil(1_000);
            return Err(Problem::throttled(u64::try_from(seconds).unwrap_or(u64::MAX)).into());
        }
        if !is_json(&head.headers) {
            return Err(Problem::not_json_type().into());
        }
        let body = read(body).await?;
        self.event.body = body.clone().into();
        Ok((caller, body))
    }

    /// The fault that a rule or the recipient's ending asks for.
    fn fault_for(
        &mut self,
        caller: Caller,
        path: &str,
        first: Option<Outbound<'_>>,
    ) -> Option<Applied> {
        let text = first
            .map(|first| first.content().text())
            .unwrap_or_default();
        let action = self.engine.with(|state, _, _| {
            let magic = state.settings().magic_numbers;
            let facts = match first {
                Some(first) => first.facts(&text, path),
                None => Facts {
                    path: Some(path),
                    ..Facts::default()
                },
            };
            let workspace = state.workspace_mut(caller.workspace)?;
            let ruled = workspace.rules.decide(Stage::Request, &facts);
            ruled.or_else(|| submit::at_magic(magic, first?.recipient(), Stage::Request))
        });
        self.record(action.as_ref());
        action
    }

    fn record(&mut self, applied: Option<&Applied>) {
        self.event.fault = applied.map(|applied| fault::name(applied.action()));
        self.event.fault_by = applied.map(|applied| applied.by);
    }

    fn refuse(&mut self, refused: Refusal) -> Response {
        match refused {
            Refusal::Fault(response) => *response,
            Refusal::Problem(problem) => {
                self.event.problem = Some(problem.name());
                problem.respond(&self.id)
            }
        }
    }

    async fn finish(mut self, action: Option<Applied>, response: Response) -> Response {
        let (head, body) = response.into_parts();
        // No response of the API is streamed, so the body is already in memory.
        let body = body
            .collect()
            .await
            .map_or_else(|_| Bytes::new(), |body| body.to_bytes());
        self.event.status = head.status.as_u16();
        self.event.answer_body = body.clone().into();
        let mut response = Response::from_parts(head, Body::from(body));
        self.engine.events.add(Event::Request(Arc::new(self.event)));
        let headers = response.headers_mut();
        if let Ok(id) = HeaderValue::from_str(&self.id) {
            headers.insert("x-request-id", id);
        }
        if let Some(reading) = self.reading.filter(|reading| reading.wait.is_some()) {
            for (name, value) in [
                ("x-ratelimit-limit", reading.limit),
                ("x-ratelimit-remaining", reading.remaining),
                ("x-ratelimit-reset", reading.reset.as_millis()),
            ] {
                headers.insert(HeaderName::from_static(name), value.into());
            }
        }
        fault::after(
            action.as_ref().map(Applied::action),
            &self.disconnect,
            response,
        )
        .await
    }
}

/// The reason for which a call changed nothing.
pub(super) enum Refusal {
    Problem(Box<Problem>),
    Fault(Box<Response>),
}

impl Refusal {
    pub(super) fn fault(answer: impl IntoResponse) -> Self {
        Self::Fault(Box::new(answer.into_response()))
    }
}

fn internal_error() -> Refusal {
    Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR).into()
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

fn accepted_response(answer: Bytes) -> Response {
    let mut response = (StatusCode::ACCEPTED, answer).into_response();
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

/// Returns `true` if the body is declared as JSON. Without the check, any page could post a form.
fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| {
            let media = value.split(';').next().unwrap_or_default().trim();
            media.eq_ignore_ascii_case("application/json")
        })
}

async fn read(body: Body) -> Result<Bytes, Problem> {
    match body.collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) => Err(match BodyError::find(&error) {
            Some(BodyError::TimedOut) => Problem::timeout(),
            Some(BodyError::TooLarge) => Problem::too_large(),
            Some(error) => Problem::of_status(error.status()),
            None => Problem::of_status(StatusCode::BAD_REQUEST),
        }),
    }
}
