//! The gates that a change has to pass, and the tasks of maintenance.

mod command;
mod gates;
mod tasks;
mod tools;
mod workspace;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use xshell::Shell;

use command::Command;

/// The gates of `cargo xtask ci` in their order: the quick ones first, so that a mistake shows early.
#[rustfmt::skip]
const GATES: &[Command] = &[
    Command::new("fmt", "the formatting is rustfmt's", gates::fmt),
    Command::new("tidy", "manifests, READMEs and comments follow the conventions", gates::tidy::check),
    Command::new("links", "each link of a page leads to a file and a heading: it needs npm", gates::links::check),
    Command::new("layers", "each crate depends only on what its layer may, and brings no more crates than it may", gates::layers::check),
    Command::new("locks", "the lock files of the nested workspaces are up to date", gates::locks::check),
    Command::new("clippy", "no warning, in any target or feature", gates::clippy),
    Command::new("doc", "the documentation builds as on docs.rs, without a warning", gates::doc),
    Command::new("api", "the public API is the one in crates/*/api.txt", gates::api::check).flags(&["--bless"]),
    Command::new("deny", "licences, banned crates and versions, sources", gates::deny::check),
    Command::new("advisories", "no dependency has a known vulnerability: it needs GitHub", gates::deny::advisories),
    Command::new("features", "each crate alone: no feature, each, each pair, all", gates::features::check),
    Command::new("minimal-versions", "the oldest versions that the manifests allow are enough", gates::versions::minimal),
    Command::new("msrv", "the oldest supported compiler builds the workspace", gates::versions::msrv),
    Command::new("semver", "no breaking change that the version does not admit", gates::semver::check),
    Command::new("snapshots", "every snapshot belongs to a test, and none is pending", gates::snapshots::check),
    Command::lab("instructions", "the hot path takes as many instructions as before: it needs valgrind").flags(&["--bless"]),
    Command::new("package", "every packed crate builds and passes its own tests elsewhere", gates::package::check).flags(&["--only="]),
];

/// Commands that take long, or that need what the project does not.
#[rustfmt::skip]
const TASKS: &[Command] = &[
    Command::new("page", "the scripts of the inbox: types, style and unit tests; it needs npm", tasks::page),
    Command::new("browser", "the inbox in a real browser: it needs chromium and its driver", tasks::browser),
    Command::new("fuzz", "every fuzz target, for a minute each", tasks::fuzz::run).flags(&["--seconds=", "--only="]),
    Command::new("canary", "no number, text, key or secret is logged while the tests run at TRACE", tasks::canary::check),
    Command::new("both-backends", "messages-auth works with both crypto backends of jsonwebtoken in one build", tasks::both_backends),
    Command::new("feature-sets", "one program over hyper, reqwest, both and neither", tasks::feature_sets),
    Command::new("long-runs", "the tests that take minutes, in release mode", tasks::long_runs::all),
    Command::lab("bench", "the comparison in docs/benchmarks.md, with the SDKs of other languages if asked").flags(&["--peers"]),
    Command::lab("node", "the official Node SDK sends every kind of message to the emulator and verifies its webhooks"),
    Command::lab("python", "the official Python SDK does the same, through a TLS front"),
    Command::lab("schemathesis", "the emulator's control API responds as its OpenAPI description says, in 10,000 cases"),
    Command::lab("differential", "messages-auth and PyJWT give the same verdicts on webhooks and tokens"),
    Command::lab("pictures", "the README's pictures of a terminal are taken anew"),
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
    sh.change_dir(workspace::root());
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, flags)) = arguments.split_first() else {
        bail!("{}", usage());
    };
    if name == "ci" {
        return ci(&sh, &chosen(flags)?);
    }
    let command = GATES
        .iter()
        .chain(TASKS)
        .find(|command| command.name == name)
        .with_context(usage)?;
    timed(command, &sh, flags)
}

/// The gates that no `--skip=` names.
fn chosen(flags: &[String]) -> Result<Vec<&'static Command>> {
    let mut skipped = Vec::new();
    for flag in flags {
        let name = flag.strip_prefix("--skip=").with_context(usage)?;
        ensure!(
            GATES.iter().any(|gate| gate.name == name),
            "`{name}` is not a gate"
        );
        skipped.push(name);
    }
    let mut gates: Vec<_> = GATES.iter().collect();
    gates.retain(|gate| !skipped.contains(&gate.name));
    Ok(gates)
}

/// Runs every gate, even after one has failed.
fn ci(sh: &Shell, gates: &[&Command]) -> Result<()> {
    let mut failed = Vec::new();
    for gate in gates {
        if let Err(error) = timed(gate, sh, &[]) {
            report(&format!("{}: FAILED: {error:#}", gate.name));
            failed.push(gate.name);
        }
    }
    ensure!(failed.is_empty(), "failed: {}", failed.join(", "));
    Ok(())
}

/// Runs one command and reports its summary in one line.
fn timed(command: &Command, sh: &Shell, flags: &[String]) -> Result<()> {
    let start = Instant::now();
    let summary = command.run(sh, flags)?;
    let seconds = start.elapsed().as_secs_f64();
    let colon = if summary.is_empty() { "" } else { ": " };
    report(&format!(
        "{}: passed{colon}{summary} ({seconds:.1} s)",
        command.name
    ));
    Ok(())
}

fn usage() -> String {
    let line = |command: &Command| format!("  {:<28} {}\n", command.label(), command.about);
    let gates: String = GATES.iter().map(line).collect();
    let tasks: String = TASKS.iter().map(line).collect();
    format!(
        "usage: cargo xtask <command>\n\n  {:<28} every gate below, in this order\n{gates}\n\
         Not part of `ci`, since they take long or install what the project does not need:\n\n{tasks}",
        "ci [--skip=GATE]…"
    )
}

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

    #[test]
    fn a_gate_is_skipped_by_its_name_only() {
        let gates = chosen(&["--skip=deny".to_owned()]).unwrap();
        assert_eq!(gates.len(), GATES.len() - 1);
        assert!(gates.iter().all(|gate| gate.name != "deny"));
        assert!(chosen(&["--skip=network".to_owned()]).is_err());
        assert!(chosen(&["--skip".to_owned()]).is_err());
    }
}
