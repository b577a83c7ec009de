//! Tasks outside the gates: they take long, or need what the project does not.

pub(crate) mod canary;
pub(crate) mod fuzz;
pub(crate) mod long_runs;

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::workspace;

/// Checks types, style and unit tests of the inbox's scripts with tools from npm, at the versions of their lock file.
pub(crate) fn page(sh: &Shell, _flags: &[String]) -> Result<String> {
    let _inside = sh.push_dir("crates/messages-emulator/src/inbox/web");
    cmd!(sh, "npm ci --no-audit --no-fund --loglevel=error")
        .quiet()
        .ignore_stdout()
        .run()
        .context("the tools cannot be installed from npm")?;
    cmd!(sh, "npm run --silent check").quiet().run()?;
    Ok("types, style and unit tests of the inbox's scripts".to_owned())
}

const BROWSER_MANIFEST: &str = "crates/messages-emulator/tests/browser/Cargo.toml";

/// Runs the tests of the inbox in a real browser, a workspace of its own: their WebDriver client changes features of JSON for
/// every test that is built with it.
///
/// Without a browser they report that they were skipped; `MESSAGES_REQUIRE_BROWSER=1` makes that a failure.
pub(crate) fn browser(sh: &Shell, _flags: &[String]) -> Result<String> {
    // A command that the page shows is run.
    cmd!(
        sh,
        "cargo build --quiet --locked --package messages-cli --bin messages"
    )
    .run()?;
    cmd!(
        sh,
        "cargo test --manifest-path {BROWSER_MANIFEST} --locked -- --nocapture"
    )
    .env("CARGO_TARGET_DIR", workspace::target(sh)?)
    .quiet()
    .run()?;
    Ok("the inbox, in a browser if there is one".to_owned())
}

/// Runs the tests of a workspace in which `jsonwebtoken` has both of its crypto backends.
pub(crate) fn both_backends(sh: &Shell, _flags: &[String]) -> Result<String> {
    let manifest = "crates/messages-auth/tests/both-backends/Cargo.toml";
    let output = cmd!(sh, "cargo test --manifest-path {manifest}")
        .env("CARGO_TARGET_DIR", workspace::target(sh)?)
        .quiet()
        .ignore_stderr()
        .read()?;
    // The control is one of them: `jsonwebtoken` itself must panic in this build.
    let passed = output
        .lines()
        .filter(|line| line.starts_with("test ") && line.ends_with(" ok"))
        .count();
    ensure!(passed == 3, "{passed} tests passed instead of 3\n{output}");
    Ok(format!("{passed} tests"))
}

/// Features of the program in `crates/messages-sdk/tests/feature-sets`, and the transports whose messages must arrive with them.
const FEATURE_SETS: &[(&str, &[&str])] = &[
    ("", &["own"]),
    ("hyper", &["own", "hyper"]),
    ("reqwest", &["own", "reqwest"]),
    ("hyper,reqwest", &["own", "hyper", "reqwest"]),
];

/// Builds and runs that program with each set of features.
pub(crate) fn feature_sets(sh: &Shell, _flags: &[String]) -> Result<String> {
    let manifest = "crates/messages-sdk/tests/feature-sets/Cargo.toml";
    for (features, senders) in FEATURE_SETS {
        let output = cmd!(
            sh,
            "cargo run --quiet --manifest-path {manifest} --features {features}"
        )
        .env("CARGO_TARGET_DIR", workspace::target(sh)?)
        .quiet()
        .ignore_stderr()
        .read()?;
        let sent: Vec<_> = output
            .lines()
            .filter_map(|line| line.split(':').next())
            .collect();
        ensure!(sent == *senders, "with `{features}`: {output}");
    }
    Ok(format!("{} sets of features", FEATURE_SETS.len()))
}
