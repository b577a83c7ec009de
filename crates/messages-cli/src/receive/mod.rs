//! A web server that receives webhooks, verifies them and hands them over.

use std::future::Future;
use std::sync::Arc;
use std::time::SystemTime;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use http::{HeaderMap, Method, StatusCode, Uri};
use messages_sdk::types::{DetectError, Kind, WebhookEvent};
use messages_sdk::webhook::{ReceiveError, Receiver, ServerLimits};
use serde::Deserialize;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::error::CommandError;
use crate::exit::Exit;

/// One request, as it came, and what the receiver made of it.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) verdict: Verdict,
}

/// The receiver's verdict on a request.
#[derive(Debug, Clone)]
pub(crate) enum Verdict {
    Verified(Box<WebhookEvent>),
    /// Not verified, because there is no secret.
    Unchecked(Box<WebhookEvent>),
    Refused {
        reason: &'static str,
        answer: StatusCode,
    },
}

impl Delivery {
    /// The reason that it is not an event of any known kind; for a refused one, only if it belongs to another API.
    pub(crate) fn mismatch(&self) -> Option<DetectError> {
        match self.verdict.event() {
            Some(WebhookEvent::Unknown(value)) => Kind::detect(value).err(),
            Some(_) => None,
            None => {
                // The SMS API sends its webhooks by GET or as a form, too.
                let body = serde_json::from_slice(&self.body);
                let body = body.unwrap_or_else(|_| form(&self.uri, &self.body));
                Kind::detect(&body).err().filter(DetectError::is_other_api)
            }
        }
    }
}

/// The names of a request's parameters, as an object without their values.
fn form(uri: &Uri, body: &[u8]) -> Value {
    let body = std::str::from_utf8(body).unwrap_or_default();
    let pairs = uri.query().into_iter().chain([body]);
    let pairs = pairs.flat_map(|pairs| pairs.split('&'));
    let names = pairs.filter_map(|pair| Some(pair.split_once('=')?.0.to_owned()));
    names.map(|name| (name, Value::Null)).collect()
}

impl Verdict {
    pub(crate) fn event(&self) -> Option<&WebhookEvent> {
        match self {
            Self::Verified(event) | Self::Unchecked(event) => Some(event),
            Self::Refused { .. } => None,
        }
    }

    /// Its name in output for machines.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Verified(_) => "verified",
            Self::Unchecked(_) => "unchecked",
            Self::Refused { reason, .. } => reason,
        }
    }

    /// The default response to the sender.
    pub(crate) fn response_status(&self) -> StatusCode {
        match self {
            Self::Verified(_) | Self::Unchecked(_) => StatusCode::OK,
            Self::Refused { answer, .. } => *answer,
        }
    }
}

struct Server<H> {
    receiver: Option<Receiver>,
    handle: H,
}

/// Listens on loopback; port 0 picks a free one.
pub(crate) async fn bind(port: u16) -> Result<TcpListener, CommandError> {
    TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|error| {
            CommandError::new(Exit::Other, format!("cannot listen on port {port}")).because(error)
        })
}

/// Serves until `shutdown` is ready and the webhooks in flight are handled. `handle` returns the response's status.
///
/// A verified webhook counts as handled, so that its repetition is a duplicate, when it is answered with a 2xx.
pub(crate) async fn serve<H, F>(
    listener: TcpListener,
    receiver: Option<Receiver>,
    handle: H,
    shutdown: impl Future<Output = ()>,
) -> Result<(), CommandError>
where
    H: Fn(Delivery) -> F + Send + Sync + 'static,
    F: Future<Output = StatusCode> + Send + 'static,
{
    serve_beside(Router::new(), listener, receiver, handle, shutdown).await
}

/// The same beside other routes.
pub(crate) async fn serve_beside<H, F>(
    routes: Router,
    listener: TcpListener,
    receiver: Option<Receiver>,
    handle: H,
    shutdown: impl Future<Output = ()>,
) -> Result<(), CommandError>
where
    H: Fn(Delivery) -> F + Send + Sync + 'static,
    F: Future<Output = StatusCode> + Send + 'static,
{
    let server = Arc::new(Server { receiver, handle });
    let app = Router::new()
        .fallback(take::<H, F>)
        // The server has a limit of its own.
        .layer(DefaultBodyLimit::disable())
        .with_state(server)
        .merge(routes);
    messages_sdk::webhook::serve_with_shutdown(listener, app, ServerLimits::default(), shutdown)
        .await
        .map_err(|error| CommandError::new(Exit::Other, "the receiver stopped").because(error))
}

async fn take<H, F>(
    State(server): State<Arc<Server<H>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response
where
    H: Fn(Delivery) -> F + Send + Sync + 'static,
    F: Future<Output = StatusCode> + Send + 'static,
{
    let (verdict, received) = match &server.receiver {
        None => (unchecked(&body), None),
        Some(receiver) => match receiver.receive(&headers, body.clone(), SystemTime::now()) {
            Ok(received) => {
                let event = Box::new(received.event().clone());
                (Verdict::Verified(event), Some(received))
            }
            Err(error) => (refused(&error), None),
        },
    };
    let answer = (server.handle)(Delivery {
        method,
        uri,
        headers,
        body,
        verdict,
    })
    .await;
    let committed = match received {
        Some(received) if answer.is_success() => received.commit().is_ok(),
        _ => true,
    };
    let mut response = Response::default();
    *response.status_mut() = if committed {
        answer
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    response
}

fn unchecked(body: &[u8]) -> Verdict {
    match WebhookEvent::from_slice(body) {
        Ok(event) => Verdict::Unchecked(Box::new(event)),
        Err(_) => refused(&ReceiveError::NotJson),
    }
}

fn refused(error: &ReceiveError) -> Verdict {
    Verdict::Refused {
        reason: match error {
            ReceiveError::Unverified(error) => error.name(),
            _ => "not_json",
        },
        answer: error.response_status(),
    }
}

/// The webhook on a line of a file that `listen --store` wrote, or on a line that is a webhook's body.
pub(crate) fn stored_event(line: &[u8]) -> Option<WebhookEvent> {
    /// A line that `listen --store` wrote.
    #[derive(Deserialize)]
    struct Stored {
        body: String,
    }

    let event = match serde_json::from_slice::<Stored>(line) {
        Ok(stored) => WebhookEvent::from_slice(stored.body.as_bytes()),
        Err(_) => WebhookEvent::from_slice(line),
    };
    event.ok()
}
