//! Batches: many messages, sent as fast as allowed, in bounded memory, with results from which a second run continues.

mod check;
mod compare;
mod counts;
mod dry_run;
mod journal;
mod known;
mod lines;
mod queue;
mod results;
mod run;
mod settle;
mod worker;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum, value_parser};
use messages_sdk::policy::Quota;

use crate::send::input::TableArgs;
use crate::usage;
pub(crate) use dry_run::dry_run;
pub(crate) use run::run;

/// Options of a batch.
#[derive(Debug, Args)]
#[command(next_help_heading = "Batches")]
pub(crate) struct BatchArgs {
    /// Most messages in flight at once
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = value_parser!(u16).range(1..=10_000))]
    pub(crate) concurrency: u16,

    /// Most messages sent per second, such as 30, or 0.5 for one in two seconds
    #[arg(long, value_name = "R", value_parser = rate)]
    pub(crate) rate: Option<Quota>,

    #[command(flatten)]
    pub(crate) table: TableArgs,

    /// Sends the valid messages of an input that has invalid ones too; without it, a file is checked first, and nothing is
    /// sent. Messages from a pipe are sent as they come
    #[arg(long)]
    pub(crate) skip_invalid: bool,

    /// Writes the outcome of each message to this file, one JSON object a line
    #[arg(long, value_name = "FILE", conflicts_with = "resume")]
    pub(crate) results: Option<PathBuf>,

    /// Continues where an earlier run with --results FILE ended or was killed: sends the messages that were not accepted,
    /// and never those in doubt. The input must be that of the first run, unchanged or with more behind it. Not after a loss of power,
    /// which may take the end of FILE with it
    #[arg(long, value_name = "FILE")]
    pub(crate) resume: Option<PathBuf>,

    /// With --resume, settles messages in doubt as accepted where a stored status has their client reference: a file that
    /// `listen --store` wrote, or one with a webhook's body on each line
    #[arg(long, value_name = "FILE", requires = "resume")]
    pub(crate) settle: Option<PathBuf>,

    /// With --resume, sends these too, at the risk of sending them twice
    #[arg(long, value_enum, requires = "resume")]
    pub(crate) retry: Option<Retry>,
}

/// Messages to resend although they may have arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Retry {
    InDoubt,
}

/// Reads a rate in messages per second.
fn rate(text: &str) -> Result<Quota, String> {
    /// Timers are no finer than this, so messages that are late by as much do not lower the rate.
    const SLACK: f64 = 0.02;
    let rate = usage::rate(text)?;
    // Between 1 and 20001.
    let burst = 1.0 + (SLACK * rate).floor();
    Ok(Quota::every(Duration::from_secs_f64(1.0 / rate)).burst(burst as u32))
}
