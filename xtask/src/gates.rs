//! The gates that are a call of a tool.

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::command::Outcome;
use crate::layers;

/// The formatting is rustfmt's.
pub(crate) fn fmt(sh: &Shell, _flags: &[String]) -> Result<Outcome> {
    cmd!(sh, "cargo fmt --all --check").quiet().run()?;
    Outcome::passed()
}

/// No warning, in any target or feature.
pub(crate) fn clippy(sh: &Shell, _flags: &[String]) -> Result<Outcome> {
    cmd!(
        sh,
        "cargo clippy --quiet --workspace --all-targets --all-features --locked -- -D warnings"
    )
    .quiet()
    .run()?;
    Outcome::passed()
}

/// The documentation builds without a warning. Its examples run with the tests.
pub(crate) fn doc(sh: &Shell, _flags: &[String]) -> Result<Outcome> {
    cmd!(
        sh,
        "cargo doc --quiet --workspace --all-features --no-deps --locked"
    )
    .env("RUSTDOCFLAGS", "-D warnings")
    .quiet()
    .run()?;
    Outcome::passed()
}

/// The oldest supported compiler, read from the manifest, builds the workspace.
pub(crate) fn msrv(sh: &Shell, _flags: &[String]) -> Result<Outcome> {
    let metadata = layers::metadata(sh)?;
    let version = metadata
        .workspace_packages()
        .iter()
        .find_map(|package| package.rust_version.clone())
        .context("no crate states its rust-version")?;
    let toolchain = format!("{}.{}", version.major, version.minor);
    let installed = cmd!(sh, "rustup toolchain install {toolchain} --profile minimal")
        .quiet()
        .ignore_stdout()
        .ignore_stderr()
        .run();
    if installed.is_err() {
        return Ok(Outcome::Skipped(format!(
            "Rust {toolchain} cannot be installed here"
        )));
    }
    cmd!(
        sh,
        "cargo +{toolchain} check --quiet --workspace --all-features --locked"
    )
    .env("CARGO_TARGET_DIR", "target/msrv")
    .quiet()
    .run()?;
    Outcome::passed()
}
