//! The project's own commands: the gates that a change has to pass, and what is run now and then.

mod api;
mod bench;
mod both_backends;
mod browser;
mod canary;
mod command;
mod deny;
mod differential;
mod feature_sets;
mod features;
mod fuzz;
mod gates;
mod instructions;
mod layers;
mod locks;
mod long_runs;
mod msrv;
mod network;
mod osv;
mod page;
mod peers;
mod pictures;
mod semver;
mod snapshots;
mod tidy;
mod tools;
mod workspace;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use xshell::Shell;

use command::{Command, Outcome};

/// What `cargo xtask ci` runs, in this order: the quick ones first, so that a mistake shows early.
#[rustfmt::skip]
const GATES: &[Command] = &[
    Command::new("fmt", "the formatting is rustfmt's", gates::fmt),
    Command::new("tidy", "what two places say is the same, and nothing is left unfinished", tidy::check),
    Command::new("layers", "each crate depends only on what its layer may, and brings no more crates than it may", layers::check),
    Command::new("locks", "the lock files of the workspaces inside this one are up to date", locks::check),
    Command::new("osv", "no dependency is older than the floors of xtask/src/osv.toml", osv::check),
    Command::new("clippy", "no warning, in any target or feature", gates::clippy),
    Command::new("doc", "the documentation builds as on docs.rs, without a warning", gates::doc),
    Command::new("api", "the public API is the one in crates/*/api.txt", api::check).flags(&["--bless"]),
    Command::new("package", "every crate can be packed for publication, and builds from that", gates::package),
    Command::new("snapshots", "every snapshot belongs to a test, and none waits", snapshots::check),
    Command::new("features", "each crate alone: no feature, each, each pair, all", features::check),
    Command::new("minimal-versions", "the oldest versions that the manifests allow are enough", msrv::minimal_versions),
    Command::new("msrv", "the oldest supported compiler builds the workspace", msrv::check),
    Command::new("semver", "no breaking change that the version does not admit", semver::check),
    Command::new("instructions", "the hot path takes as many instructions as before", instructions::check).flags(&["--bless"]),
    Command::new("deny", "licences, banned crates, sources, advisories", deny::check),
];

/// What is too long, or needs too much, to be run for every change.
#[rustfmt::skip]
const TASKS: &[Command] = &[
    Command::new("test", "the test command of README.md", gates::test),
    Command::new("bench", "the comparison in docs/benchmarks.md, with the SDKs of other languages if asked", bench::run).flags(&["--peers"]),
    Command::new("fuzz", "every fuzz target, for a minute each", fuzz::run).flags(&["--seconds=", "--only="]),
    Command::new("node", "the official Node SDK sends every kind of message to the emulator and verifies its webhooks", peers::node),
    Command::new("python", "the official Python SDK does the same, through a TLS front", peers::python),
    Command::new("page", "the scripts of the inbox: types, style and unit tests; it needs npm", page::check),
    Command::new("schemathesis", "the emulator's control API responds as its OpenAPI description says, in 10,000 cases", peers::schemathesis::check),
    Command::new("browser", "the inbox in a real browser: it needs chromium and its driver", browser::check),
    Command::new("canary", "no number, text, key or secret is logged while the tests run at TRACE", canary::check),
    Command::new("differential", "messages-auth and PyJWT give the same verdicts on webhooks and tokens", differential::check),
    Command::new("both-backends", "messages-auth works with both crypto backends of jsonwebtoken in one build", both_backends::check),
    Command::new("feature-sets", "one program over hyper, reqwest, both and neither", feature_sets::check),
    Command::new("stale-pool", "100,000 POSTs over pooled connections that go stale: none is doubled", long_runs::stale_pool),
    Command::new("long-runs", "that, and the other long tests of messages-transport", long_runs::all),
    Command::new("pictures", "the README's pictures of a terminal are taken anew", pictures::take),
];

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
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, flags)) = arguments.split_first() else {
        bail!("{}", usage());
    };
    if name == "ci" {
        ensure!(
            flags.iter().all(|flag| flag == NO_SKIPS),
            "`ci` takes {NO_SKIPS} and nothing else"
        );
        return ci(&sh, !flags.is_empty());
    }
    let command = GATES
        .iter()
        .chain(TASKS)
        .find(|command| command.name == name)
        .with_context(usage)?;
    command.accept(flags)?;
    timed(command, &sh, flags).map(drop)
}

/// Lets `ci` fail where a gate had to be skipped.
const NO_SKIPS: &str = "--no-skips";

/// Every gate, whatever the one before it said; in the end, which of them failed and which were skipped.
fn ci(sh: &Shell, no_skips: bool) -> Result<()> {
    let (mut failed, mut skipped) = (Vec::new(), Vec::new());
    for gate in GATES {
        match timed(gate, sh, &[]) {
            Ok(Outcome::Passed(_)) => {}
            Ok(Outcome::Skipped(_)) => skipped.push(gate.name),
            Err(error) => {
                report(&format!("{}: FAILED: {error:#}", gate.name));
                failed.push(gate.name);
            }
        }
    }
    if !skipped.is_empty() {
        report(&format!(
            "ci: skipped, for the reasons above: {}",
            skipped.join(", ")
        ));
    }
    if no_skips {
        failed.append(&mut skipped);
    }
    ensure!(failed.is_empty(), "failed: {}", failed.join(", "));
    Ok(())
}

/// Runs one command and reports what came of it in one line.
fn timed(command: &Command, sh: &Shell, flags: &[String]) -> Result<Outcome> {
    let start = Instant::now();
    let outcome = (command.run)(sh, flags)?;
    let seconds = start.elapsed().as_secs_f64();
    let name = command.name;
    report(&match &outcome {
        Outcome::Passed(detail) if detail.is_empty() => format!("{name}: passed ({seconds:.1} s)"),
        Outcome::Passed(detail) => format!("{name}: passed: {detail} ({seconds:.1} s)"),
        Outcome::Skipped(reason) => format!("{name}: SKIPPED: {reason}"),
    });
    Ok(outcome)
}

fn usage() -> String {
    let line = |command: &Command| format!("  {:<28} {}\n", command.label(), command.about);
    let gates: String = GATES.iter().map(line).collect();
    let tasks: String = TASKS.iter().map(line).collect();
    format!(
        "usage: cargo xtask <command>\n\n  {:<28} every gate below, in this order\n{gates}\n\
         Not part of `ci`, since they take long or install what the project does not need:\n\n{tasks}",
        format!("ci [{NO_SKIPS}]")
    )
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_command_has_a_name_of_its_own() {
        let mut names: Vec<_> = GATES
            .iter()
            .chain(TASKS)
            .map(|command| command.name)
            .collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
