//! The layers: which crate may depend on which, and what none of them may pull in.

use std::collections::BTreeSet;

use anyhow::{Result, bail, ensure};
use cargo_metadata::{DependencyKind, Package};
use xshell::{Shell, cmd};

use crate::workspace;

/// The edges between the crates of this workspace that the architecture allows.
#[rustfmt::skip]
const EDGES: &[(&str, &[&str])] = &[
    ("messages-types", &["messages-types-derive"]),
    ("messages-types-derive", &[]),
    ("messages-auth", &[]),
    ("messages-transport", &[]),
    ("messages-sdk", &["messages-types", "messages-auth", "messages-transport"]),
    ("messages-emulator", &["messages-types", "messages-auth", "messages-transport"]),
    ("messages-outbox", &["messages-sdk"]),
    ("messages-outbox-sqlite", &["messages-outbox"]),
    ("messages-outbox-postgres", &["messages-outbox"]),
    ("messages-cli", &["messages-sdk", "messages-emulator", "messages-outbox", "messages-outbox-sqlite", "messages-outbox-postgres"]),
    ("messages-bench", &[]),
    ("messages-docs", &[]),
    ("messages-lab", &[]),
    ("xtask", &[]),
];

/// What a layer without features must not pull in, however far down.
#[rustfmt::skip]
const DENIED: &[(&str, &[&str])] = &[
    ("messages-types", &["async-trait", "getrandom", "http", "hyper", "rand", "reqwest", "ring", "rustls", "tokio", "uuid"]),
    ("messages-auth", &["async-trait", "hyper", "reqwest", "rsa", "ring", "rustls", "tokio"]),
    ("messages-transport", &["hyper", "jsonwebtoken", "reqwest", "ring", "rustls", "serde_json", "tokio"]),
    // A store is a crate of its own.
    ("messages-outbox", &["libsqlite3-sys", "rusqlite", "tokio-postgres"]),
];

/// Where each of these is known to be, so that a change of `cargo tree` cannot make the deny lists pass unnoticed.
const PRESENT: &[(&str, Features, &str)] = &[
    ("messages-types", Features::Only(""), "serde_json"),
    ("messages-auth", Features::Only(""), "jsonwebtoken"),
    ("messages-transport", Features::Only("hyper"), "tokio"),
    ("messages-transport", Features::Only("reqwest"), "rustls"),
    ("messages-transport", Features::Only("server"), "hyper"),
    ("messages-cli", Features::All, "aws-lc-rs"),
    ("messages-cli", Features::Default, "rusqlite"),
    ("messages-cli", Features::Default, "tokio-postgres"),
];

/// The most crates that a crate may bring by default, itself among them.
#[rustfmt::skip]
const BUDGETS: &[(&str, usize)] = &[
    ("messages-types", 17),
    ("messages-auth", 31),
    ("messages-transport", 13),
    ("messages-sdk", 116),
    ("messages-outbox", 55),
    ("messages-outbox-sqlite", 65),
    ("messages-outbox-postgres", 120),
    ("messages-emulator", 102),
    ("messages-cli", 220),
];

/// With which features a crate is looked at.
#[derive(Clone, Copy)]
enum Features {
    All,
    Default,
    /// These alone; none where it is empty.
    Only(&'static str),
}

/// Checks edges, deny lists and the positive controls.
pub(crate) fn check(sh: &Shell, _flags: &[String]) -> Result<String> {
    let edges = check_edges(&workspace::members(sh)?)?;
    for (name, denied) in DENIED {
        refuse(name, &tree(sh, name, Features::Only(""))?, denied)?;
    }
    for (name, features, present) in PRESENT {
        ensure!(
            tree(sh, name, *features)?
                .iter()
                .any(|line| named(line, present)),
            "{present} was not found below {name}: the check itself is broken"
        );
    }
    let mut sizes = Vec::new();
    for (name, most) in BUDGETS {
        let crates = tree(sh, name, Features::Default)?.len();
        ensure!(
            crates <= *most,
            "{name} brings {crates} crates by default, {most} are allowed"
        );
        sizes.push(format!("{name} {crates}/{most}"));
    }
    Ok(format!(
        "{edges} edges, {} deny lists, {} controls; {}",
        DENIED.len(),
        PRESENT.len(),
        sizes.join(", ")
    ))
}

/// Every crate of the workspace is listed, and has no edge that is not. Returns how many edges there are.
fn check_edges(packages: &[Package]) -> Result<usize> {
    let members: BTreeSet<&str> = packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let mut edges = 0;
    for package in packages {
        let name = package.name.as_str();
        let Some((_, allowed)) = EDGES.iter().find(|(listed, _)| *listed == name) else {
            bail!("{name} has no place in the layers: give it one");
        };
        let wanted = package
            .dependencies
            .iter()
            // A crate's tests may look at any layer, and at the crate itself with other features.
            .filter(|dependency| dependency.kind == DependencyKind::Normal)
            .map(|dependency| dependency.name.as_str())
            .filter(|dependency| members.contains(dependency));
        for dependency in wanted {
            ensure!(
                allowed.contains(&dependency),
                "{name} depends on {dependency}, which its layer may not"
            );
            edges += 1;
        }
    }
    Ok(edges)
}

fn refuse(name: &str, tree: &BTreeSet<String>, denied: &[&str]) -> Result<()> {
    for crate_name in denied {
        ensure!(
            !tree.iter().any(|line| named(line, crate_name)),
            "{name} pulls in {crate_name}, which its layer may not (see: cargo tree -p {name} -i {crate_name})"
        );
    }
    Ok(())
}

fn named(line: &str, name: &str) -> bool {
    line.split(' ').next() == Some(name)
}

/// All crates below `name`, and itself: `name version`.
fn tree(sh: &Shell, name: &str, features: Features) -> Result<BTreeSet<String>> {
    let features: &[&str] = match features {
        Features::All => &["--all-features"],
        Features::Default => &[],
        Features::Only("") => &["--no-default-features"],
        Features::Only(features) => &["--no-default-features", "--features", features],
    };
    let format = "{p}";
    let listing = cmd!(
        sh,
        "cargo tree --package {name} {features...} --edges normal --prefix none --format {format} --locked"
    )
    .quiet()
    .read()?;
    // What follows is a path, `(proc-macro)` or the mark of a repeated line.
    let crates = listing
        .lines()
        .map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "));
    Ok(crates.collect())
}
