//! Handles deliveries one by one.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use http::StatusCode;
use messages_sdk::types::DetectError;
use serde::Serialize;
use serde_json::Value;

use super::forward::{Answer, Forward};
use super::line;
use super::store::Store;
use crate::command::webhook::clock_hint;
use crate::error::CommandError;
use crate::io::output::{Line, Queue};
use crate::receive::Delivery;

pub(super) struct Handler {
    out: Queue,
    show: bool,
    forward: Option<Forward>,
    store: Option<Store>,
    next_id: AtomicU64,
    /// The hint about a clock that may be wrong was printed.
    clock_hinted: AtomicBool,
    /// The hint about webhooks of another API was printed.
    other_api_hinted: AtomicBool,
    /// The hint about a delivery that could not be forwarded was printed.
    forward_hinted: AtomicBool,
}

/// The result of handling a delivery.
enum Handled {
    /// Nothing but looking at it.
    Seen,
    Forwarded(Answer),
    NotForwarded(CommandError),
    NotStored,
}

/// A delivery as `--json` prints it.
#[derive(Serialize)]
struct Seen<'a> {
    id: u64,
    verdict: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<Value>,
    answer: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer_body: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// The reason that the event's kind is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

impl Handler {
    pub(super) fn new(
        out: Queue,
        show: bool,
        forward: Option<Forward>,
        store: Option<Store>,
    ) -> Self {
        let next_id = store.as_ref().map_or(1, |store| store.next_id);
        Self {
            out,
            show,
            forward,
            store,
            next_id: AtomicU64::new(next_id),
            clock_hinted: AtomicBool::new(false),
            other_api_hinted: AtomicBool::new(false),
            forward_hinted: AtomicBool::new(false),
        }
    }

    /// Waits for the lines to be written, as long as their reader reads.
    pub(super) fn close(&self) {
        self.out.close();
    }

    /// Handles a delivery, and returns the status code for its sender.
    pub(super) async fn take(&self, delivery: Delivery) -> StatusCode {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let handled = if delivery.verdict.event().is_some() {
            self.deal_with(id, &delivery).await
        } else {
            Handled::Seen
        };
        let answer = match &handled {
            Handled::Seen => delivery.verdict.response_status(),
            Handled::Forwarded(answer) => answer.status,
            Handled::NotForwarded(_) => StatusCode::BAD_GATEWAY,
            // It comes again, when there may be room for it.
            Handled::NotStored => StatusCode::SERVICE_UNAVAILABLE,
        };
        let mismatch = delivery.mismatch();
        // A closed output must not change the response to the sender.
        let _ = self.tell(id, &delivery, &handled, answer, mismatch.as_ref());
        if let Some(error) = mismatch.filter(DetectError::is_other_api)
            && !self.other_api_hinted.swap(true, Ordering::Relaxed)
        {
            let hint = format!("request {id} {error}");
            self.out.note(&Line::new().plain(hint));
        }
        if let Some(hint) = clock_hint(delivery.verdict.name())
            && !self.clock_hinted.swap(true, Ordering::Relaxed)
        {
            self.out.note(&Line::new().plain(hint));
        }
        if let Handled::NotForwarded(error) = &handled
            && let Some(hint) = error.advice()
            && !self.forward_hinted.swap(true, Ordering::Relaxed)
        {
            self.out.note(&Line::new().plain(hint));
        }
        answer
    }

    async fn deal_with(&self, id: u64, delivery: &Delivery) -> Handled {
        if let Some(store) = &self.store
            && store.keep(id, delivery).is_err()
        {
            // It is not passed on either, or the application would get it twice.
            return Handled::NotStored;
        }
        let Some(forward) = &self.forward else {
            return Handled::Seen;
        };
        let (method, body) = (delivery.method.clone(), delivery.body.clone());
        let sent = forward.send(method, &delivery.uri, &delivery.headers, body);
        match sent.await {
            Ok(answer) => Handled::Forwarded(answer),
            Err(error) => Handled::NotForwarded(error),
        }
    }

    fn tell(
        &self,
        id: u64,
        delivery: &Delivery,
        handled: &Handled,
        answer: StatusCode,
        mismatch: Option<&DetectError>,
    ) -> std::io::Result<()> {
        let event = delivery.verdict.event();
        let error = match handled {
            Handled::NotForwarded(error) => Some(error.chain()),
            Handled::NotStored => Some("the event could not be stored".to_owned()),
            Handled::Seen | Handled::Forwarded(_) => None,
        };
        let answer_body = match handled {
            Handled::Forwarded(answer) => answer.body.as_deref(),
            _ => None,
        };
        let seen = Seen {
            id,
            verdict: delivery.verdict.name(),
            event: event.and_then(|event| serde_json::to_value(event).ok()),
            answer: answer.as_u16(),
            answer_body,
            error,
            hint: mismatch.map(ToString::to_string),
        };
        self.out.result(&seen, |seen| {
            let line = line::of(id, &delivery.verdict, self.show);
            vec![match (handled, &seen.error) {
                (Handled::Forwarded(answer), _) => line.append(answer.line()),
                (_, Some(error)) => line.bad(error),
                (_, None) if answer.is_success() => line.good(answer.as_u16()),
                (_, None) => line.bad(answer.as_u16()),
            }]
        })
    }
}
