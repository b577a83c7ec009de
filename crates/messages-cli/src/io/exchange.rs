//! Requests that are none of the API's: to the emulator's controls, to an application, to ask what time it is there.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, header};
use messages_sdk::transport::backend::BuildError;
use messages_sdk::transport::backend::hyper::{HyperTransport, HyperTransportBuilder};
use messages_sdk::transport::layer::retry::Refusal;
use messages_sdk::transport::layer::timeout::Timeout;
use messages_sdk::transport::{TokioTimer, Transport};
use serde_json::Value;

use crate::error::CommandError;
use crate::exit::Exit;
use crate::settings::Settings;

/// Longest wait for a response: as long as a webhook's sender waits at most.
const LIMIT: Duration = Duration::from_secs(10);

/// Sends plain requests, without credentials, retries or redirects.
pub(crate) struct Exchange(Timeout<HyperTransport>);

impl Exchange {
    pub(crate) fn new() -> Result<Self, CommandError> {
        Self::of(HyperTransport::builder()).map_err(|error| {
            CommandError::new(Exit::Other, "no connection can be made").because(error)
        })
    }

    /// An exchange with the API, which trusts the certificates of `--extra-roots` too.
    pub(crate) fn with_api(settings: &Settings) -> Result<Self, CommandError> {
        match settings.extra_roots()? {
            None => Self::new(),
            Some(roots) => Self::trusting(roots.as_bytes()).map_err(|error| {
                CommandError::new(Exit::Other, "no connection can be made").because(error)
            }),
        }
    }

    /// An exchange that also trusts these certificates (PEM).
    pub(crate) fn trusting(roots: &[u8]) -> Result<Self, BuildError> {
        Self::of(HyperTransport::builder().extra_roots(roots))
    }

    fn of(builder: HyperTransportBuilder) -> Result<Self, BuildError> {
        Ok(Self(Timeout::new(builder.build()?, LIMIT, TokioTimer)))
    }

    /// The transport, for a user of its own.
    pub(crate) fn into_transport(self) -> impl Transport {
        self.0
    }

    pub(crate) async fn send(
        &self,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, CommandError> {
        self.0.send(request).await.map_err(|error| {
            CommandError::new(Exit::NotSent, "there was no response").because(error)
        })
    }
}

/// Sends JSON, without credentials, to the control API of a running emulator. Returns its URL and the response.
pub(crate) async fn ask_emulator(
    settings: &Settings,
    method: Method,
    path: &str,
    body: &Value,
) -> Result<(String, Value), CommandError> {
    let base = settings.emulator_endpoint()?.to_string();
    let request = Request::builder()
        .method(method)
        .uri(format!("{base}{path}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Bytes::from(body.to_string()))
        .map_err(|error| CommandError::new(Exit::Other, "no request can be made").because(error))?;
    let answer = Exchange::new()?.send(request).await.map_err(|error| {
        error.hint("start it with `messages emulator`, and name another one's URL with --endpoint")
    })?;
    let status = answer.status();
    let value: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    if status.is_success() {
        return Ok((base, value));
    }
    let exit = match Refusal::of(status) {
        Some(Refusal::Invalid) => Exit::Invalid,
        _ => Exit::Rejected,
    };
    let reason = match value.get("error").and_then(Value::as_str) {
        Some(reason) => reason.to_owned(),
        None => format!("the emulator responded with status {}", status.as_u16()),
    };
    Err(CommandError::new(exit, reason))
}
