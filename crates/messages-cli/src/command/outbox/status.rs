//! `outbox status`: counts and ages.

use std::collections::BTreeMap;

use messages_outbox::{OutboxStore, RunState, State, Status};
use serde::Serialize;

use super::store::failed;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::output::Line;
use crate::settings::Settings;

/// Counts and ages of one instant; the states add up to `total`.
#[derive(Serialize)]
struct StatusReport {
    states: BTreeMap<State, u64>,
    total: u64,
    statuses: BTreeMap<String, u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest_due_s: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest_sending_s: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest_in_doubt_s: Option<i64>,
    parked: u64,
    contradictions: u64,
    /// Number of runs by state; those that have not ended are `active`.
    runs: BTreeMap<&'static str, u64>,
    late_reads: u64,
    late_deliveries: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest_wake_s: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_webhook_s: Option<i64>,
    /// Age of the present outage of webhooks, while deadlines are held.
    #[serde(skip_serializing_if = "Option::is_none")]
    blind_s: Option<i64>,
    restored: bool,
}

/// Prints the counts of a store.
pub(super) async fn run(
    settings: &Settings,
    store: &dyn OutboxStore,
) -> Result<Exit, CommandError> {
    let status = store.status().await.map_err(failed)?;
    let report = StatusReport::new(status);
    settings.out.result(&report, StatusReport::lines)?;
    Ok(Exit::Done)
}

impl StatusReport {
    fn new(status: Status) -> Self {
        let now = status.now;
        let age = |since: Option<jiff::Timestamp>| {
            since.map(|since| now.duration_since(since).as_secs().max(0))
        };
        Self {
            total: status.total(),
            oldest_due_s: age(status.oldest_due),
            oldest_sending_s: age(status.oldest_sending),
            oldest_in_doubt_s: age(status.oldest_in_doubt),
            states: status.states,
            statuses: status.statuses,
            parked: status.parked,
            oldest_wake_s: age(status.next_wake.filter(|wake| *wake <= now)),
            last_webhook_s: age(status.last_webhook),
            blind_s: age(status.blind_since),
            late_reads: status.late_reads,
            late_deliveries: status.late_deliveries,
            runs: status
                .runs
                .into_iter()
                .map(|(state, count)| match state {
                    RunState::Running => ("active", count),
                    other => (other.as_str(), count),
                })
                .collect(),
            contradictions: status.contradictions,
            restored: status.restored,
        }
    }

    fn lines(&self) -> Vec<Line> {
        let mut lines = vec![Line::new().strong(format!("rows: {}", self.total))];
        let age = |state: State| match state {
            State::Queued => self
                .oldest_due_s
                .map(|age| format!("oldest due for {age} s")),
            State::Sending => self
                .oldest_sending_s
                .map(|age| format!("oldest for {age} s")),
            State::InDoubt => self
                .oldest_in_doubt_s
                .map(|age| format!("oldest for {age} s")),
            _ => None,
        };
        for (state, count) in self.states.iter().filter(|(_, count)| **count > 0) {
            let line = Line::new().plain(format!("{count:>9} "));
            let line = match state {
                State::Sent => line.good(state),
                State::InDoubt | State::Abandoned => line.warn(state),
                State::Failed | State::Expired => line.bad(state),
                _ => line.plain(state),
            };
            lines.push(match age(*state) {
                Some(age) => line.dim(format!(" ({age})")),
                None => line,
            });
        }
        for (status, count) in &self.statuses {
            lines.push(
                Line::new()
                    .plain(format!("{count:>9} sent, "))
                    .plain(status),
            );
        }
        if self.parked > 0 {
            let text = format!(
                "webhooks of unknown messages, kept for 72 hours: {}",
                self.parked
            );
            lines.push(Line::new().plain(text));
        }
        if self.contradictions > 0 {
            let text = format!(
                "webhooks that contradict the ledger: {}",
                self.contradictions
            );
            lines.push(Line::new().bad(text));
        }
        if self.runs.values().any(|count| *count > 0) {
            lines.push(Line::new().strong(format!("runs: {}", self.runs.values().sum::<u64>())));
        }
        for (state, count) in self.runs.iter().filter(|(_, count)| **count > 0) {
            let line = Line::new().plain(format!("{count:>9} "));
            let line = match *state {
                "completed" => line.good(state),
                "exhausted" | "in_doubt" => line.warn(state),
                "failed" => line.bad(state),
                _ => line.plain(state),
            };
            lines.push(match (*state, self.oldest_wake_s) {
                ("active", Some(age)) => line.dim(format!(" (oldest due for {age} s)")),
                _ => line,
            });
        }
        for (name, count) in [
            ("read", self.late_reads),
            ("delivered", self.late_deliveries),
        ] {
            if count > 0 {
                let text = format!("{count:>9} messages {name} after their run had moved on");
                lines.push(Line::new().plain(text));
            }
        }
        if let Some(age) = self.blind_s {
            let line = Line::new().bad(format!("blind for {age} s"));
            lines.push(line.plain(
                ": messages were accepted and no webhook comes, so that deadlines are held; check the receiver",
            ));
        }
        if self.restored {
            let line = Line::new().warn("a restored backup: nothing is sent");
            lines.push(line.plain(" until `messages outbox adopt`"));
        }
        lines
    }
}
