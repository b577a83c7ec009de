//! The lock files of the workspaces inside this one, which no other gate reads: those of `crates/*/fuzz` and of the browser's tests.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use xshell::{Shell, cmd};

use crate::command::Outcome;
use crate::workspace;

/// Each lock file is the one that its manifests ask for: a dependency that a crate gained stands in all of them.
pub(crate) fn check(sh: &Shell, _flags: &[String]) -> Result<Outcome> {
    let folders = folders(sh)?;
    let stale: Vec<String> = folders
        .iter()
        .filter(|folder| !is_current(sh, folder))
        .map(|folder| format!("(cd {} && cargo update --workspace)", folder.display()))
        .collect();
    ensure!(
        stale.is_empty(),
        "{} lock files do not fit their manifests (cargo says why, above); one that lags behind is mended by\n  {}",
        stale.len(),
        stale.join("\n  ")
    );
    Ok(Outcome::Passed(format!("{} lock files", folders.len())))
}

/// Where a lock file is, except the workspace's own, which every build reads.
fn folders(sh: &Shell) -> Result<Vec<PathBuf>> {
    Ok(workspace::lock_files(sh)?
        .iter()
        .filter_map(|path| path.parent())
        .filter(|folder| !folder.as_os_str().is_empty())
        .map(Path::to_path_buf)
        .collect())
}

fn is_current(sh: &Shell, folder: &Path) -> bool {
    let manifest = folder.join("Cargo.toml");
    cmd!(
        sh,
        "cargo metadata --quiet --format-version 1 --locked --manifest-path {manifest}"
    )
    .quiet()
    .ignore_stdout()
    .run()
    .is_ok()
}
