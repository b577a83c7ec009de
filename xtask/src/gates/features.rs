//! Every feature, alone and beside every other: none needs another that it does not name.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::{tools, workspace};

/// Checks each crate by itself: without features, with each, with each pair, and with all.
///
/// The models' tests run by themselves too: the command enables `arbitrary_precision` of `serde_json`, so the tests of the whole
/// workspace run with it.
pub(crate) fn check(sh: &Shell, _flags: &[String]) -> Result<String> {
    let hack = tools::install(sh, "cargo-hack", "0.6.46")?;
    let packages = workspace::published(sh)?;
    let names = packages
        .iter()
        .flat_map(|package| ["--package", package.name.as_str()]);
    // Clippy denies the warnings of this workspace without building its dependencies anew.
    cmd!(
        sh,
        "{hack} hack clippy --quiet --feature-powerset --depth 2 --keep-going {names...} --locked -- -D warnings"
    )
    .quiet()
    .run()?;
    cmd!(sh, "cargo test --quiet --package messages-types --locked")
        .quiet()
        .ignore_stdout()
        .run()?;
    Ok(format!("{} crates", packages.len()))
}
