//! Looks for numbers, texts, keys, secrets and tokens in all that is logged and printed while the tests run.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use xshell::Shell;

use crate::{report, workspace};

/// Values of the tests in the place of confidential ones.
const CANARIES: &[(&str, &str)] = &[
    ("a number", "447700900"),
    ("a text", "canary text"),
    ("a secret", "canary-secret"),
    ("a key", "BEGIN PRIVATE KEY"),
    ("a key", "BEGIN RSA PRIVATE KEY"),
    // The header of every JWT, in base64: `{"alg":"` and `{"typ":"`.
    ("a token", "eyJhbGciOi"),
    ("a token", "eyJ0eXAiOi"),
    // `a1b2c3d4:` in base64, which all that use Basic begin with.
    ("a Basic credential", "YTFiMmMzZDQ6"),
];

/// Sources that must have logged, so that no hits mean something.
#[rustfmt::skip]
const SOURCES: &[&str] = &["messages_", "hyper::", "hyper_util::", "h2::", "rustls::", "reqwest::"];

/// Tests that add nothing but a hundred million lines of the same.
#[rustfmt::skip]
const SKIPPED: &[&str] = &["50_000", "damaged_seeds", "planted_retry_bug", "rate_limit", "stale_pool"];

/// The test that switches the logging on.
const FIRST: &str = "aa_trace_all";

/// The output of one run.
#[derive(Default)]
struct Seen {
    lines: usize,
    /// Whether the tests came to their end, whatever it was: without it there was nothing to see.
    has_run: bool,
    hits: Vec<String>,
    sources: BTreeMap<&'static str, usize>,
}

impl Seen {
    fn look_at(&mut self, line: &str) {
        self.lines += 1;
        self.has_run |= line.starts_with("test result: ");
        // Names of tests are ours.
        let line = match line.strip_prefix("test ") {
            Some(rest) => rest.split_once(" ... ").map_or("", |(_, printed)| printed),
            None => line,
        };
        for source in SOURCES {
            if line.contains(source) {
                *self.sources.entry(source).or_default() += 1;
            }
        }
        for (what, canary) in CANARIES {
            if let Some(at) = line.find(canary) {
                let around: String = line.chars().take(160).collect();
                self.hits.push(format!("{what} at column {at}: {around}"));
            }
        }
    }
}

/// Runs the tests of the workspace at TRACE and finds no canary, after finding the one that is planted.
pub(crate) fn check(sh: &Shell, _: &[String]) -> Result<String> {
    let control = run(sh, "messages-sdk", "planted")?;
    ensure!(
        control.hits.len() == 1,
        "the planted canary was found {} times, so nothing that follows would mean anything",
        control.hits.len()
    );
    let mut total = Seen::default();
    let packages = workspace::published(sh)?;
    for package in packages
        .iter()
        .filter(|package| has_integration_tests(package))
    {
        let name = package.name.as_str();
        let seen = run(sh, name, "watched")?;
        report(&format!(
            "canary: {name}: {} lines, {} hits",
            seen.lines,
            seen.hits.len()
        ));
        total.lines += seen.lines;
        total.hits.extend(seen.hits);
        for (source, lines) in seen.sources {
            *total.sources.entry(source).or_default() += lines;
        }
    }
    for hit in total.hits.iter().take(20) {
        report(&format!("canary: {hit}"));
    }
    if !total.hits.is_empty() {
        bail!("{} canaries got out", total.hits.len());
    }
    for source in SOURCES {
        ensure!(
            total.sources.contains_key(source),
            "nothing of {source} was logged"
        );
    }
    Ok(format!(
        "{} lines, {} of them logged, 0 hits; the planted canary was found",
        total.lines,
        total.sources.values().sum::<usize>()
    ))
}

fn has_integration_tests(package: &cargo_metadata::Package) -> bool {
    package
        .targets
        .iter()
        .any(|target| target.is_test() && target.name == "it")
}

/// Runs a crate's integration tests and looks at every line that comes out. A failing test is the concern of other checks.
fn run(sh: &Shell, name: &str, mode: &str) -> Result<Seen> {
    let mut command = Command::new(env!("CARGO"));
    command
        .current_dir(sh.current_dir())
        .args("test --quiet --locked --all-features --test it -p".split(' '))
        .arg(name)
        .args(["--", "--nocapture", "--test-threads=1"])
        .env("MESSAGES_CANARY", mode)
        .env("RUST_BACKTRACE", "0");
    if mode == "planted" {
        command.arg(FIRST);
    }
    for test in SKIPPED {
        command.args(["--skip", test]);
    }
    // What is printed on stderr, panics among it, comes by the same pipe.
    let (reader, writer) = std::io::pipe()?;
    command.stderr(writer.try_clone()?).stdout(writer);
    let mut child = command.spawn().context("cargo cannot be started")?;
    // It holds the other end, which would keep the pipe open.
    drop(command);
    let mut seen = Seen::default();
    let mut line = Vec::new();
    let mut reader = BufReader::new(reader);
    while reader.read_until(b'\n', &mut line)? > 0 {
        seen.look_at(&String::from_utf8_lossy(&line));
        line.clear();
    }
    child.wait()?;
    ensure!(seen.has_run, "the tests of {name} did not run");
    Ok(seen)
}
