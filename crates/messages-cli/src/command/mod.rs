//! The commands: one module each.

mod check;
mod completions;
mod demo;
mod doctor;
mod emulator;
mod explain;
mod jwt;
mod listen;
mod man;
mod outbox;
mod preview;
mod profile;
mod send;
mod trigger;
mod update;
mod upgrade;
mod webhook;
mod workflow;

use clap::{Parser, Subcommand};

use crate::error::CommandError;
use crate::exit::{EXIT_CODES, Exit};
use crate::settings::{GlobalArgs, Settings};

const EXAMPLES: &str = "\
Examples:
  messages demo
  messages send sms --from 447700900001 --to 447700900000 --text 'Your code is 4711'
  messages help send";

/// Sends, checks, receives and emulates messages: SMS, MMS, RCS, WhatsApp, Messenger, Viber, email
#[derive(Debug, Parser)]
#[command(
    name = "messages",
    version,
    after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"),
    arg_required_else_help = true,
    infer_subcommands = false
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Shows everything at work, without an account: sends to an emulator and follows the webhooks
    Demo(demo::DemoArgs),
    /// Sends one message, or the messages of a file
    Send(Box<send::SendArgs>),
    /// Starts a failover workflow (v0.1)
    Workflow(workflow::WorkflowArgs),
    /// Marks an inbound message as read, or revokes one that was sent
    Update(update::UpdateArgs),
    /// Checks documents offline: decodes, validates and encodes them again
    Check(check::CheckArgs),
    /// Turns v0.1 messages and workflows into v1 messages
    Upgrade(upgrade::UpgradeArgs),
    /// Shows the encoding and the segments of an SMS
    Preview(preview::PreviewArgs),
    /// Receives webhooks, verifies them and prints their events
    Listen(listen::ListenArgs),
    /// Sends durably, over a ledger that survives crashes
    Outbox(outbox::OutboxArgs),
    /// Verifies or signs a webhook offline
    Webhook(webhook::WebhookArgs),
    /// Mints or inspects a token
    Jwt(jwt::JwtArgs),
    /// Runs the emulator with its inbox
    Emulator(emulator::EmulatorArgs),
    /// Makes a running emulator deliver an inbound message or a status
    Trigger(trigger::TriggerArgs),
    /// Explains an error code of the API, offline
    Explain(explain::ExplainArgs),
    /// Checks credentials, key, clock and endpoint, and suggests fixes
    Doctor(doctor::DoctorArgs),
    /// Stores credentials under a name
    Profile(profile::ProfileArgs),
    /// Prints a script that completes commands in a shell
    Completions(completions::CompletionsArgs),
    /// Prints the manual page, or writes all of them
    Man(man::ManArgs),
}

impl Command {
    pub(crate) fn run(self, settings: &Settings) -> Result<Exit, CommandError> {
        match self {
            Self::Demo(args) => args.run(settings),
            Self::Send(args) => args.run(settings),
            Self::Workflow(args) => args.run(settings),
            Self::Update(args) => args.run(settings),
            Self::Check(args) => args.run(settings),
            Self::Upgrade(args) => args.run(settings),
            Self::Preview(args) => args.run(settings),
            Self::Listen(args) => args.run(settings),
            Self::Outbox(args) => args.run(settings),
            Self::Webhook(args) => args.run(settings),
            Self::Jwt(args) => args.run(settings),
            Self::Emulator(args) => args.run(settings),
            Self::Trigger(args) => args.run(settings),
            Self::Explain(args) => args.run(settings),
            Self::Doctor(args) => args.run(settings),
            Self::Profile(args) => args.run(settings),
            Self::Completions(args) => args.run(settings),
            Self::Man(args) => args.run(settings),
        }
    }
}
