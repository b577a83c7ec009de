//! The same program with each set of transports.

use anyhow::{Result, ensure};
use xshell::{Shell, cmd};

use crate::command::Outcome;
use crate::workspace;

/// The features, and whose messages must then arrive.
const SETS: &[(&str, &[&str])] = &[
    ("", &["own"]),
    ("hyper", &["own", "hyper"]),
    ("reqwest", &["own", "reqwest"]),
    ("hyper,reqwest", &["own", "hyper", "reqwest"]),
];

/// Builds and runs `crates/messages-sdk/tests/feature-sets` with each set of features.
pub(crate) fn check(sh: &Shell, _flags: &[String]) -> Result<Outcome> {
    let manifest = "crates/messages-sdk/tests/feature-sets/Cargo.toml";
    for (features, senders) in SETS {
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
    Ok(Outcome::Passed(format!("{} sets of features", SETS.len())))
}
