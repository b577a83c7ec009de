//! The same program with each set of transports, and the size of the tree that the default one brings.

use std::collections::BTreeSet;

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

/// The most crates that `messages-sdk` may bring by default.
const CRATES_MAX: usize = 140;

/// Builds and runs `crates/messages-sdk/tests/feature-sets` with each set of features, and counts the default tree.
pub(crate) fn check(sh: &Shell, _flags: &[String]) -> Result<Outcome> {
    let crates = default_tree(sh)?;
    ensure!(
        crates <= CRATES_MAX,
        "messages-sdk brings {crates} crates by default, {CRATES_MAX} are allowed"
    );
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
    Ok(Outcome::Passed(format!(
        "{} sets of features; {crates} crates by default, {CRATES_MAX} allowed",
        SETS.len()
    )))
}

/// How many crates `messages-sdk` depends on with its default features, itself included.
fn default_tree(sh: &Shell) -> Result<usize> {
    let tree = cmd!(
        sh,
        "cargo tree --locked -p messages-sdk --edges normal --prefix none"
    )
    .quiet()
    .read()?;
    // A name and a version; what follows is a path, `(proc-macro)` or the mark of a repeated line.
    let crates: BTreeSet<_> = tree
        .lines()
        .map(|line| line.split(' ').take(2).collect::<Vec<_>>())
        .collect();
    Ok(crates.len())
}
