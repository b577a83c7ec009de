//! `outbox list --runs`, `show RUN`, `cancel RUN` and `signal`: runs of workflows and journeys.

use clap::Args;
use jiff::Timestamp;
use messages_outbox::run::{RunEntry, RunMessage};
use messages_outbox::{
    OutboxStore, Run, RunDetail, RunFilter, RunId, RunListRequest, RunState, State,
};
use serde::Serialize;
use serde_json::value::RawValue;

use super::row::RowReport;
use super::store::failed;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::output::Line;
use crate::settings::Settings;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  messages outbox signal 01a7c0de-… booked")]
pub(super) struct SignalArgs {
    /// ID of the run
    #[arg(value_name = "RUN")]
    run: RunId,

    /// Name of the signal, as in the journey's `stop_on`
    #[arg(value_name = "NAME")]
    name: String,
}

impl SignalArgs {
    pub(super) async fn run(
        self,
        settings: &Settings,
        store: &dyn OutboxStore,
    ) -> Result<Exit, CommandError> {
        if store.show_run(self.run).await.map_err(failed)?.is_none() {
            return Err(no_run(self.run));
        }
        let stopped = store.signal(self.run, &self.name).await;
        let stopped = stopped.map_err(failed)?;
        let object = serde_json::json!({"run": self.run, "stopped": stopped});
        settings.out.result(&object, |_| {
            vec![Line::new().plain(if stopped {
                "stopped"
            } else {
                "unchanged: the run has ended, or does not stop on this signal"
            })]
        })?;
        Ok(Exit::Done)
    }
}

fn no_run(run: RunId) -> CommandError {
    CommandError::invalid(format!("the outbox has no run {run}"))
        .hint("`messages outbox list --runs` lists the runs; another file is named with --store")
}

/// A run for machines.
#[derive(Serialize)]
pub(super) struct RunReport<'a> {
    id: RunId,
    run: bool,
    state: RunState,
    since: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    wake_at: Option<Timestamp>,
    /// Number of the current step, from 1.
    step: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    account: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    campaign: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tags: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    send_before: Option<Timestamp>,
    enqueued_at: Timestamp,
    messages: Vec<MessageReport<'a>>,
    late_reads: u32,
    late_deliveries: u32,
    purged: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<Vec<RowReport<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    history: Option<Vec<EntryReport<'a>>>,
}

/// A message of a run.
#[derive(Serialize)]
struct MessageReport<'a> {
    number: u8,
    step: usize,
    state: State,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_uuid: Option<&'a str>,
}

/// An entry of a run's history.
#[derive(Serialize)]
struct EntryReport<'a> {
    at: Timestamp,
    step: usize,
    event: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
}

impl<'a> From<&'a RunMessage> for MessageReport<'a> {
    fn from(message: &'a RunMessage) -> Self {
        Self {
            number: message.number,
            step: message.step + 1,
            state: message.state,
            status: message.status.as_ref().map(ToString::to_string),
            code: message.code,
            message_uuid: message.message_uuid.as_deref(),
        }
    }
}

impl<'a> From<&'a RunEntry> for EntryReport<'a> {
    fn from(entry: &'a RunEntry) -> Self {
        Self {
            at: entry.at,
            step: entry.step + 1,
            event: &entry.event,
            detail: entry.detail.as_deref(),
        }
    }
}

impl<'a> RunReport<'a> {
    fn new(run: &'a Run) -> Self {
        let progress = &run.progress;
        let report = progress.report.as_deref();
        Self {
            id: run.id,
            run: true,
            state: run.state,
            since: run.since,
            wake_at: run.wake_at,
            step: progress.step + 1,
            key: run.details.key.as_deref(),
            account: &run.details.account,
            campaign: run.details.campaign.as_deref(),
            tags: &run.details.tags,
            send_before: run.details.send_before,
            enqueued_at: run.details.enqueued_at,
            messages: progress.messages.iter().map(MessageReport::from).collect(),
            late_reads: progress.late_reads,
            late_deliveries: progress.late_deliveries,
            purged: run.purged,
            report: report.and_then(|report| serde_json::from_str(report).ok()),
            document: None,
            rows: None,
            history: None,
        }
    }

    fn of_detail(detail: &'a RunDetail) -> Self {
        let document = detail.document.as_deref();
        Self {
            document: document.and_then(|document| serde_json::from_slice(document).ok()),
            rows: Some(detail.rows.iter().map(RowReport::new).collect()),
            history: Some(
                detail
                    .run
                    .progress
                    .history
                    .iter()
                    .map(EntryReport::from)
                    .collect(),
            ),
            ..Self::new(&detail.run)
        }
    }

    fn line(&self) -> Line {
        let line = state(Line::new().plain(self.id).plain(" "), self.state);
        let line = line.plain(format!(" step {}", self.step));
        let line = match self.messages.last() {
            Some(message) => {
                let status = message.status.clone();
                let status = status.unwrap_or_else(|| message.state.to_string());
                line.plain(" ").plain(status)
            }
            None => line,
        };
        match self.campaign {
            Some(campaign) => line.dim(" campaign ").plain(campaign),
            None => line,
        }
    }

    /// The human-readable timeline behind the line.
    fn details(&self, show: bool) -> Vec<Line> {
        let late = [
            ("late reads", self.late_reads),
            ("late deliveries", self.late_deliveries),
        ];
        let late = late
            .iter()
            .filter(|(_, count)| *count > 0)
            .map(|(name, count)| (*name, count.to_string()));
        let fields = [
            ("since", Some(self.since.to_string())),
            ("wakes at", self.wake_at.map(|at| at.to_string())),
            ("key", self.key.map(str::to_owned)),
        ];
        let fields = fields
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .chain(late)
            .map(|(name, value)| Line::new().dim(format!("  {name:<16}")).plain(value));
        let rows = self.rows.iter().flatten();
        let rows = rows.map(|row| Line::new().dim("  message ").append(row.line(show)));
        let history = self.history.iter().flatten().map(|entry| {
            let line = Line::new().dim(format!("  {} ", entry.at));
            let line = line
                .plain(format!("step {}: ", entry.step))
                .plain(entry.event);
            match entry.detail {
                Some(detail) => line.dim(" (").plain(detail).dim(")"),
                None => line,
            }
        });
        let report = self
            .report
            .map(|report| Line::new().dim("  report  ").plain(report.get()));
        fields.chain(rows).chain(history).chain(report).collect()
    }
}

/// Appends a state in the colour of its kind.
fn state(line: Line, state: RunState) -> Line {
    match state {
        RunState::Completed => line.good(state),
        RunState::Exhausted | RunState::InDoubt => line.warn(state),
        RunState::Failed => line.bad(state),
        _ => line.plain(state),
    }
}

/// Prints a page of runs.
pub(super) async fn list(
    settings: &Settings,
    store: &dyn OutboxStore,
    filter: RunFilter,
    after: Option<RunId>,
    limit: u32,
) -> Result<Exit, CommandError> {
    let mut request = RunListRequest {
        filter,
        after,
        limit,
    };
    let runs = store.list_runs(&request).await.map_err(failed)?;
    for run in &runs {
        let report = RunReport::new(run);
        settings.out.result(&report, |report| vec![report.line()])?;
    }
    if let Some(last) = runs.last() {
        request.after = Some(last.id);
        request.limit = 1;
        if !store.list_runs(&request).await.map_err(failed)?.is_empty() {
            let text = format!(
                "there are more: --limit lists more, --after {} the next ones",
                last.id
            );
            settings.out.note(&Line::new().dim(text));
        }
    }
    Ok(Exit::Done)
}

/// Prints a run with its rows and its timeline; `None` if the store has no run of this ID.
pub(super) async fn show(
    settings: &Settings,
    store: &dyn OutboxStore,
    run: RunId,
    show: bool,
) -> Result<Option<Exit>, CommandError> {
    let Some(detail) = store.show_run(run).await.map_err(failed)? else {
        return Ok(None);
    };
    let report = RunReport::of_detail(&detail);
    settings.out.result(&report, |report| {
        let mut lines = vec![report.line()];
        lines.extend(report.details(show));
        if let Some(document) = report.document.filter(|_| show) {
            lines.push(Line::new().dim("  document ").plain(document.get()));
        }
        lines
    })?;
    Ok(Some(Exit::Done))
}
