//! The request of one submission, without sending it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use messages_sdk::auth::Basic;
use messages_sdk::transport::{Transport, TransportError, async_trait};
use messages_sdk::types::Submission;
use serde::Serialize;
use serde_json::Value;

use super::{Path, submit};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::output::Line;
use crate::settings::{Settings, no_client};

/// Prints the request as the client would send it, with its credentials masked.
pub(crate) async fn dry_run(
    settings: &Settings,
    submission: Submission,
    path: Path,
) -> Result<Exit, CommandError> {
    let capture = Capture::default();
    let (credentials, shown) = match settings.credentials_if_any() {
        Ok(Some(credentials)) => (Some(credentials), None),
        Ok(None) => (None, Some("(no credentials found)")),
        // The request can be shown all the same, but its sending would fail.
        Err(error) => {
            let line = Line::new().warn("warning").plain(": ");
            settings.out.note(&line.plain(error.chain()));
            if let Some(hint) = error.advice() {
                settings.out.hint(hint);
            }
            (None, Some("(no usable credentials)"))
        }
    };
    let credentials = match credentials {
        Some(credentials) => credentials,
        // Only to get past the signing: what it makes is not shown.
        None => Basic::new("none", "none")
            .map_err(|error| {
                CommandError::new(Exit::Other, "no request can be made").because(error)
            })?
            .into(),
    };
    let client = settings
        .client_builder()?
        .credentials(credentials)
        .transport(capture.clone())
        .build()
        .map_err(no_client)?;
    let report = submit(submission, &client, 0, path, None).await;
    match capture.take() {
        None => {
            report
                .details()
                .iter()
                .for_each(|line| settings.out.note(line));
            Err(report
                .into_error()
                .unwrap_or_else(|| CommandError::new(Exit::Other, "no request was made")))
        }
        Some(request) => {
            let shown = Shown::new(&request, shown);
            settings.out.result(&shown, Shown::lines)?;
            Ok(Exit::Done)
        }
    }
}

/// A transport that captures the request.
#[derive(Debug, Clone, Default)]
struct Capture(Arc<Mutex<Option<Request<Bytes>>>>);

impl Capture {
    fn take(&self) -> Option<Request<Bytes>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[async_trait]
impl Transport for Capture {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(request);
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::ACCEPTED;
        Ok(response)
    }
}

/// A request as it is shown.
#[derive(Serialize)]
struct Shown {
    method: String,
    url: String,
    path: String,
    headers: BTreeMap<String, String>,
    body: Value,
    #[serde(skip)]
    raw: String,
}

impl Shown {
    /// `instead` stands for the credentials where there are none.
    fn new(request: &Request<Bytes>, instead: Option<&str>) -> Self {
        let headers = request.headers().iter().map(|(name, value)| {
            let value = value.to_str().unwrap_or_default();
            let shown = match (name == header::AUTHORIZATION, instead) {
                (true, None) => {
                    let scheme = value.split_once(' ').map_or("", |(scheme, _)| scheme);
                    format!("{scheme} ****")
                }
                (true, Some(instead)) => instead.to_owned(),
                (false, _) => value.to_owned(),
            };
            (name.as_str().to_owned(), shown)
        });
        Self {
            method: request.method().to_string(),
            url: request.uri().to_string(),
            path: request.uri().path().to_owned(),
            headers: headers.collect(),
            // The body is JSON: the client has encoded it.
            body: serde_json::from_slice(request.body()).unwrap_or_default(),
            raw: String::from_utf8_lossy(request.body()).into_owned(),
        }
    }

    fn lines(&self) -> Vec<Line> {
        let head = Line::new().strong(&self.method).plain(" ").plain(&self.url);
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| Line::new().dim(format!("{name}: ")).plain(value));
        let body = [Line::new(), Line::new().plain(&self.raw)];
        std::iter::once(head).chain(headers).chain(body).collect()
    }
}
