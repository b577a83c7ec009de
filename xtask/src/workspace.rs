//! The workspace as cargo and git see it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand, Package};
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

/// The folder above this crate's.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// The manifests of the nested workspaces, which `--workspace` and `--all` do not reach.
pub(crate) fn nested(sh: &Shell) -> Result<Vec<PathBuf>> {
    let own: Vec<PathBuf> = members(sh)?
        .into_iter()
        .map(|package| package.manifest_path.into())
        .collect();
    let root = sh.current_dir();
    let mut files = files(sh)?;
    files.retain(|path| {
        path.ends_with("Cargo.toml")
            && path.parent() != Some(Path::new(""))
            && !own.contains(&root.join(path))
    });
    Ok(files)
}

/// Those of them beside which a lock file is tracked.
pub(crate) fn locked(sh: &Shell) -> Result<Vec<PathBuf>> {
    let mut manifests = nested(sh)?;
    manifests.retain(|manifest| sh.path_exists(manifest.with_file_name("Cargo.lock")));
    Ok(manifests)
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
