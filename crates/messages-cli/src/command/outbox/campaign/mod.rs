//! `outbox campaign`: campaigns, their progress and their results.

mod add;
mod report;
mod settings;

use clap::{Args, Subcommand};
use messages_outbox::{
    Affected, CampaignStore, Command, CommandRequest, Control, ControlRequest, OutboxStore, Scope,
    Selection,
};

use super::store::failed;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::output::Line;
use crate::settings::Settings;
pub(super) use add::Import;
pub(super) use settings::CampaignArgs;

/// Recipients and rows that a request changes at most.
const AT_ONCE: u32 = 2_000;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  messages outbox add --campaign spring --csv people.csv --template message.json
  messages outbox campaign list
  messages outbox campaign report spring
  messages outbox campaign pause spring

A worker (`messages outbox work`) renders the message of a recipient when it is its turn, and sends it.")]
pub(super) struct CampaignCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Lists the campaigns
    List,
    /// Counts the recipients of a campaign by state, status and variant
    Report(report::ReportArgs),
    /// Writes the recipients of a campaign as JSON, one per line, without their numbers
    Export(NameArgs),
    /// Stops a campaign
    Pause(NameArgs),
    /// Ends a pause; earlier failures do not count any more
    Resume(NameArgs),
    /// Ends a campaign: what was not sent is not sent
    Cancel(NameArgs),
}

#[derive(Debug, Args)]
struct NameArgs {
    /// Name of the campaign
    #[arg(value_name = "NAME")]
    name: String,
}

impl CampaignCommand {
    pub(super) async fn run(
        self,
        settings: &Settings,
        store: &dyn OutboxStore,
    ) -> Result<Exit, CommandError> {
        let campaigns = campaigns(store)?;
        let (name, control, text) = match self.action {
            Action::List => return report::list(settings, campaigns).await,
            Action::Report(args) => return args.run(settings, campaigns).await,
            Action::Export(args) => return report::export(settings, campaigns, &args.name).await,
            Action::Pause(args) => (args.name, Control::Pause, ["was paused already", "paused"]),
            Action::Resume(args) => (args.name, Control::Resume, ["was not paused", "resumed"]),
            Action::Cancel(args) => (args.name, Control::Cancel, ["cancelled"; 2]),
        };
        let affected = apply(store, &name, control).await?;
        let affected = affected.ok_or_else(|| unknown(&name))?;
        let text = text[usize::from(affected.count > 0)];
        let object = serde_json::json!({"changed": affected.count});
        settings
            .out
            .result(&object, |_| vec![Line::new().plain(text)])?;
        Ok(Exit::Done)
    }
}

/// The campaigns of a store.
pub(super) fn campaigns(store: &dyn OutboxStore) -> Result<&dyn CampaignStore, CommandError> {
    store
        .campaigns()
        .ok_or_else(|| CommandError::usage("this store does not have campaigns"))
}

fn unknown(name: &str) -> CommandError {
    CommandError::invalid(format!("the outbox does not have the campaign `{name}`"))
        .hint("`messages outbox campaign list` lists the campaigns")
}

/// Pauses, resumes or cancels a campaign with its rows. `None` if the store does not have it.
pub(super) async fn apply(
    store: &dyn OutboxStore,
    name: &str,
    control: Control,
) -> Result<Option<Affected>, CommandError> {
    let Some(campaigns) = store.campaigns() else {
        return Ok(None);
    };
    let request = ControlRequest {
        name: name.to_owned(),
        control,
        limit: AT_ONCE,
    };
    let mut sum = Affected::default();
    loop {
        let affected = campaigns.control_campaign(&request).await.map_err(failed)?;
        let Some(affected) = affected else {
            return Ok(None);
        };
        sum.count += affected.count;
        if !affected.more {
            break;
        }
    }
    if control == Control::Cancel {
        let request = CommandRequest {
            selection: Selection::Scope(Scope::Campaign(name.to_owned())),
            command: Command::Cancel,
            by: "messages-cli".to_owned(),
            limit: AT_ONCE,
        };
        loop {
            let affected = store.command(&request).await.map_err(failed)?;
            sum.count += affected.count;
            if !affected.more {
                break;
            }
        }
    }
    Ok(Some(sum))
}

/// Amount in millionths as a decimal number with at least two decimals.
fn amount(millionths: u64) -> String {
    let decimals = format!("{:06}", millionths % 1_000_000);
    let trimmed = decimals.trim_end_matches('0');
    format!("{}.{trimmed:0<2}", millionths / 1_000_000)
}
