//! Runs the benchmarks, the comparisons with other implementations, and the commands that the pictures of the README show.
//!
//! `cargo xtask` lists and starts its commands by name.

mod bench;
mod differential;
mod instructions;
mod peers;
mod pictures;
mod workspace;

use anyhow::{Context, Result, bail};
use xshell::Shell;

/// Runs in the workspace's folder and returns a summary of the run.
type Run = fn(&Shell, &[String]) -> Result<String>;

/// The commands, with the flags that each accepts.
#[rustfmt::skip]
const COMMANDS: &[(&str, &[&str], Run)] = &[
    ("bench", &["--peers"], bench::run),
    ("differential", &[], differential::check),
    ("instructions", &["--bless"], instructions::check),
    ("node", &[], peers::node),
    ("pictures", &[], pictures::take),
    ("python", &[], peers::python),
    ("schemathesis", &[], peers::schemathesis::check),
];

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let names: Vec<&str> = COMMANDS.iter().map(|(name, ..)| *name).collect();
    let (name, flags) = arguments
        .split_first()
        .with_context(|| format!("expected a command: {}", names.join(", ")))?;
    let (_, accepted, run) = COMMANDS
        .iter()
        .find(|(known, ..)| known == name)
        .with_context(|| format!("`{name}` is not a command: {}", names.join(", ")))?;
    if let Some(flag) = flags.iter().find(|flag| !accepted.contains(&flag.as_str())) {
        bail!("`{name}` does not accept {flag}");
    }
    let sh = Shell::new()?;
    sh.change_dir(workspace::root());
    let summary = run(&sh, flags)?;
    #[allow(clippy::print_stdout, reason = "this is the command's output")]
    {
        println!("{summary}");
    }
    Ok(())
}
