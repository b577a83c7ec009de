//! The oldest compiler that is promised, and the oldest versions of the dependencies that are.

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::command::Outcome;
use crate::{network, workspace};

/// The oldest supported compiler, read from the manifest, builds the workspace, and no dependency asks for a newer one.
pub(crate) fn check(sh: &Shell, _flags: &[String]) -> Result<Outcome> {
    let version = workspace::members(sh)?
        .into_iter()
        .find_map(|package| package.rust_version)
        .context("no crate states its rust-version")?;
    let mut stated = 0;
    for package in workspace::resolved(sh)? {
        let Some(wanted) = &package.rust_version else {
            continue;
        };
        let name = &package.name;
        ensure!(
            wanted <= &version,
            "{name} {} wants Rust {wanted}, and the workspace promises {version}",
            package.version
        );
        stated += 1;
    }

    let toolchain = format!("{}.{}", version.major, version.minor);
    if !has_toolchain(sh, &toolchain)? {
        return Ok(Outcome::Skipped(format!(
            "Rust {toolchain} cannot be installed here, so nothing was built with it \
             ({stated} crates state that it is enough for them)"
        )));
    }
    cmd!(
        sh,
        "cargo +{toolchain} check --quiet --workspace --all-features --locked"
    )
    .env("CARGO_TARGET_DIR", workspace::target(sh)?.join("msrv"))
    .quiet()
    .run()?;
    Ok(Outcome::Passed(format!("Rust {toolchain}")))
}

/// Whether this compiler is there, or can be fetched.
fn has_toolchain(sh: &Shell, toolchain: &str) -> Result<bool> {
    let there = cmd!(sh, "cargo +{toolchain} --version")
        .quiet()
        .ignore_status()
        .output()?;
    if there.status.success() {
        return Ok(true);
    }
    let installed = cmd!(sh, "rustup toolchain install {toolchain} --profile minimal")
        .quiet()
        .ignore_status()
        .output()
        .context("the oldest compiler is installed by rustup")?;
    ensure!(
        installed.status.success() || network::was_unreachable(&installed),
        "{}",
        String::from_utf8_lossy(&installed.stderr)
    );
    Ok(installed.status.success())
}

/// The workspace builds with the oldest version of each direct dependency that its manifests allow.
pub(crate) fn minimal_versions(sh: &Shell, _flags: &[String]) -> Result<Outcome> {
    // A lock file of its own needs a workspace of its own: a copy, with the same target folder, so that only
    // what is older there is built for it.
    let target = workspace::target(sh)?;
    let copy = target.join("minimal-versions");
    sh.remove_path(&copy)?;
    for file in workspace::files(sh)? {
        let to = copy.join(&file);
        if let Some(folder) = to.parent() {
            sh.create_dir(folder)?;
        }
        sh.copy_file(&file, &to)?;
    }
    let _in_copy = sh.push_dir(&copy);
    let resolving = cmd!(sh, "cargo update --quiet -Z direct-minimal-versions")
        .env("RUSTC_BOOTSTRAP", "1")
        .quiet()
        .ignore_status()
        .output()?;
    if !resolving.status.success() {
        // Two manifests that ask for different things are a mistake; a registry that does not answer is not.
        ensure!(
            network::was_unreachable(&resolving),
            "{}",
            String::from_utf8_lossy(&resolving.stderr)
        );
        return Ok(Outcome::Skipped(
            "the oldest versions cannot be resolved without the registry".to_owned(),
        ));
    }
    cmd!(
        sh,
        "cargo check --quiet --workspace --all-features --locked"
    )
    .env("CARGO_TARGET_DIR", target)
    .quiet()
    .run()?;
    Outcome::passed()
}
