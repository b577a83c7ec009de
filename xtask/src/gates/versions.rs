//! The oldest compiler that the manifests promise, and the oldest versions of the dependencies that they allow.

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::workspace;

/// The oldest supported compiler builds the workspace. cargo itself refuses a dependency that states a newer one.
pub(crate) fn msrv(sh: &Shell, _flags: &[String]) -> Result<String> {
    let version = workspace::members(sh)?
        .into_iter()
        .find_map(|package| package.rust_version)
        .context("no crate states its rust-version")?;
    let toolchain = format!("{}.{}", version.major, version.minor);
    cmd!(
        sh,
        "rustup toolchain install {toolchain} --profile minimal --no-self-update"
    )
    .quiet()
    .ignore_stderr()
    .run()
    .with_context(|| format!("Rust {toolchain} cannot be installed by rustup"))?;
    cmd!(
        sh,
        "cargo +{toolchain} check --quiet --workspace --all-features --locked"
    )
    .env("CARGO_TARGET_DIR", workspace::target(sh)?.join("msrv"))
    .quiet()
    .run()?;
    Ok(format!("Rust {toolchain}"))
}

/// The workspace builds with the oldest version of each direct dependency that its manifests allow.
pub(crate) fn minimal(sh: &Shell, _flags: &[String]) -> Result<String> {
    // A lock file of its own needs a workspace of its own: a copy with the same target folder, so that only older versions are
    // built for it.
    let target = workspace::target(sh)?;
    let copy = target.join("minimal-versions");
    sh.remove_path(&copy)?;
    for file in workspace::files(sh)? {
        let to = copy.join(&file);
        sh.create_dir(to.parent().unwrap_or(&copy))?;
        sh.copy_file(&file, &to)?;
    }
    let _in_copy = sh.push_dir(&copy);
    cmd!(sh, "cargo update --quiet -Z direct-minimal-versions")
        .env("RUSTC_BOOTSTRAP", "1")
        .quiet()
        .run()?;
    cmd!(
        sh,
        "cargo check --quiet --workspace --all-features --locked"
    )
    .env("CARGO_TARGET_DIR", target)
    .quiet()
    .run()?;
    Ok(String::new())
}
