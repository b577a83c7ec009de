//! Gates, and those among them that are one call of a tool.

pub(crate) mod api;
pub(crate) mod deny;
pub(crate) mod features;
pub(crate) mod layers;
pub(crate) mod links;
pub(crate) mod locks;
pub(crate) mod package;
pub(crate) mod semver;
pub(crate) mod snapshots;
pub(crate) mod tidy;
pub(crate) mod versions;

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::{tools, workspace};

/// The formatting is rustfmt's, in the nested workspaces too.
pub(crate) fn fmt(sh: &Shell, _flags: &[String]) -> Result<String> {
    cmd!(sh, "cargo fmt --all --check").quiet().run()?;
    let nested = workspace::nested(sh)?;
    for manifest in &nested {
        cmd!(sh, "cargo fmt --check --manifest-path {manifest}")
            .quiet()
            .run()?;
    }
    Ok(format!("the workspace and {} nested ones", nested.len()))
}

/// No warning, in any target or feature.
pub(crate) fn clippy(sh: &Shell, _flags: &[String]) -> Result<String> {
    cmd!(
        sh,
        "cargo clippy --quiet --workspace --all-targets --all-features --locked -- -D warnings"
    )
    .quiet()
    .run()?;
    Ok(String::new())
}

/// The documentation builds as docs.rs builds it, without a warning. Its examples run with the tests.
pub(crate) fn doc(sh: &Shell, _flags: &[String]) -> Result<String> {
    cmd!(
        sh,
        "cargo doc --quiet --workspace --all-features --no-deps --locked"
    )
    .env("RUSTDOC", tools::unstable_rustdoc(sh)?)
    .env("RUSTDOCFLAGS", "-D warnings --cfg docsrs")
    .quiet()
    .run()?;
    Ok(String::new())
}
