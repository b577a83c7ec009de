//! `outbox list`, `show` and `export`.

use std::fmt::Display;
use std::str::FromStr;

use clap::{Args, value_parser};
use messages_outbox::{
    Filter, ListRequest, OutboxStore, Row, RowId, RunFilter, RunId, RunState, Scope, State,
};
use serde_json::value::RawValue;

use super::row::{EntryReport, RowReport};
use super::run;
use super::store::failed;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::output::Line;
use crate::settings::Settings;

/// Rows that are read at once.
const PAGE: u32 = 1_000;

/// Filter of rows.
#[derive(Debug, Args)]
struct FilterArgs {
    /// State: queued, claimed, sending, in_doubt, sent, failed, expired, cancelled, suppressed or abandoned
    #[arg(long, value_name = "STATE")]
    state: Option<String>,

    #[command(flatten)]
    scope: ScopeFilter,
}

/// At most one scope.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(super) struct ScopeFilter {
    /// Rows of this campaign
    #[arg(long, value_name = "NAME")]
    pub(super) campaign: Option<String>,

    /// Rows of this sender
    #[arg(long, value_name = "SENDER")]
    pub(super) sender: Option<String>,

    /// Rows of this channel, such as sms
    #[arg(long, value_name = "CHANNEL")]
    pub(super) channel: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    filter: FilterArgs,

    /// Lists runs instead, with --state of running, completed, exhausted, failed, stopped, cancelled or in_doubt
    #[arg(long, conflicts_with_all = ["sender", "channel", "show"])]
    runs: bool,

    /// Most rows or runs
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = value_parser!(u32).range(1..))]
    limit: u32,

    /// Lists the rows or runs after this one
    #[arg(long, value_name = "ID")]
    after: Option<RowId>,

    /// Shows whole recipients, which are masked otherwise
    #[arg(long)]
    show: bool,
}

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    filter: FilterArgs,
}

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// ID of the row or run
    #[arg(value_name = "ID")]
    id: RowId,

    /// Shows the whole recipient and the document
    #[arg(long)]
    show: bool,
}

/// Reads the name of a state, one of `names`.
fn state_of<S: FromStr + Display>(
    name: Option<&str>,
    all: impl IntoIterator<Item = S>,
) -> Result<Option<S>, CommandError> {
    let Some(name) = name else { return Ok(None) };
    name.parse().map(Some).map_err(|_| {
        let names: Vec<String> = all.into_iter().map(|state| state.to_string()).collect();
        CommandError::usage(format!("--state must be one of {}", names.join(", ")))
    })
}

impl ScopeFilter {
    pub(super) fn scope(&self) -> Option<Scope> {
        let campaign = self.campaign.clone().map(Scope::Campaign);
        let sender = self.sender.clone().map(Scope::Sender);
        campaign
            .or(sender)
            .or_else(|| self.channel.clone().map(Scope::Channel))
    }
}

impl FilterArgs {
    fn rows(&self) -> Result<Filter, CommandError> {
        Ok(Filter {
            state: state_of(self.state.as_deref(), State::ALL)?,
            scope: self.scope.scope(),
            ..Filter::default()
        })
    }

    fn runs(&self) -> Result<RunFilter, CommandError> {
        Ok(RunFilter {
            state: state_of(self.state.as_deref(), RunState::ALL)?,
            campaign: self.scope.campaign.clone(),
            ..RunFilter::default()
        })
    }
}

impl ListArgs {
    pub(super) async fn run(
        self,
        settings: &Settings,
        store: &dyn OutboxStore,
    ) -> Result<Exit, CommandError> {
        if self.runs {
            let after = self.after.map(RunId::of);
            return run::list(settings, store, self.filter.runs()?, after, self.limit).await;
        }
        let (filter, mut after, mut left) = (self.filter.rows()?, self.after, self.limit);
        while left > 0 {
            let rows = page(store, &filter, after, left.min(PAGE)).await?;
            let Some(last) = rows.last() else {
                return Ok(Exit::Done);
            };
            after = Some(last.id);
            left -= left.min(rows.len() as u32);
            for row in &rows {
                let report = RowReport::new(row);
                settings
                    .out
                    .result(&report, |report| vec![report.line(self.show)])?;
            }
        }
        if let Some(after) = after
            && !page(store, &filter, Some(after), 1).await?.is_empty()
        {
            let text = format!("there are more: --limit lists more, --after {after} the next ones");
            settings.out.note(&Line::new().dim(text));
        }
        Ok(Exit::Done)
    }
}

impl ExportArgs {
    pub(super) async fn run(
        self,
        settings: &Settings,
        store: &dyn OutboxStore,
    ) -> Result<Exit, CommandError> {
        let (filter, mut after) = (self.filter.rows()?, None);
        loop {
            let rows = page(store, &filter, after, PAGE).await?;
            let Some(last) = rows.last() else {
                return Ok(Exit::Done);
            };
            after = Some(last.id);
            let reports: Vec<RowReport<'_>> = rows.iter().map(RowReport::new).collect();
            settings.out.objects(&reports)?;
        }
    }
}

impl ShowArgs {
    pub(super) async fn run(
        self,
        settings: &Settings,
        store: &dyn OutboxStore,
    ) -> Result<Exit, CommandError> {
        if let Ok(run) = self.id.to_string().parse()
            && let Some(exit) = run::show(settings, store, run, self.show).await?
        {
            return Ok(exit);
        }
        let shown = store.show(self.id).await.map_err(failed)?;
        let shown = shown.ok_or_else(|| {
            CommandError::invalid(format!("the outbox has no row or run {}", self.id)).hint(
                "`messages outbox list` lists the rows, with --runs the runs; another file is named with --store",
            )
        })?;
        let mut report = RowReport::new(&shown.row);
        let document = shown.payload.as_deref();
        report.document =
            document.and_then(|document| serde_json::from_slice::<&RawValue>(document).ok());
        report.history = Some(shown.history.iter().map(EntryReport::new).collect());
        settings.out.result(&report, |report| {
            let mut lines = vec![report.line(self.show)];
            lines.extend(report.details());
            if let Some(document) = report.document.filter(|_| self.show) {
                lines.push(Line::new().dim("  message     ").plain(document.get()));
            }
            lines
        })?;
        Ok(Exit::Done)
    }
}

async fn page(
    store: &dyn OutboxStore,
    filter: &Filter,
    after: Option<RowId>,
    limit: u32,
) -> Result<Vec<Row>, CommandError> {
    let request = ListRequest {
        filter: filter.clone(),
        after,
        limit,
    };
    store.list(&request).await.map_err(failed)
}
