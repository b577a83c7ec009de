//! `outbox pause`, `resume`, `cancel` and `resolve`.

use clap::{ArgGroup, Args, value_parser};
use messages_outbox::row::Resolution;
use messages_outbox::{
    Affected, Command, CommandRequest, Control, OutboxStore, RowId, RunId, Scope, Selection,
};

use super::campaign;
use super::list::ScopeFilter;
use super::store::failed;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::output::Line;
use crate::settings::Settings;

/// Rows that a request changes at most; larger selections take several.
const AT_ONCE: u32 = 10_000;

/// Name for the history of rows.
#[derive(Debug, Args)]
struct ByArgs {
    /// Name of the operator, for the history of the rows
    #[arg(
        long,
        value_name = "NAME",
        env = "USER",
        hide_env = true,
        default_value = "messages-cli"
    )]
    by: String,
}

#[derive(Debug, Args)]
pub(super) struct ScopeArgs {
    #[command(flatten)]
    scope: ScopeFilter,

    /// IDs of rows; without any, and without a scope, all rows
    #[arg(value_name = "ID", conflicts_with_all = ["campaign", "sender", "channel"])]
    ids: Vec<RowId>,

    #[command(flatten)]
    by: ByArgs,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("rows").required(true).args(["ids", "campaign", "sender", "channel", "all"]))]
pub(super) struct CancelArgs {
    #[command(flatten)]
    scope: ScopeFilter,

    /// All rows
    #[arg(long)]
    all: bool,

    /// IDs of rows or runs: a run is cancelled with its rows
    #[arg(value_name = "ID")]
    ids: Vec<RowId>,

    #[command(flatten)]
    by: ByArgs,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("decision").required(true).args(["sent", "abandon", "resend"]))]
#[command(group = ArgGroup::new("rows").required(true).args(["ids", "all"]))]
pub(super) struct ResolveArgs {
    /// The messages were accepted
    #[arg(long)]
    sent: bool,

    /// Gives the messages up
    #[arg(long)]
    abandon: bool,

    /// Sends the messages again, under new references: their recipients may get them twice
    #[arg(long)]
    resend: bool,

    /// All rows in doubt
    #[arg(long, requires = "at_most")]
    all: bool,

    /// Most rows to decide
    #[arg(long, value_name = "N", requires = "all", value_parser = value_parser!(u32).range(1..))]
    at_most: Option<u32>,

    /// IDs of rows
    #[arg(value_name = "ID")]
    ids: Vec<RowId>,

    #[command(flatten)]
    by: ByArgs,
}

impl ScopeArgs {
    pub(super) async fn pause(
        self,
        settings: &Settings,
        store: &dyn OutboxStore,
    ) -> Result<Exit, CommandError> {
        self.apply(settings, store, Command::Pause).await
    }

    pub(super) async fn resume(
        self,
        settings: &Settings,
        store: &dyn OutboxStore,
    ) -> Result<Exit, CommandError> {
        self.apply(settings, store, Command::Resume).await
    }

    async fn apply(
        self,
        settings: &Settings,
        store: &dyn OutboxStore,
        command: Command,
    ) -> Result<Exit, CommandError> {
        let wanted = self.ids.len();
        let of_campaign = match (&self.scope.campaign, command) {
            (Some(name), Command::Pause) => campaign::apply(store, name, Control::Pause).await?,
            (Some(name), _) => campaign::apply(store, name, Control::Resume).await?,
            _ => None,
        };
        let affected = match of_campaign {
            Some(affected) => affected,
            None => {
                let selection = selection(self.ids, self.scope.scope());
                change(store, selection, command, &self.by.by, None).await?
            }
        };
        if wanted > 0 {
            return report(settings, affected, Some(wanted), "changed");
        }
        let text = match (command, affected.count) {
            (Command::Pause, 0) => "was paused already",
            (Command::Pause, _) => "paused",
            (_, 0) => "was not paused",
            _ => "resumed",
        };
        let object = serde_json::json!({"changed": affected.count});
        settings
            .out
            .result(&object, |_| vec![Line::new().plain(text)])?;
        Ok(Exit::Done)
    }
}

impl CancelArgs {
    pub(super) async fn run(
        self,
        settings: &Settings,
        store: &dyn OutboxStore,
    ) -> Result<Exit, CommandError> {
        let wanted = (!self.ids.is_empty()).then_some(self.ids.len());
        let (mut ids, mut runs) = (Vec::new(), 0);
        for id in self.ids {
            match id.to_string().parse::<RunId>() {
                Ok(run) if store.show_run(run).await.map_err(failed)?.is_some() => {
                    let cancelled = store.cancel_run(run, &self.by.by).await;
                    runs += u64::from(cancelled.map_err(failed)?);
                }
                _ => ids.push(id),
            }
        }
        let mut affected = Affected::default();
        if let Some(name) = &self.scope.campaign {
            let of_campaign = campaign::apply(store, name, Control::Cancel).await?;
            affected.count += of_campaign.unwrap_or_default().count;
        }
        if wanted.is_none() || !ids.is_empty() {
            let selection = selection(ids, self.scope.scope());
            let changed = change(store, selection, Command::Cancel, &self.by.by, None).await?;
            affected.count += changed.count;
            affected.more = changed.more;
        }
        affected.count += runs;
        report(settings, affected, wanted, "cancelled")
    }
}

impl ResolveArgs {
    pub(super) async fn run(
        self,
        settings: &Settings,
        store: &dyn OutboxStore,
    ) -> Result<Exit, CommandError> {
        let resolution = match (self.sent, self.abandon) {
            (true, _) => Resolution::Sent,
            (_, true) => Resolution::Abandon,
            _ => Resolution::Resend,
        };
        let wanted = (!self.ids.is_empty()).then_some(self.ids.len());
        let selection = selection(self.ids, None);
        let command = Command::Resolve(resolution);
        let affected = change(store, selection, command, &self.by.by, self.at_most).await?;
        report(settings, affected, wanted, "resolved")
    }
}

fn selection(ids: Vec<RowId>, scope: Option<Scope>) -> Selection {
    if ids.is_empty() {
        Selection::Scope(scope.unwrap_or(Scope::All))
    } else {
        Selection::Rows(ids)
    }
}

/// Applies a command to all rows of a selection, at most to `limit`.
async fn change(
    store: &dyn OutboxStore,
    selection: Selection,
    command: Command,
    by: &str,
    limit: Option<u32>,
) -> Result<Affected, CommandError> {
    let mut sum = Affected::default();
    loop {
        let left = limit.map(|limit| u64::from(limit).saturating_sub(sum.count));
        let left = left.map_or(AT_ONCE, |left| u32::try_from(left).unwrap_or(AT_ONCE));
        let request = CommandRequest {
            selection: selection.clone(),
            command,
            by: by.to_owned(),
            limit: left.min(AT_ONCE),
        };
        let affected = store.command(&request).await.map_err(failed)?;
        sum.count += affected.count;
        sum.more = affected.more;
        let is_limit = limit.is_some_and(|limit| sum.count >= u64::from(limit));
        if !affected.more || affected.count == 0 || is_limit {
            return Ok(sum);
        }
    }
}

/// Prints the number of changed rows. Named rows that could not be changed are a failure.
fn report(
    settings: &Settings,
    affected: Affected,
    wanted: Option<usize>,
    name: &str,
) -> Result<Exit, CommandError> {
    let mut object = serde_json::json!({ name: affected.count });
    if affected.more {
        object["more"] = true.into();
    }
    settings.out.result(&object, |_| {
        let line = Line::new().plain(format!("rows {name}: {}", affected.count));
        vec![if affected.more {
            line.warn("; there are more")
        } else {
            line
        }]
    })?;
    let unchanged = wanted.map_or(0, |wanted| (wanted as u64).saturating_sub(affected.count));
    if unchanged == 0 {
        return Ok(Exit::Done);
    }
    let text =
        format!(": rows that are missing, or in a state that does not allow it: {unchanged}");
    settings
        .out
        .note(&Line::new().warn("unchanged").plain(text));
    Ok(Exit::Batch)
}
