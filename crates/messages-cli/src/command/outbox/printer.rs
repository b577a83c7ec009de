//! The outcomes of a worker, printed and counted.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use messages_outbox::{ObservedSend, OutboxObserver, Outcome, RunId, State};
use serde::Serialize;
use serde_json::Value;

use super::row;
use crate::error::CommandError;
use crate::io::output::{Line, Output, Queue};

/// Most accepted messages that are shown one by one, without a progress bar; failures are always shown.
const SHOWN_MAX: u64 = 20;

/// Prints the outcomes of a worker.
pub(super) struct Printer {
    pub(super) queue: Arc<Queue>,
    pub(super) counts: Arc<Counts>,
    is_json: bool,
    /// A progress bar shows the counts.
    is_watched: bool,
    shown: AtomicU64,
}

impl fmt::Debug for Printer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Printer")
            .field("counts", &self.counts)
            .finish_non_exhaustive()
    }
}

/// The outcome of one POST, as `--json` prints it.
#[derive(Serialize)]
struct SentReport<'a> {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<State>,
    channel: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_uuid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workflow_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    attempts: u32,
    elapsed_ms: u64,
}

impl Printer {
    pub(super) fn new(out: Output) -> Result<Self, CommandError> {
        Ok(Self {
            queue: Arc::new(out.queue()?),
            counts: Arc::default(),
            is_json: out.is_json(),
            is_watched: Output::is_watched(),
            shown: AtomicU64::new(0),
        })
    }
}

impl OutboxObserver for Printer {
    fn on_settled(&self, send: &ObservedSend<'_>) {
        self.counts.add(send.state, send.elapsed);
        let is_shown = self.is_json
            || send.state != Some(State::Sent)
            || (!self.is_watched && self.shown.fetch_add(1, Ordering::Relaxed) < SHOWN_MAX);
        if is_shown {
            let report = SentReport::new(send);
            // A broken output ends the command by itself.
            let _ = self.queue.result(&report, |report| vec![report.line()]);
        }
    }

    fn on_report(&self, run: RunId, report: &str) {
        // The report is JSON.
        let Ok(report) = serde_json::from_str(report) else {
            return;
        };
        let _ = self
            .queue
            .result(&Ended { run, report }, |ended| vec![ended.line()]);
    }

    fn on_breaker(&self, _account: &str) {
        let line = Line::new().warn("paused");
        let text = ": the outcomes of several requests are unknown; one row probes the API";
        self.queue.note(&line.plain(text));
    }
}

/// A workflow that has ended, as `--json` prints it.
#[derive(Serialize)]
struct Ended {
    run: RunId,
    report: Value,
}

impl Ended {
    fn line(&self) -> Line {
        let line = Line::new().plain(self.run).plain(" report ");
        line.plain(&self.report)
    }
}

impl<'a> SentReport<'a> {
    fn new(send: &ObservedSend<'a>) -> Self {
        let (message_uuid, workflow_id, reason) = match send.result {
            Outcome::Accepted {
                message_uuid,
                workflow_id,
            } => (message_uuid.as_deref(), workflow_id.as_deref(), None),
            Outcome::Rejected(reason)
            | Outcome::NotSent { reason, .. }
            | Outcome::Refused { reason, .. }
            | Outcome::InDoubt(reason) => (None, None, Some(reason)),
            _ => (None, None, None),
        };
        Self {
            id: send.id.to_string(),
            key: send.row.details.key.as_deref(),
            outcome: send.outcome,
            state: send.state,
            channel: send.channel,
            client_ref: send.row.reference().map(|reference| reference.to_string()),
            message_uuid,
            workflow_id,
            status: reason.and_then(|reason| reason.http_status),
            reason: reason.map(|reason| reason.code.as_str()),
            error: reason.and_then(|reason| reason.title.as_deref()),
            attempts: send.row.attempt + 1,
            elapsed_ms: u64::try_from(send.elapsed.as_millis()).unwrap_or(u64::MAX),
        }
    }

    fn line(&self) -> Line {
        let line = Line::new().plain(&self.id).plain(" ");
        let line = match self.state {
            Some(state) => row::state(line, state),
            None => line.warn("decided by another worker"),
        };
        let line = match self.message_uuid {
            Some(uuid) => line.plain(" ").plain(uuid),
            None => line,
        };
        let line = match self.reason {
            Some(reason) => line.plain(" ").plain(reason),
            None => line,
        };
        let line = match self.status {
            Some(status) => line.plain(format!(" status {status}")),
            None => line,
        };
        match self.error {
            Some(title) => line.dim(" ").plain(title),
            None => line,
        }
    }
}

/// Counts of a run so far.
#[derive(Debug, Default)]
pub(super) struct Counts {
    sent: AtomicU64,
    failed: AtomicU64,
    in_doubt: AtomicU64,
    requeued: AtomicU64,
    /// Number of requests, and their durations in microseconds.
    posts: AtomicU64,
    micros: AtomicU64,
}

impl Counts {
    /// Numbers of outcomes by the state they led to.
    pub(super) fn by_state(&self) -> [(&'static str, u64); 4] {
        [
            ("sent", &self.sent),
            ("failed", &self.failed),
            ("in_doubt", &self.in_doubt),
            ("queued", &self.requeued),
        ]
        .map(|(name, count)| (name, count.load(Ordering::Relaxed)))
    }

    /// Number of requests, and the sum of their durations in seconds.
    pub(super) fn durations(&self) -> (u64, f64) {
        let micros = self.micros.load(Ordering::Relaxed);
        (self.posts.load(Ordering::Relaxed), micros as f64 / 1e6)
    }

    fn add(&self, state: Option<State>, elapsed: Duration) {
        if !elapsed.is_zero() {
            let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
            self.posts.fetch_add(1, Ordering::Relaxed);
            self.micros.fetch_add(micros, Ordering::Relaxed);
        }
        let count = match state {
            Some(State::Sent) => &self.sent,
            Some(State::Failed) => &self.failed,
            Some(State::InDoubt) => &self.in_doubt,
            _ => &self.requeued,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// Their sum, and the ones that are not zero in words.
    pub(super) fn words(&self) -> (u64, String) {
        let counts = [
            (&self.sent, "sent"),
            (&self.failed, "failed"),
            (&self.in_doubt, "in doubt"),
            (&self.requeued, "queued again"),
        ]
        .map(|(count, name)| (count.load(Ordering::Relaxed), name));
        let words: Vec<String> = counts
            .iter()
            .filter(|(count, name)| *count > 0 || *name == "sent")
            .map(|(count, name)| format!("{count} {name}"))
            .collect();
        (
            counts.iter().map(|(count, _)| count).sum(),
            words.join(", "),
        )
    }
}
