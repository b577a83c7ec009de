//! Packed crates, tested as a user would receive them.

use std::path::Path;

use anyhow::{Result, ensure};
use xshell::{Shell, cmd};

use crate::{report, workspace};

/// Packs every crate, unpacks all of them into a workspace elsewhere, and runs the tests of each there. Siblings, which no registry
/// has yet, come from the same folder.
pub(crate) fn check(sh: &Shell, flags: &[String]) -> Result<String> {
    let only = flags.iter().find_map(|flag| flag.strip_prefix("--only="));
    let published = workspace::published(sh)?;
    let names = published
        .iter()
        .flat_map(|package| ["--package", package.name.as_str()]);
    cmd!(
        sh,
        "cargo package --quiet {names...} --allow-dirty --locked --no-verify"
    )
    .quiet()
    .run()?;
    let target = workspace::target(sh)?;
    let elsewhere = sh.create_temp_dir()?;
    let mut manifest =
        "[workspace]\nresolver = \"3\"\nmembers = [\"*\"]\n\n[patch.crates-io]\n".to_owned();
    for package in &published {
        let (name, archive) = (
            &package.name,
            format!("{}-{}", package.name, package.version),
        );
        unpack(
            sh,
            &target.join(format!("package/{archive}.crate")),
            elsewhere.path(),
        )?;
        manifest.push_str(&format!("{name} = {{ path = \"{archive}\" }}\n"));
    }
    sh.write_file(elsewhere.path().join("Cargo.toml"), manifest)?;
    // The compiler and the versions of the workspace, so that no newer one decides.
    for file in ["Cargo.lock", "rust-toolchain.toml"] {
        sh.copy_file(file, elsewhere.path())?;
    }
    let _inside = sh.push_dir(elsewhere.path());
    let mut failed = Vec::new();
    for package in &published {
        let name = package.name.as_str();
        if only.is_some_and(|only| only != name) {
            continue;
        }
        let tested = cmd!(
            sh,
            "cargo test --quiet --package {name} --all-features --offline"
        )
        .env("CARGO_TARGET_DIR", target.join("packed"))
        .env("INSTA_UPDATE", "no")
        .quiet()
        .ignore_status()
        .output()?;
        if !tested.status.success() {
            report(&String::from_utf8_lossy(&tested.stdout));
            report(&String::from_utf8_lossy(&tested.stderr));
            failed.push(name);
        }
    }
    ensure!(
        failed.is_empty(),
        "packed elsewhere, these fail: {}",
        failed.join(", ")
    );
    Ok(format!("{} crates", published.len()))
}

fn unpack(sh: &Shell, archive: &Path, folder: &Path) -> Result<()> {
    cmd!(
        sh,
        "tar --extract --gzip --file {archive} --directory {folder}"
    )
    .quiet()
    .run()?;
    Ok(())
}
