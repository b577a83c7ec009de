//! The workspace as cargo and git see it.

use std::path::PathBuf;

use anyhow::{Context, Result};
use cargo_metadata::{Message, Metadata, MetadataCommand, Package};
use xshell::{Shell, cmd};

/// The crates of this workspace, without the dependencies' own dependencies.
pub(crate) fn members(sh: &Shell) -> Result<Vec<Package>> {
    let json = cmd!(sh, "cargo metadata --format-version 1 --no-deps --locked")
        .quiet()
        .read()?;
    Ok(parse(&json)?.packages)
}

/// The crates that are published, in the order of their names.
pub(crate) fn published(sh: &Shell) -> Result<Vec<Package>> {
    let mut packages = members(sh)?;
    packages.retain(|package| package.publish.is_none());
    packages.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(packages)
}

/// Those of them that are libraries: what users compile against.
pub(crate) fn libraries(sh: &Shell) -> Result<Vec<Package>> {
    let mut packages = published(sh)?;
    packages.retain(|package| package.targets.iter().any(cargo_metadata::Target::is_lib));
    Ok(packages)
}

/// Every crate of the lock file.
pub(crate) fn resolved(sh: &Shell) -> Result<Vec<Package>> {
    let json = cmd!(
        sh,
        "cargo metadata --format-version 1 --all-features --locked"
    )
    .quiet()
    .read()?;
    Ok(parse(&json)?.packages)
}

/// Every file that git tracks or would track, relative to the workspace.
pub(crate) fn files(sh: &Shell) -> Result<Vec<PathBuf>> {
    let listing = cmd!(sh, "git ls-files --cached --others --exclude-standard")
        .quiet()
        .read()?;
    Ok(listing
        .lines()
        .map(PathBuf::from)
        .filter(|path| sh.path_exists(path))
        .collect())
}

/// Builds a benchmark that is a program of its own, and says where it is.
pub(crate) fn benchmark(sh: &Shell, package: &str, name: &str) -> Result<PathBuf> {
    let json = cmd!(
        sh,
        "cargo bench --quiet --package {package} --locked --bench {name} --no-run --message-format json-render-diagnostics"
    )
    .quiet()
    .read()?;
    Message::parse_stream(json.as_bytes())
        .find_map(|message| match message {
            Ok(Message::CompilerArtifact(artifact)) => artifact.executable,
            _ => None,
        })
        .map(PathBuf::from)
        .with_context(|| format!("the benchmark {name} was not built"))
}

/// Where cargo builds, which the environment may have moved.
pub(crate) fn target(sh: &Shell) -> Result<PathBuf> {
    let json = cmd!(sh, "cargo metadata --format-version 1 --no-deps --locked")
        .quiet()
        .read()?;
    Ok(parse(&json)?.target_directory.into())
}

fn parse(json: &str) -> Result<Metadata> {
    MetadataCommand::parse(json).context("cargo metadata cannot be read")
}
