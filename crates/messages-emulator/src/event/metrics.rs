//! Counters and gauges in the format of Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::event::{Event, RequestEvent, WebhookAttempt};
use crate::state::channel::Channel;
use crate::state::direction::Direction;
use crate::state::status::Status;
use crate::state::webhook::body::WebhookKind;

/// Counts events.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    requests: BTreeMap<(&'static str, u16), u64>,
    messages: BTreeMap<(Channel, &'static str), u64>,
    statuses: BTreeMap<(Channel, &'static str), u64>,
    webhooks: BTreeMap<(&'static str, &'static str), u64>,
    webhook_ms: u64,
}

/// Gauges of the current state.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Gauges {
    pub(crate) workspaces: usize,
    pub(crate) messages: usize,
    pub(crate) conversations: usize,
    pub(crate) in_flight: usize,
    pub(crate) waiting: usize,
    pub(crate) planned: usize,
}

impl Metrics {
    pub(crate) fn count(&mut self, event: &Event) {
        match event {
            Event::Request(request) => {
                add(&mut self.requests, (endpoint(request), request.status));
            }
            Event::Webhook(webhook) => {
                add(&mut self.webhooks, (kind(webhook.kind), result(webhook)));
                self.webhook_ms = self.webhook_ms.saturating_add(webhook.took_ms);
            }
            Event::Reset(_) | Event::Missed(_) => {}
            Event::Message(message) if message.updated => {}
            Event::Message(message) => match message.status {
                None => add(
                    &mut self.messages,
                    (message.channel, direction(message.direction)),
                ),
                Some(status) => add(&mut self.statuses, (message.channel, Status::name(status))),
            },
        }
    }

    /// In the text format of Prometheus, version 0.0.4.
    pub(crate) fn text(&self, gauges: Gauges) -> String {
        let mut out = Text::default();
        out.counter(
            "requests_total",
            "Requests to the API, answered or broken off.",
        );
        for ((path, status), count) in &self.requests {
            out.sample(
                "requests_total",
                &[("path", path), ("status", &status.to_string())],
                *count,
            );
        }
        out.counter("messages_total", "Messages that were taken.");
        for ((channel, direction), count) in &self.messages {
            out.sample(
                "messages_total",
                &[("channel", channel.name()), ("direction", direction)],
                *count,
            );
        }
        out.counter("statuses_total", "States that messages came into.");
        for ((channel, status), count) in &self.statuses {
            out.sample(
                "statuses_total",
                &[("channel", channel.name()), ("status", status)],
                *count,
            );
        }
        out.counter("webhook_tries_total", "Tries of webhooks.");
        for ((kind, result), count) in &self.webhooks {
            out.sample(
                "webhook_tries_total",
                &[("kind", kind), ("result", result)],
                *count,
            );
        }
        out.counter(
            "webhook_tries_milliseconds_total",
            "How long the tries of webhooks took, all together.",
        );
        out.sample("webhook_tries_milliseconds_total", &[], self.webhook_ms);
        for (name, help, value) in [
            ("workspaces", "Workspaces that are open.", gauges.workspaces),
            ("messages", "Messages that are kept.", gauges.messages),
            (
                "conversations",
                "Conversations that are kept.",
                gauges.conversations,
            ),
            (
                "webhooks_posting",
                "Webhooks that are being posted.",
                gauges.in_flight,
            ),
            (
                "webhooks_waiting",
                "Webhooks that wait for a place at their receiver.",
                gauges.waiting,
            ),
            (
                "planned",
                "Things that are to happen by themselves.",
                gauges.planned,
            ),
        ] {
            out.gauge(name, help);
            out.sample(name, &[], u64::try_from(value).unwrap_or(u64::MAX));
        }
        out.0
    }
}

fn add<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K) {
    *counts.entry(key).or_default() += 1;
}

/// The path without what differs from message to message.
fn endpoint(request: &RequestEvent) -> &'static str {
    match request.path.as_str() {
        "/v1/messages" => "/v1/messages",
        "/v0.1/messages" => "/v0.1/messages",
        "/beta/messages" => "/beta/messages",
        "/v0.1/dispatch" => "/v0.1/dispatch",
        "/beta/workflows" => "/beta/workflows",
        path if path.starts_with("/v1/messages/") => "/v1/messages/{uuid}",
        _ => "other",
    }
}

const fn kind(kind: WebhookKind) -> &'static str {
    match kind {
        WebhookKind::Status => "status",
        WebhookKind::Inbound => "inbound",
        WebhookKind::Report => "report",
    }
}

const fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Outbound => "outbound",
        Direction::Inbound => "inbound",
    }
}

const fn result(webhook: &WebhookAttempt) -> &'static str {
    match (webhook.acknowledged, webhook.answer) {
        (true, _) => "acknowledged",
        (false, Some(_)) => "refused",
        (false, None) => "failed",
    }
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn counter(&mut self, name: &str, help: &str) {
        self.head(name, help, "counter");
    }

    fn gauge(&mut self, name: &str, help: &str) {
        self.head(name, help, "gauge");
    }

    fn head(&mut self, name: &str, help: &str, kind: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "# HELP messages_emulator_{name} {help}");
        let _ = writeln!(self.0, "# TYPE messages_emulator_{name} {kind}");
    }

    /// No value of a label here needs escaping.
    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: u64) {
        let labels: Vec<String> = labels
            .iter()
            .map(|(name, value)| format!("{name}=\"{value}\""))
            .collect();
        let labels = match labels.as_slice() {
            [] => String::new(),
            labels => format!("{{{}}}", labels.join(",")),
        };
        let _ = writeln!(self.0, "messages_emulator_{name}{labels} {value}");
    }
}
