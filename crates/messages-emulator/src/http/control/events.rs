//! Events: live, and the last ones from the log.

use std::convert::Infallible;

use axum::Json;
use axum::http::HeaderMap;
use axum::response::sse::{Event as SseEvent, KeepAlive, Sse};
use serde::{Deserialize, Serialize};
use tokio_stream::{Stream, StreamExt};

use super::extract::UrlQuery;
use super::selected::Selected;
use crate::event::{Body, Event, Numbered};

/// Default and largest number of events in a response.
const LIMIT: usize = 100;
const LIMIT_MAX: usize = 10_000;

/// Each event is JSON and names its message. A reader that comes back says which one it has seen last and gets what it
/// has missed, as far as the log goes back. One that falls behind the log gets the number of events that it has missed.
pub(super) async fn stream(
    Selected(workspace): Selected,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<SseEvent, Infallible>>> {
    let id = workspace.id;
    let seen = headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok()?.parse().ok());
    let shown = workspace
        .engine
        .events
        .reader(seen)
        .filter_map(move |event| {
            let shown = Some(event).filter(|event| event.event.belongs_to(id))?;
            let sse = SseEvent::default().id(shown.number.to_string());
            sse.json_data(&shown.event).ok().map(Ok)
        });
    Sse::new(shown).keep_alive(KeepAlive::default())
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    /// Only those with a higher number.
    after: Option<u64>,
    /// `request`, `webhook`, `message` or `reset`.
    kind: Option<String>,
    message_uuid: Option<String>,
    /// Adds the bodies of requests, webhooks and their responses.
    #[serde(default)]
    bodies: bool,
    limit: Option<usize>,
}

#[derive(Serialize)]
pub(super) struct Log {
    events: Vec<Logged>,
    /// Number of discarded events after the named one, those of other workspaces included.
    #[serde(skip_serializing_if = "is_zero")]
    missed: u64,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[derive(Serialize)]
struct Logged {
    number: u64,
    #[serde(flatten)]
    event: Event,
    #[serde(flatten)]
    bodies: Option<Bodies>,
}

#[derive(Serialize)]
struct Bodies {
    body: String,
    response_body: String,
}

impl Bodies {
    fn of(event: &Event) -> Option<Self> {
        let (body, response_body) = match event {
            Event::Request(event) => (&event.body, &event.answer_body),
            Event::Webhook(event) => (&event.body, &event.answer_body),
            _ => return None,
        };
        let text = |body: &Body| String::from_utf8_lossy(body.as_bytes()).into_owned();
        Some(Self {
            body: text(body),
            response_body: text(response_body),
        })
    }
}

impl Wanted {
    fn is_met(&self, event: &Event) -> bool {
        let (kind, uuid) = match event {
            Event::Request(event) => ("request", event.message_uuid.as_deref()),
            Event::Webhook(event) => ("webhook", Some(event.message_uuid.as_str())),
            Event::Message(event) => ("message", Some(event.message_uuid.as_str())),
            Event::Reset(_) => ("reset", None),
            // Never in the log itself.
            Event::Missed(_) => ("missed", None),
        };
        self.kind.as_deref().is_none_or(|wanted| wanted == kind)
            && (self.message_uuid.is_none() || self.message_uuid.as_deref() == uuid)
    }
}

/// The oldest first.
pub(super) async fn log(
    Selected(workspace): Selected,
    UrlQuery(wanted): UrlQuery<Wanted>,
) -> Json<Log> {
    let limit = wanted.limit.unwrap_or(LIMIT).min(LIMIT_MAX);
    let (recent, gone) = workspace.engine.events.after(wanted.after.unwrap_or(0));
    let met: Vec<_> = recent
        .into_iter()
        .filter(|logged| logged.event.belongs_to(workspace.id) && wanted.is_met(&logged.event))
        .collect();
    // A reader that names its position continues there; otherwise the latest events are returned.
    let skipped = match wanted.after {
        Some(_) => 0,
        None => met.len().saturating_sub(limit),
    };
    Json(Log {
        missed: wanted.after.map_or(0, |_| gone),
        events: met
            .into_iter()
            .skip(skipped)
            .take(limit)
            .map(|Numbered { number, event }| Logged {
                number,
                bodies: wanted.bodies.then(|| Bodies::of(&event)).flatten(),
                event,
            })
            .collect(),
    })
}
