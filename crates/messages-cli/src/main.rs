//! The binary `messages`: see README.md.

mod command;
mod error;
mod exit;
mod finding;
mod io;
mod logs;
mod receive;
mod segments;
mod send;
mod settings;
mod signals;
mod usage;

use std::process::ExitCode;

use crate::command::Cli;
use crate::error::CommandError;
use crate::io::output::{Line, Output};
use crate::settings::Settings;

fn main() -> ExitCode {
    let cli = match Cli::from_arguments() {
        Ok(cli) => cli,
        Err(usage) => return usage.print().into(),
    };
    logs::start();
    let settings = Settings::new(cli.global);
    let exit = cli.command.run(&settings).unwrap_or_else(|error| {
        print(settings.out, &error);
        error.exit()
    });
    exit.into()
}

fn print(out: Output, error: &CommandError) {
    if error.is_quiet() {
        return;
    }
    out.note(&Line::new().bad("error").plain(": ").plain(error.chain()));
    error
        .excerpt_lines()
        .for_each(|line| out.note(&Line::new().plain(line)));
    if let Some(hint) = error.advice() {
        out.hint(hint);
    }
}
