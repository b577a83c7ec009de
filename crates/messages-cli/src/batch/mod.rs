//! Sending many messages: as fast as allowed, in bounded memory, and so that a second run knows what the first one did.

mod compare;
mod csv_template;
mod dry_run;
mod identity;
mod intake;
mod journal;
mod known;
mod lane;
mod lines;
mod pace;
mod progress;
mod quotes;
mod results;
mod run;
mod source;
mod tally;

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{Args, ValueEnum, value_parser};

pub(crate) use csv_template::CsvTemplate;
pub(crate) use dry_run::dry_run;
pub(crate) use run::run;
pub(crate) use source::Source;

/// How a batch is sent.
#[derive(Debug, Args)]
#[command(next_help_heading = "Batches")]
pub(crate) struct BatchArgs {
    /// How many messages are under way at once
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = value_parser!(u16).range(1..=10_000))]
    pub(crate) concurrency: u16,

    /// How many messages are sent a second, at most
    #[arg(long, value_name = "R")]
    pub(crate) rate: Option<NonZeroU32>,

    /// A CSV file with a header; --template names the message that its rows are filled into
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,

    /// Writes what became of each message to this file, one JSON object a line
    #[arg(long, value_name = "FILE", conflicts_with = "resume")]
    pub(crate) results: Option<PathBuf>,

    /// Continues where an earlier run with --results FILE ended or was killed: sends what was not accepted, and never what
    /// is in doubt. The input must be that of the first run, unchanged or with more behind it. Not after a loss of power,
    /// which may take the end of FILE with it
    #[arg(long, value_name = "FILE")]
    pub(crate) resume: Option<PathBuf>,

    /// With --resume, sends these too, at the risk of sending them twice
    #[arg(long, value_enum, requires = "resume")]
    pub(crate) retry: Option<Retry>,
}

/// What may be sent again although it may have arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Retry {
    InDoubt,
}
