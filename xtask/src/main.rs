//! The project's own commands: the gates that a change has to pass, one line each.

mod differential;
mod gates;
mod layers;

use std::process::ExitCode;

use anyhow::{Result, bail};
use xshell::Shell;

const USAGE: &str = "\
usage: cargo xtask <command>

  ci        every gate below, in this order
  fmt       the formatting is rustfmt's
  clippy    no warning, in any target or feature
  layers    each crate depends only on what its layer may
  msrv      the oldest supported compiler builds the workspace
  doc       the documentation builds without a warning

Not part of `ci`, since they install what the project does not need:

  differential   messages-auth and PyJWT give the same verdicts on webhooks";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let sh = Shell::new()?;
    sh.change_dir(workspace_root());
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (Some("ci"), None) => gates::all(&sh),
        (Some("fmt"), None) => gates::fmt(&sh),
        (Some("clippy"), None) => gates::clippy(&sh),
        (Some("layers"), None) => layers::check(&sh),
        (Some("msrv"), None) => gates::msrv(&sh),
        (Some("differential"), None) => differential::check(&sh),
        (Some("doc"), None) => gates::doc(&sh),
        _ => bail!("{USAGE}"),
    }
}

/// The folder above this crate's.
fn workspace_root() -> std::path::PathBuf {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// One line for the person who ran the command.
fn report(line: &str) {
    #[allow(clippy::print_stderr, reason = "this is the command's output")]
    {
        eprintln!("{line}");
    }
}
