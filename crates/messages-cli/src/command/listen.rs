//! `messages listen`: webhooks as they come, and again when they are wanted again.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use clap::{Args, Subcommand};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use messages_sdk::types::{EventView, What};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::webhook::receiver;
use crate::exchange::Exchange;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Line, Output};
use crate::receive::{Delivery, bind, serve};
use crate::settings::{Settings, runtime};
use crate::signals::interrupted;

#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  messages listen --port 3000
  messages listen --forward-to http://127.0.0.1:8000/webhooks --store events.ndjson
  messages listen resend 3 --store events.ndjson --forward-to http://127.0.0.1:8000/webhooks"
)]
pub(crate) struct ListenArgs {
    #[command(subcommand)]
    action: Option<Action>,

    /// The port on 127.0.0.1; 0 picks a free one
    #[arg(long, default_value_t = 3000)]
    port: u16,

    /// Passes every verified request on as it is, and answers with what comes back
    #[arg(long, value_name = "URL")]
    forward_to: Option<String>,

    /// Keeps every verified event in this file, a line each
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,

    /// Shows texts and whole numbers, which are masked otherwise
    #[arg(long)]
    show: bool,

    /// Takes webhooks that nobody can verify, because there is no signature secret
    #[arg(long)]
    unverified: bool,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Passes a stored event on once more
    Resend {
        /// The event's number
        id: u64,
        /// The file that --store wrote
        #[arg(long, value_name = "FILE")]
        store: PathBuf,
        /// Where it goes
        #[arg(long, value_name = "URL")]
        forward_to: String,
    },
}

/// A stored event: enough to send the same bytes again.
#[derive(Serialize, Deserialize)]
struct Stored {
    id: u64,
    path: String,
    authorization: Option<String>,
    body: String,
}

/// An event as it is printed.
#[derive(Serialize)]
struct Seen<'a> {
    id: u64,
    verdict: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<Value>,
    answer: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    forward_error: Option<String>,
}

impl ListenArgs {
    pub(crate) fn run(self, settings: &Settings) -> Result<Exit, Failure> {
        match &self.action {
            Some(Action::Resend {
                id,
                store,
                forward_to,
            }) => resend(settings, *id, store, forward_to),
            None => runtime()?.block_on(self.listen(settings)),
        }
    }

    async fn listen(self, settings: &Settings) -> Result<Exit, Failure> {
        let receiver = if self.unverified {
            None
        } else {
            Some(receiver(settings)?)
        };
        let out = settings.out;
        let listener = bind(self.port).await?;
        let address = listener.local_addr()?;
        let url = format!("http://{address}");
        if out.is_json() {
            out.object(&serde_json::json!({"url": url}))?;
        } else {
            out.note(&Line::new().plain("listening on ").strong(&url));
        }
        let desk = Arc::new(Desk {
            out,
            show: self.show,
            exchange: self.forward_to.is_some().then(Exchange::new).transpose()?,
            forward_to: self.forward_to,
            store: self
                .store
                .as_deref()
                .map(open_store)
                .transpose()?
                .map(Mutex::new),
            next: Mutex::new(self.store.as_deref().map_or(Ok(1), next_id)?),
        });
        let handle = move |delivery| {
            let desk = Arc::clone(&desk);
            async move { desk.take(delivery).await }
        };
        tokio::select! {
            ended = serve(listener, receiver, handle) => ended.map(|()| Exit::Done),
            () = interrupted() => Ok(Exit::Done),
        }
    }
}

/// Where deliveries are dealt with.
struct Desk {
    out: Output,
    show: bool,
    exchange: Option<Exchange>,
    forward_to: Option<String>,
    store: Option<Mutex<File>>,
    next: Mutex<u64>,
}

impl Desk {
    /// Deals with a delivery, and says what its sender is answered.
    async fn take(&self, delivery: Delivery) -> StatusCode {
        let id = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let id = *next;
            *next += 1;
            id
        };
        let mut answer = delivery.verdict.answer();
        let mut forward_error = None;
        if delivery.verdict.event().is_some() {
            if self.keep(id, &delivery).is_err() {
                // It comes again, when there may be room for it.
                answer = StatusCode::SERVICE_UNAVAILABLE;
            }
            match self.forward(&delivery).await {
                None => {}
                Some(Ok(status)) => answer = status,
                Some(Err(failure)) => {
                    answer = StatusCode::BAD_GATEWAY;
                    forward_error = Some(failure.chain());
                }
            }
        }
        let seen = Seen {
            id,
            verdict: delivery.verdict.name(),
            event: delivery
                .verdict
                .event()
                .and_then(|event| serde_json::to_value(event).ok()),
            answer: answer.as_u16(),
            forward_error,
        };
        // Whether somebody still reads the output is not the sender's business.
        let _ = self
            .out
            .result(&seen, |seen| vec![self.line(seen, &delivery)]);
        answer
    }

    fn keep(&self, id: u64, delivery: &Delivery) -> std::io::Result<()> {
        let Some(store) = &self.store else {
            return Ok(());
        };
        let authorization = delivery.headers.get(header::AUTHORIZATION);
        let stored = Stored {
            id,
            path: delivery.uri.to_string(),
            authorization: authorization
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned),
            body: String::from_utf8_lossy(&delivery.body).into_owned(),
        };
        let line = format!("{}\n", serde_json::to_string(&stored)?);
        let mut file = store.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(line.as_bytes())
    }

    async fn forward(&self, delivery: &Delivery) -> Option<Result<StatusCode, Failure>> {
        let (exchange, url) = self.exchange.as_ref().zip(self.forward_to.as_deref())?;
        let (method, headers) = (delivery.method.clone(), &delivery.headers);
        Some(pass_on(exchange, url, method, headers, delivery.body.clone()).await)
    }

    fn line(&self, seen: &Seen<'_>, delivery: &Delivery) -> Line {
        let line = Line::new().dim(format!("{:>4} ", seen.id));
        let line = match delivery.verdict.event() {
            None => line.bad("refused ").plain(seen.verdict),
            Some(event) => self.describe(line, &event.view()),
        };
        let line = line.dim(" → ");
        match (&seen.forward_error, seen.answer) {
            (Some(error), _) => line.bad(error),
            (None, status @ 200..300) => line.good(status),
            (None, status) => line.bad(status),
        }
    }

    fn describe(&self, line: Line, view: &EventView<'_>) -> Line {
        let masked = |text: &str| {
            if self.show {
                text.to_owned()
            } else {
                mask(text)
            }
        };
        let line = match view.when {
            Some(when) => line.dim(when.as_str()).plain(" "),
            None => line,
        };
        let line = match &view.channel {
            Some(channel) => line.plain(channel.as_str()).plain(" "),
            None => line,
        };
        let line = match view.who {
            Some(who) => line.plain(masked(who)).plain(" "),
            None => line,
        };
        let line = match &view.what {
            What::Status(status) if status.is_failure() => line.bad(status.as_str()),
            What::Status(status) => line.good(status.as_str()),
            What::Report(status) => line.strong("workflow ").plain(status.as_str()),
            What::Text(text) if self.show => line.strong("says ").plain(text),
            What::Text(text) => line.strong(format!("text of {} characters", text.chars().count())),
            What::Media { kind, url, .. } if self.show => line.strong(kind).plain(" ").plain(url),
            What::Media { kind, .. } => line.strong(kind),
            What::Location {
                latitude,
                longitude,
            } if self.show => line
                .strong("location ")
                .plain(format!("{latitude}, {longitude}")),
            What::Location { .. } => line.strong("location"),
            What::Choice { .. } => line.strong("choice"),
            What::Other(kind) => line.strong(kind),
            _ => line.warn("an unknown kind of webhook"),
        };
        match view.message_uuid {
            Some(uuid) => line.dim(format!(" {uuid}")),
            None => line,
        }
    }
}

/// An address with its middle hidden: enough to tell two people apart, and too little to call one.
fn mask(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let (head, tail) = if characters.len() > 8 { (4, 3) } else { (1, 0) };
    let shown = |range: &[char]| range.iter().collect::<String>();
    let end = characters.len().saturating_sub(tail);
    format!(
        "{}****{}",
        shown(characters.get(..head).unwrap_or_default()),
        shown(characters.get(end..).unwrap_or_default())
    )
}

/// Sends a webhook's bytes to an application, with the headers that are about them.
async fn pass_on(
    exchange: &Exchange,
    url: &str,
    method: Method,
    headers: &HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Failure> {
    // These are about the connection it came over, not about the request.
    const OF_THE_CONNECTION: [HeaderName; 6] = [
        header::HOST,
        header::CONNECTION,
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
        header::TE,
    ];
    let mut request = Request::builder()
        .method(method)
        .uri(url)
        .body(body)
        .map_err(|error| Failure::usage("--forward-to is no URL").because(error))?;
    for (name, value) in headers {
        if !OF_THE_CONNECTION.contains(name) {
            request.headers_mut().append(name.clone(), value.clone());
        }
    }
    Ok(exchange.send(request).await?.status())
}

fn resend(settings: &Settings, id: u64, store: &Path, url: &str) -> Result<Exit, Failure> {
    let stored = stored(store)?
        .find(|stored| stored.id == id)
        .ok_or_else(|| {
            Failure::invalid(format!("there is no event {id} in {}", store.display()))
        })?;
    let mut headers = HeaderMap::new();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    if let Some(Ok(value)) = stored.authorization.as_deref().map(HeaderValue::from_str) {
        headers.insert(header::AUTHORIZATION, value);
    }
    let status = runtime()?.block_on(async {
        pass_on(
            &Exchange::new()?,
            url,
            Method::POST,
            &headers,
            stored.body.into(),
        )
        .await
    })?;
    let shown = serde_json::json!({"id": id, "answer": status.as_u16()});
    settings.out.result(&shown, |_| {
        vec![
            Line::new()
                .plain(format!("{id} → "))
                .strong(status.as_u16()),
        ]
    })?;
    Ok(if status.is_success() {
        Exit::Done
    } else {
        Exit::Rejected
    })
}

fn open_store(path: &Path) -> Result<File, Failure> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    // Events hold what people wrote.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| {
        Failure::new(Exit::Other, format!("cannot write {}", path.display())).because(error)
    })
}

/// The number after the last one that was given.
fn next_id(path: &Path) -> Result<u64, Failure> {
    Ok(stored(path)?
        .map(|stored| stored.id)
        .max()
        .unwrap_or_default()
        + 1)
}

fn stored(path: &Path) -> Result<impl Iterator<Item = Stored> + use<>, Failure> {
    let file = File::open(path).map_err(|error| {
        Failure::new(Exit::Other, format!("cannot read {}", path.display())).because(error)
    })?;
    let lines = BufReader::new(file).lines().map_while(Result::ok);
    Ok(lines.filter_map(|line| serde_json::from_str(&line).ok()))
}
