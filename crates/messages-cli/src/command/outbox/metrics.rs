//! `/metrics` of a worker, in the text format of Prometheus: counts, ages and durations; neither numbers nor texts.

use std::fmt::Write;
use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{StatusCode, header};
use messages_outbox::{OutboxStore, StoreError};

use super::printer::Counts;

/// Content type of the format.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The route of the metrics of a store and a worker.
pub(super) fn routes(store: Arc<dyn OutboxStore>, counts: Arc<Counts>) -> Router {
    let respond = move || {
        let (store, counts) = (Arc::clone(&store), Arc::clone(&counts));
        async move { response(store.as_ref(), &counts).await }
    };
    Router::new().route("/metrics", get(respond))
}

async fn response(store: &dyn OutboxStore, counts: &Counts) -> Response {
    match text(store, counts).await {
        Ok(text) => ([(header::CONTENT_TYPE, TEXT)], text).into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// Metrics, family by family.
#[derive(Default)]
struct Text(String);

impl Text {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        // A string takes everything.
        let _ = writeln!(
            self.0,
            "# HELP messages_outbox_{name} {help}\n# TYPE messages_outbox_{name} {kind}"
        );
    }

    fn sample(&mut self, name: &str, label: Option<(&str, &str)>, value: f64) {
        let label = label.map_or_else(String::new, |(key, value)| {
            let value = value.replace('\\', "\\\\").replace('"', "\\\"");
            format!("{{{key}=\"{}\"}}", value.replace('\n', "\\n"))
        });
        let _ = writeln!(self.0, "messages_outbox_{name}{label} {value}");
    }
}

async fn text(store: &dyn OutboxStore, counts: &Counts) -> Result<String, StoreError> {
    let status = store.status().await?;
    let mut text = Text::default();
    text.family("rows", "gauge", "Rows by state.");
    for (state, count) in &status.states {
        text.sample("rows", Some(("state", state.as_str())), *count as f64);
    }
    text.family(
        "messages",
        "gauge",
        "Sent rows by the status of their message.",
    );
    for (name, count) in &status.statuses {
        text.sample("messages", Some(("status", name)), *count as f64);
    }
    text.family("runs", "gauge", "Runs by state.");
    for (state, count) in &status.runs {
        text.sample("runs", Some(("state", state.as_str())), *count as f64);
    }
    text.family(
        "oldest_seconds",
        "gauge",
        "Age of the oldest row that is due, sending or in doubt.",
    );
    for (name, since) in [
        ("due", status.oldest_due),
        ("sending", status.oldest_sending),
        ("in_doubt", status.oldest_in_doubt),
    ] {
        let age = since.map_or(0.0, |since| status.now.duration_since(since).as_secs_f64());
        text.sample("oldest_seconds", Some(("kind", name)), age.max(0.0));
    }
    text.family("parked", "gauge", "Webhooks of unknown messages.");
    text.sample("parked", None, status.parked as f64);
    text.family(
        "contradictions",
        "gauge",
        "Webhooks that contradict the ledger.",
    );
    text.sample("contradictions", None, status.contradictions as f64);
    text.family(
        "attempts_total",
        "counter",
        "Attempts of this worker by the state they led to.",
    );
    for (name, count) in counts.by_state() {
        text.sample("attempts_total", Some(("state", name)), count as f64);
    }
    let (posts, seconds) = counts.durations();
    text.family(
        "post_seconds",
        "summary",
        "Durations of this worker's requests.",
    );
    text.sample("post_seconds_sum", None, seconds);
    text.sample("post_seconds_count", None, posts as f64);
    if let Some(campaigns) = store.campaigns() {
        let campaigns = campaigns.list_campaigns().await?;
        text.family("campaign_recipients", "gauge", "Recipients of a campaign.");
        for listed in &campaigns {
            let label = Some(("campaign", listed.campaign.name.as_str()));
            let count = listed.campaign.progress.recipients;
            text.sample("campaign_recipients", label, count as f64);
        }
        text.family(
            "campaign_released",
            "gauge",
            "Recipients of a campaign that have a row or run.",
        );
        for listed in &campaigns {
            let label = Some(("campaign", listed.campaign.name.as_str()));
            text.sample(
                "campaign_released",
                label,
                listed.campaign.progress.released as f64,
            );
        }
        text.family(
            "campaign_paused",
            "gauge",
            "1 for a campaign that is paused.",
        );
        for listed in &campaigns {
            let label = Some(("campaign", listed.campaign.name.as_str()));
            text.sample("campaign_paused", label, f64::from(u8::from(listed.held)));
        }
    }
    Ok(text.0)
}
