//! `messages workflow`: a failover workflow of v0.1, and drawings of workflows and journeys.

mod draw;
mod graph;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use messages_sdk::types::{Document, Submission, v0_1};

use super::send::{PathName, print_report};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::document::read_document;
use crate::send::{self, SendReport};
use crate::settings::{Settings, runtime};
use crate::usage::text;

#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "\
Examples:
  messages workflow --file workflow.json --dry-run
  messages workflow draw workflow.json"
)]
pub(crate) struct WorkflowArgs {
    #[command(subcommand)]
    action: Option<WorkflowAction>,

    /// The workflow as JSON; `-` reads stdin
    #[arg(long, value_name = "FILE", required = true)]
    file: Option<PathBuf>,

    /// The path to post to: beta is that of 2018
    #[arg(long, value_enum, value_name = "PATH")]
    path: Option<PathName>,

    /// Your own reference for the workflow's messages, unless they have one; by default one is minted for each run, and
    /// `none` sends without
    #[arg(long, value_name = "REF", allow_hyphen_values = true, value_parser = text)]
    client_ref: Option<String>,

    /// Prints the request as it would go out, and sends nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Subcommand)]
enum WorkflowAction {
    /// Draws a workflow or a journey: its steps, and what follows each of them
    Draw(draw::DrawArgs),
}

impl WorkflowArgs {
    pub(crate) fn run(self, settings: &Settings) -> Result<Exit, CommandError> {
        if let Some(WorkflowAction::Draw(args)) = self.action {
            return args.run(settings);
        }
        let value = read_document(self.file.as_deref())?;
        let submission = match v0_1::Workflow::from_value(value) {
            Ok(workflow) => Submission::Workflow(workflow),
            Err(error) => {
                return print_report(
                    settings,
                    SendReport::invalid(0, None, &send::problems(error)),
                );
            }
        };
        let path = self.path.into();
        if self.dry_run {
            return runtime()?.block_on(send::dry_run(settings, submission, path));
        }
        let client = settings.client()?;
        let reference = send::client_ref_or_minted(self.client_ref.as_deref());
        let sent = send::submit(submission, &client, 0, path, reference.as_deref());
        let report = runtime()?.block_on(sent);
        print_report(settings, report)
    }
}
