//! What would be sent, without sending it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use messages_sdk::Outbound;
use messages_sdk::auth::Basic;
use messages_sdk::transport::{Transport, TransportError, async_trait};
use messages_sdk::types::sms::Segmentation;
use messages_sdk::types::v0_1::{self, outbound::sms::SmsContent};
use messages_sdk::types::v1::{self, ChannelMessage};
use serde::Serialize;
use serde_json::Value;

use super::intake::Intake;
use super::order::{Order, Path};
use super::source::Source;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Line;
use crate::settings::{Settings, no_client};

/// Prints the request as the client would send it, with its credentials masked.
pub(crate) async fn dry_run_order(
    settings: &Settings,
    order: Order,
    path: Path,
) -> Result<Exit, Failure> {
    let capture = Capture::default();
    let (credentials, shown) = match settings.credentials_if_any() {
        Ok(Some(credentials)) => (Some(credentials), None),
        Ok(None) => (None, Some("(no credentials found)")),
        // The request can be shown all the same, but its sending would fail.
        Err(failure) => {
            let line = Line::new().warn("warning").plain(": ");
            settings.out.note(&line.plain(failure.chain()));
            (None, Some("(no usable credentials)"))
        }
    };
    let credentials = match credentials {
        Some(credentials) => credentials,
        // Only to get past the signing: what it makes is not shown.
        None => Basic::new("none", "none")
            .map_err(|error| Failure::new(Exit::Other, "no request can be made").because(error))?
            .into(),
    };
    let client = settings
        .client_builder()?
        .credentials(credentials)
        .transport(capture.clone())
        .build()
        .map_err(no_client)?;
    let settled = order.send(&client, 0, path).await;
    match capture.take() {
        None => {
            settled
                .details()
                .iter()
                .for_each(|line| settings.out.note(line));
            Err(settled
                .into_failure()
                .unwrap_or_else(|| Failure::new(Exit::Other, "no request was made")))
        }
        Some(request) => {
            let shown = Shown::new(&request, shown);
            settings.out.result(&shown, Shown::lines)?;
            Ok(Exit::Done)
        }
    }
}

/// A transport that keeps the request to itself.
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
            // What the client sends is JSON.
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

/// What a batch would amount to.
#[derive(Debug, Default, Serialize)]
struct Totals {
    messages: u64,
    workflows: u64,
    invalid: u64,
    /// The segments that its SMS would be billed as, alternatives not counted.
    segments: u64,
    channels: BTreeMap<String, u64>,
}

/// Reads and checks everything, and totals it.
pub(crate) async fn dry_run_batch(
    settings: &Settings,
    source: Source,
    path: Path,
) -> Result<Exit, Failure> {
    let (chunks, _) = source.read()?;
    let intake = Intake::new(chunks, None);
    let mut totals = Totals::default();
    while let Some(item) = intake.next().await {
        let index = item.index;
        let findings = match item.order() {
            Ok(order) => match order.fits(path) {
                Ok(()) => {
                    totals.add(&order);
                    continue;
                }
                Err(finding) => vec![finding],
            },
            Err(findings) => findings,
        };
        totals.invalid += 1;
        settings.out.note(
            &Line::new()
                .bad("invalid")
                .plain(format!(" message {index}")),
        );
        findings
            .iter()
            .for_each(|finding| settings.out.note(&finding.line()));
    }
    settings
        .out
        .result(&serde_json::json!({"dry_run": totals}), |_| totals.lines())?;
    Ok(if totals.invalid == 0 {
        Exit::Done
    } else {
        Exit::Invalid
    })
}

impl Totals {
    fn add(&mut self, order: &Order) {
        match order {
            Order::Message(Outbound::V1(message)) => self.add_v1(message),
            Order::Message(Outbound::V0_1(message)) => self.add_v0_1(message),
            Order::Workflow(workflow) => {
                self.workflows += 1;
                if let Some(first) = workflow.messages().next() {
                    self.add_v0_1(first);
                }
            }
            Order::Message(_) => self.messages += 1,
        }
    }

    fn add_v1(&mut self, message: &v1::Message) {
        self.count(message.primary.channel().as_str());
        if let ChannelMessage::Sms(sms) = &message.primary {
            self.segments += segments(sms.text.as_str());
        }
    }

    fn add_v0_1(&mut self, message: &v0_1::Message) {
        self.count(message.channel().as_str());
        if let v0_1::Message::Sms(sms) = message
            && let SmsContent::Text(text) = &sms.message.content.kind
        {
            self.segments += segments(text.as_str());
        }
    }

    fn count(&mut self, channel: &str) {
        self.messages += 1;
        *self.channels.entry(channel.to_owned()).or_default() += 1;
    }

    fn lines(&self) -> Vec<Line> {
        let head = format!(
            "{} messages, {} of them first steps of workflows",
            self.messages, self.workflows
        );
        let mut lines = vec![Line::new().strong(head)];
        for (channel, count) in &self.channels {
            lines.push(Line::new().plain(format!("  {count} {channel}")));
        }
        lines.push(Line::new().plain(format!("  {} SMS segments", self.segments)));
        if self.invalid > 0 {
            lines.push(Line::new().bad(format!("  {} invalid", self.invalid)));
        }
        lines
    }
}

fn segments(text: &str) -> u64 {
    Segmentation::of(text).count() as u64
}
