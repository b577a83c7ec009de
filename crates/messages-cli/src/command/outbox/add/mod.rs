//! `outbox add`: stores messages, workflows and journeys.

mod adding;
mod draft;

use std::path::PathBuf;

use adding::Adding;
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use messages_outbox::campaign::Campaign;
use messages_outbox::{OutboxStore, Priority};
use messages_sdk::types::Url;

use super::campaign::{CampaignArgs, Import, campaigns};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::output::Output;
use crate::send::input::{Opened, Source, TableArgs, print_all_invalid};
use crate::settings::Settings;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  messages outbox add messages.ndjson
  messages outbox add --key /client_ref --campaign spring --send-before 2026-12-01T20:00:00Z messages.ndjson
  messages outbox add --csv people.csv --template message.json --window 09:00-20:00
  messages outbox add --campaign spring --csv people.csv --template message.json --ramp 5:100:600 --dry-run
  messages outbox add journey.toml

Workflows and journeys become runs: `outbox work` sends their steps over v1, and waits for the statuses of their messages.

The key makes a repetition harmless: a document whose key is stored already adds nothing, and one that differs from the stored
one is a conflict. Without --key, the key is a digest of the campaign and the document, recipient included.")]
pub(super) struct AddArgs {
    /// Files of messages, workflows and journeys: JSON documents, arrays, or one document per line, or one document as TOML
    /// if the name ends so; `-` or none reads JSON from stdin
    #[arg(value_name = "FILE", conflicts_with = "csv")]
    files: Vec<PathBuf>,

    #[command(flatten)]
    table: TableArgs,

    /// The message that the rows of --csv are filled into; of a campaign, also a workflow or journey, and without --csv JSON
    /// objects with the values of its placeholders, one per line
    #[arg(long, value_name = "FILE")]
    template: Option<PathBuf>,

    /// Stores the valid messages of an input that has invalid ones too; without it, a file is checked first, and nothing is
    /// stored. Messages from a pipe are stored as they come
    #[arg(long)]
    skip_invalid: bool,

    /// JSON pointer to the key in each document, such as /client_ref
    #[arg(long, value_name = "POINTER", value_parser = pointer)]
    key: Option<String>,

    /// Campaign of the messages. With --template and without --key, the template and the recipients are stored, and a worker
    /// renders each message when it is its turn
    #[arg(long, value_name = "NAME")]
    campaign: Option<String>,

    /// Earliest time of sending, such as 2026-12-01T09:00:00+01:00
    #[arg(long, value_name = "TIME", value_parser = time)]
    send_at: Option<Timestamp>,

    /// Time after which the messages must not be sent any more
    #[arg(long, value_name = "TIME", value_parser = time)]
    send_before: Option<Timestamp>,

    /// Precedence over other due messages of the same sender and channel: high, normal or low
    #[arg(long, value_name = "PRIORITY", default_value = "normal", value_parser = priority)]
    priority: Priority,

    /// Engine that executes workflows
    #[arg(long, value_enum, value_name = "ENGINE", default_value_t = Engine::Outbox)]
    engine: Engine,

    /// URL that the final report of a workflow is posted to, at least once
    #[arg(long, value_name = "URL", value_parser = url)]
    report_url: Option<String>,

    #[command(flatten)]
    campaign_options: CampaignArgs,
}

/// Engine that executes workflows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Engine {
    /// The outbox, over v1
    Outbox,
    /// The API: they are posted to /v0.1/dispatch as they are
    Api,
}

fn pointer(text: &str) -> Result<String, String> {
    if text.starts_with('/') {
        Ok(text.to_owned())
    } else {
        Err("must be a JSON pointer, which begins with `/`".to_owned())
    }
}

fn url(text: &str) -> Result<String, String> {
    <Url>::new(text)
        .map(String::from)
        .map_err(|invalid| invalid.to_string())
}

fn time(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| {
        "must be a time with its offset from UTC, such as 2026-12-01T09:00:00+01:00".to_owned()
    })
}

fn priority(name: &str) -> Result<Priority, String> {
    match name {
        "high" => Ok(Priority::High),
        "normal" => Ok(Priority::Normal),
        "low" => Ok(Priority::Low),
        _ => Err("must be high, normal or low".to_owned()),
    }
}

impl AddArgs {
    pub(super) async fn run(
        self,
        settings: &Settings,
        store: &dyn OutboxStore,
    ) -> Result<Exit, CommandError> {
        self.check_times()?;
        if let Some((import, inputs)) = self.import(settings)? {
            return import.run(campaigns(store)?, inputs).await;
        }
        if self.template.is_some() && self.table.csv.is_none() {
            return Err(CommandError::usage("--template needs --csv or --campaign"));
        }
        let mut inputs = self.open(settings.out)?;
        let mut adding = Adding::new(&self, settings, store);
        for input in &mut inputs {
            if input.is_repeatable() && !self.skip_invalid {
                let invalid =
                    print_all_invalid(settings.out, input, |item| self.draft(item).map(drop))?;
                adding.add_invalid(invalid);
            }
        }
        if adding.has_invalid() {
            return adding.refuse();
        }
        for input in inputs {
            adding.add(input).await?;
        }
        adding.end()
    }

    pub(super) const fn is_dry_run(&self) -> bool {
        self.campaign_options.dry_run
    }

    /// Prints the totals of a campaign. Neither needs nor creates a store.
    pub(super) fn dry_run(&self, settings: &Settings) -> Result<Exit, CommandError> {
        self.check_times()?;
        let (import, inputs) = self
            .import(settings)?
            .ok_or_else(|| CommandError::usage("--dry-run needs --campaign and --template"))?;
        import.dry_run(inputs)
    }

    fn check_times(&self) -> Result<(), CommandError> {
        match (self.send_at, self.send_before) {
            (Some(at), Some(before)) if before <= at => Err(CommandError::usage(
                "--send-before must be later than --send-at",
            )),
            _ => Ok(()),
        }
    }

    /// The import of a campaign's recipients, with its inputs. `None` if these are single messages.
    fn import(
        &self,
        settings: &Settings,
    ) -> Result<Option<(Import<'_>, Vec<Opened>)>, CommandError> {
        let (Some(name), Some(template), None) = (&self.campaign, &self.template, &self.key) else {
            return Ok(None);
        };
        if self.report_url.is_some() || self.engine == Engine::Api {
            return Err(CommandError::usage(
                "--report-url and --engine api are not options of a campaign",
            ));
        }
        let options = &self.campaign_options;
        let mut campaign = options.settings(template)?;
        campaign.priority = self.priority;
        campaign.send_at = self.send_at;
        campaign.send_before = self.send_before;
        let others = options.other_columns(&campaign);
        let sources = match self.table.source_with(Some(template), &others)? {
            Some(table) => vec![table],
            None => self.documents(),
        };
        let inputs = sources.into_iter().map(Source::open);
        let inputs: Vec<Opened> = inputs.collect::<Result<_, _>>()?;
        let import = Import {
            campaign: Campaign::new(name, campaign, Timestamp::now()),
            zone_column: options.zone_column.as_deref(),
            out: settings.out,
            skip_invalid: self.skip_invalid,
            allow_duplicates: self.table.allow_duplicates,
        };
        Ok(Some((import, inputs)))
    }

    fn documents(&self) -> Vec<Source> {
        match &*self.files {
            [] => vec![Source::Json(PathBuf::from("-"))],
            files => files.iter().cloned().map(Source::Json).collect(),
        }
    }

    /// Opens every input first: a mistyped name leaves nothing behind.
    fn open(&self, out: Output) -> Result<Vec<Opened>, CommandError> {
        let sources = match self.table.source(self.template.as_deref())? {
            Some(table) => vec![table],
            None => self.documents(),
        };
        let mut inputs = Vec::new();
        for source in sources {
            let mut input = source.open()?;
            if !self.table.allow_duplicates {
                input.warn_of_duplicates(out)?;
            }
            inputs.push(input);
        }
        Ok(inputs)
    }
}
