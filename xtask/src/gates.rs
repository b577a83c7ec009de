//! The gates that are a call of a tool.

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::command::Outcome;
use crate::{tools, workspace};

/// The formatting is rustfmt's, in the workspaces inside this one too.
pub(crate) fn fmt(sh: &Shell, _flags: &[String]) -> Result<Outcome> {
    cmd!(sh, "cargo fmt --all --check").quiet().run()?;
    let nested = workspace::nested(sh)?;
    for manifest in &nested {
        cmd!(sh, "cargo fmt --check --manifest-path {manifest}")
            .quiet()
            .run()?;
    }
    Ok(Outcome::Passed(format!(
        "the workspace and {} inside it",
        nested.len()
    )))
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

/// The documentation builds as docs.rs builds it, without a warning. Its examples run with the tests.
pub(crate) fn doc(sh: &Shell, _flags: &[String]) -> Result<Outcome> {
    cmd!(
        sh,
        "cargo doc --quiet --workspace --all-features --no-deps --locked"
    )
    .env("RUSTDOC", tools::unstable_rustdoc(sh)?)
    .env("RUSTDOCFLAGS", "-D warnings --cfg docsrs")
    .quiet()
    .run()?;
    Outcome::passed()
}

/// Every crate can be packed as it would be published, and builds from what was packed: nothing that it needs is left out.
pub(crate) fn package(sh: &Shell, _flags: &[String]) -> Result<Outcome> {
    let published = workspace::published(sh)?;
    let names = published
        .iter()
        .flat_map(|package| ["--package", package.name.as_str()]);
    forget_packed(sh, &published)?;
    // The siblings, which are not on the registry, cargo takes from what it has packed. What it has read of the registry for the
    // lock file is enough.
    cmd!(
        sh,
        "cargo package --quiet {names...} --allow-dirty --locked --offline"
    )
    .quiet()
    .run()?;
    Ok(Outcome::Passed(format!("{} crates", published.len())))
}

/// Removes what cargo has unpacked and built of earlier packages. It takes a package of a registry for unchanging, so that a
/// crate would be built against the siblings of an earlier run.
fn forget_packed(sh: &Shell, published: &[cargo_metadata::Package]) -> Result<()> {
    let home = sh
        .var("CARGO_HOME")
        .or_else(|_| sh.var("HOME").map(|home| format!("{home}/.cargo")))?;
    let mut folders = vec![std::path::PathBuf::from("target/debug/.fingerprint")];
    let registries = std::path::Path::new(&home).join("registry/src");
    if sh.path_exists(&registries) {
        folders.extend(sh.read_dir(registries)?);
    }
    for folder in folders.iter().filter(|folder| sh.path_exists(folder)) {
        for path in sh.read_dir(folder)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if published
                .iter()
                .any(|package| name.starts_with(&format!("{}-", package.name)))
            {
                sh.remove_path(&path)?;
            }
        }
    }
    Ok(())
}

/// The test command, as README.md gives it.
pub(crate) fn test(sh: &Shell, _flags: &[String]) -> Result<Outcome> {
    let readme = sh.read_file("README.md")?;
    let line = readme
        .lines()
        .find(|line| line.starts_with("cargo test "))
        .context("README.md names no test command")?;
    let words = line.split_whitespace().skip(1);
    // A snapshot that is not accepted is a failure, never an update.
    cmd!(sh, "cargo {words...}")
        .env("INSTA_UPDATE", "no")
        .run()?;
    Outcome::passed()
}
