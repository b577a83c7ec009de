//! Licences, banned crates and versions, sources and advisories of each lock file. The rules are in `deny.toml`.

use std::path::Path;

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::{tools, workspace};

const VERSION: &str = "0.20.2";

/// Checks the workspace by all rules, and the nested workspaces, which only tests use, by the bans.
pub(crate) fn check(sh: &Shell, _flags: &[String]) -> Result<String> {
    let root = Path::new("Cargo.toml");
    deny(sh, root, &["licenses", "bans", "sources"])?;
    let mut nested = workspace::locked(sh)?;
    // The comparison is with other projects, which choose their crates themselves.
    nested.retain(|manifest| !manifest.ends_with("compare/Cargo.toml"));
    for manifest in &nested {
        deny(sh, manifest, &["bans"])?;
    }
    Ok(format!("the workspace and {} nested ones", nested.len()))
}

/// Compares the lock file with the advisory database, fetched from GitHub.
pub(crate) fn advisories(sh: &Shell, _flags: &[String]) -> Result<String> {
    let deny = tools::install(sh, "cargo-deny", VERSION)?;
    cmd!(
        sh,
        "{deny} --all-features --locked --log-level error check advisories"
    )
    .quiet()
    .run()?;
    Ok(String::new())
}

fn deny(sh: &Shell, manifest: &Path, checks: &[&str]) -> Result<()> {
    let deny = tools::install(sh, "cargo-deny", VERSION)?;
    cmd!(
        sh,
        "{deny} --manifest-path {manifest} --config deny.toml --all-features --locked --offline --log-level error
         check --hide-inclusion-graph {checks...}"
    )
    .quiet()
    .run()?;
    Ok(())
}
