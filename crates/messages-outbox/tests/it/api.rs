//! A model of the API, as a transport: it records what it accepts.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use messages_sdk::Client;
use messages_sdk::auth::Basic;
use messages_sdk::policy::RetryPolicy;
use messages_sdk::transport::bytes::Bytes;
use messages_sdk::transport::http::{Request, Response};
use messages_sdk::transport::testing::ScriptedTransport;
use messages_sdk::transport::{Delivery, TransportError, TransportErrorKind};
use messages_sdk::types::WebhookEvent;
use serde_json::{Value, json};

/// Behaviour of the API for one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behaviour {
    Accept,
    /// Accepts after this many milliseconds.
    Slow(u64),
    /// Accepts, and the response is lost.
    AcceptLost,
    /// The request is lost before the API reads it, and the outcome is unknown.
    Lost,
    /// No connection.
    Unreachable,
    /// This status code.
    Status(u16),
    /// 422 with a problem of this type.
    Refused(&'static str),
}

/// A request as the API read it.
#[derive(Debug, Clone)]
pub(crate) struct ReadRequest {
    pub(crate) at: Instant,
    pub(crate) body: Value,
    pub(crate) accepted: bool,
}

/// The API.
#[derive(Clone, Default)]
pub(crate) struct Api {
    requests: Arc<Mutex<Vec<ReadRequest>>>,
}

impl Api {
    /// A client of this API, whose requests meet what `behave` says for their number, from 0.
    pub(crate) fn client(
        &self,
        behave: impl Fn(usize) -> Behaviour + Send + Sync + 'static,
    ) -> Client {
        let requests = Arc::clone(&self.requests);
        let transport = ScriptedTransport::from_fn(move |request: Request<Bytes>| {
            let behaviour = {
                let mut requests = requests.lock().unwrap();
                let behaviour = behave(requests.len());
                requests.push(ReadRequest {
                    at: Instant::now(),
                    body: serde_json::from_slice(request.body()).unwrap(),
                    accepted: matches!(
                        behaviour,
                        Behaviour::Accept | Behaviour::Slow(_) | Behaviour::AcceptLost
                    ),
                });
                let is_workflow = request.uri().path().ends_with("/dispatch");
                (behaviour, requests.len(), is_workflow)
            };
            respond(behaviour)
        });
        Client::builder()
            .credentials(Basic::new("a1b2c3d4", "canary-secret").unwrap())
            .retry(RetryPolicy::default().max_attempts(1))
            .transport(transport)
            .build()
            .unwrap()
    }

    pub(crate) fn requests(&self) -> Vec<ReadRequest> {
        self.requests.lock().unwrap().clone()
    }

    /// References of the messages that were accepted.
    pub(crate) fn accepted(&self) -> Vec<String> {
        let requests = self.requests();
        let accepted = requests.iter().filter(|request| request.accepted);
        accepted
            .map(|request| request.body["client_ref"].as_str().unwrap().to_owned())
            .collect()
    }
}

async fn respond(
    (behaviour, number, is_workflow): (Behaviour, usize, bool),
) -> Result<Response<Bytes>, TransportError> {
    let accepted = || {
        let field = if is_workflow {
            "dispatch_uuid"
        } else {
            "message_uuid"
        };
        let body = json!({ field: format!("uuid-{number}") }).to_string();
        let response = Response::builder().status(202).body(Bytes::from(body));
        Ok(response.unwrap())
    };
    match behaviour {
        Behaviour::Accept => accepted(),
        Behaviour::Slow(ms) => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            accepted()
        }
        Behaviour::AcceptLost | Behaviour::Lost => Err(TransportError::without_source(
            TransportErrorKind::Timeout,
            Delivery::Unknown,
        )),
        Behaviour::Unreachable => Err(TransportError::without_source(
            TransportErrorKind::Connect,
            Delivery::NotSent,
        )),
        Behaviour::Refused(kind) => {
            let body = json!({"type": kind, "title": "Refused"}).to_string();
            let response = Response::builder().status(422).body(Bytes::from(body));
            Ok(response.unwrap())
        }
        Behaviour::Status(status) => Ok(Response::builder()
            .status(status)
            .body(Bytes::from_static(b"{}"))
            .unwrap()),
    }
}

/// The webhook of a status.
pub(crate) fn status(message_uuid: &str, status: &str, client_ref: Option<&str>) -> WebhookEvent {
    let mut event = json!({
        "message_uuid": message_uuid, "channel": "sms", "from": "447700900001",
        "to": "447700900000", "timestamp": "2026-03-01T12:00:00Z", "status": status,
    });
    if let Some(reference) = client_ref {
        event["client_ref"] = reference.into();
    }
    WebhookEvent::from(event)
}
