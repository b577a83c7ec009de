//! The binary `messages`: see README.md.

mod batch;
mod command;
mod compose;
mod exchange;
mod exit;
mod failure;
mod finding;
mod input;
mod logs;
mod order;
mod output;
mod receive;
mod segments;
mod settings;
mod signals;
mod usage;

use std::process::ExitCode;

use crate::command::Cli;
use crate::failure::Failure;
use crate::output::{Line, Output};
use crate::settings::Settings;

fn main() -> ExitCode {
    let cli = match Cli::from_arguments() {
        Ok(cli) => cli,
        Err(usage) => return usage.tell().into(),
    };
    logs::start();
    let settings = Settings::new(cli.global);
    let exit = cli.command.run(&settings).unwrap_or_else(|failure| {
        tell(settings.out, &failure);
        failure.exit()
    });
    exit.into()
}

fn tell(out: Output, failure: &Failure) {
    if failure.is_quiet() {
        return;
    }
    out.note(&Line::new().bad("error").plain(": ").plain(failure.chain()));
    failure
        .excerpt_lines()
        .for_each(|line| out.note(&Line::new().plain(line)));
    if let Some(hint) = failure.advice() {
        out.hint(hint);
    }
}
