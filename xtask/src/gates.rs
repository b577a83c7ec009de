//! The gates that are a call of a tool.

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::{layers, report};

/// Every gate, the quick ones first. Tests are not among them: they have their own command.
pub(crate) fn all(sh: &Shell) -> Result<()> {
    fmt(sh)?;
    layers::check(sh)?;
    clippy(sh)?;
    doc(sh)?;
    msrv(sh)
}

/// The formatting is rustfmt's.
pub(crate) fn fmt(sh: &Shell) -> Result<()> {
    cmd!(sh, "cargo fmt --all --check").quiet().run()?;
    passed("fmt")
}

/// No warning, in any target or feature.
pub(crate) fn clippy(sh: &Shell) -> Result<()> {
    cmd!(
        sh,
        "cargo clippy --quiet --workspace --all-targets --all-features --locked -- -D warnings"
    )
    .quiet()
    .run()?;
    passed("clippy")
}

/// The documentation builds without a warning. Its examples run with the tests.
pub(crate) fn doc(sh: &Shell) -> Result<()> {
    cmd!(
        sh,
        "cargo doc --quiet --workspace --all-features --no-deps --locked"
    )
    .env("RUSTDOCFLAGS", "-D warnings")
    .quiet()
    .run()?;
    passed("doc")
}

/// The oldest supported compiler, read from the manifest, builds the workspace.
pub(crate) fn msrv(sh: &Shell) -> Result<()> {
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
        report(&format!(
            "msrv: SKIPPED, since Rust {toolchain} cannot be installed here"
        ));
        return Ok(());
    }
    cmd!(
        sh,
        "cargo +{toolchain} check --quiet --workspace --all-features --locked"
    )
    .env("CARGO_TARGET_DIR", "target/msrv")
    .quiet()
    .run()?;
    passed("msrv")
}

fn passed(gate: &str) -> Result<()> {
    report(&format!("{gate}: passed"));
    Ok(())
}
