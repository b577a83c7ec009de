//! `messages outbox`: durable sending, over a ledger that survives crashes.

mod add;
mod apply;
mod campaign;
mod control;
mod doctor;
mod erase;
mod list;
mod metrics;
#[cfg(feature = "postgres")]
mod postgres;
mod printer;
mod row;
mod run;
mod status;
pub(super) mod store;
pub(super) mod work;

use crate::error::CommandError;
use crate::exit::Exit;
use crate::settings::{Settings, runtime};
use clap::{Args, Subcommand};
use store::{Opened, StoreArgs};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  messages outbox add messages.ndjson
  messages outbox add --campaign spring --csv people.csv --template message.json
  messages outbox campaign report spring
  messages outbox status
  messages outbox list --state in_doubt
  messages outbox add journey.toml
  messages outbox list --runs

A message is stored before it is sent, once for each key; a crash neither loses nor doubles it. A message whose outcome is
unknown is `in_doubt` until a status webhook, or `resolve`, decides it.")]
pub(crate) struct OutboxArgs {
    #[command(flatten)]
    store: StoreArgs,

    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Stores messages, workflows and journeys; sends nothing
    Add(Box<add::AddArgs>),
    /// Sends the due rows, executes the runs, and receives webhooks
    Work(work::WorkArgs),
    /// Counts the rows by state and status
    Status,
    /// Lists rows, or runs of workflows and journeys
    List(list::ListArgs),
    /// Shows one row or run with its history
    Show(list::ShowArgs),
    /// Passes a signal to a run, which stops if its journey says so
    Signal(run::SignalArgs),
    /// Writes rows as JSON, one per line
    Export(list::ExportArgs),
    /// Stops the sends of rows, also of those added later to the same scope
    Pause(control::ScopeArgs),
    /// Ends a pause of exactly this scope, or of these rows
    Resume(control::ScopeArgs),
    /// Cancels rows that were not posted
    Cancel(control::CancelArgs),
    /// Decides rows in doubt
    Resolve(control::ResolveArgs),
    /// Campaigns: their progress and results
    Campaign(campaign::CampaignCommand),
    /// Applies stored webhooks
    Apply(apply::ApplyArgs),
    /// Erases the messages and recipients of finished rows
    Purge(erase::PurgeArgs),
    /// Erases recipients read from stdin, one per line, and suppresses them
    Forget,
    /// Declares that a restored backup may send
    Adopt,
    /// Creates the store's tables, or completes those of an earlier version
    Migrate(doctor::MigrateArgs),
    /// Checks the store, and suggests what to do
    Doctor,
}

impl OutboxArgs {
    pub(crate) fn run(self, settings: &Settings) -> Result<Exit, CommandError> {
        runtime()?.block_on(async {
            if let Action::Migrate(args) = &self.action {
                return args.run(settings, &self.store).await;
            }
            if let Action::Add(args) = &self.action
                && args.is_dry_run()
            {
                return args.dry_run(settings);
            }
            let opened = self.store.open().await?;
            let ran = self.action.run(settings, &opened).await;
            opened.close().await;
            ran
        })
    }
}

impl Action {
    async fn run(self, settings: &Settings, opened: &Opened) -> Result<Exit, CommandError> {
        let shared = opened.shared();
        let store = shared.as_ref();
        match self {
            Self::Add(args) => args.run(settings, store).await,
            Self::Work(args) => args.run(settings, shared).await,
            Self::Status => status::run(settings, store).await,
            Self::List(args) => args.run(settings, store).await,
            Self::Show(args) => args.run(settings, store).await,
            Self::Signal(args) => args.run(settings, store).await,
            Self::Export(args) => args.run(settings, store).await,
            Self::Pause(args) => args.pause(settings, store).await,
            Self::Resume(args) => args.resume(settings, store).await,
            Self::Cancel(args) => args.run(settings, store).await,
            Self::Resolve(args) => args.run(settings, store).await,
            Self::Campaign(command) => command.run(settings, store).await,
            Self::Apply(args) => args.run(settings, shared).await,
            Self::Purge(args) => args.run(settings, store).await,
            Self::Forget => erase::forget(settings, store).await,
            Self::Adopt => erase::adopt(settings, store).await,
            // It makes what `open` needs.
            Self::Migrate(_) => Ok(Exit::Done),
            Self::Doctor => doctor::run(settings, opened).await,
        }
    }
}
