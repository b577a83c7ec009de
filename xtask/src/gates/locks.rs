//! The lock files of the nested workspaces, which no build of the workspace reads.

use std::path::Path;

use anyhow::{Result, ensure};
use xshell::{Shell, cmd};

use crate::workspace;

/// Each lock file fits its manifest: a dependency that a crate gained stands in all of them.
pub(crate) fn check(sh: &Shell, _flags: &[String]) -> Result<String> {
    let manifests = workspace::locked(sh)?;
    let stale: Vec<String> = manifests
        .iter()
        .filter(|manifest| !is_current(sh, manifest))
        .map(|manifest| {
            format!(
                "cargo update --workspace --manifest-path {}",
                manifest.display()
            )
        })
        .collect();
    ensure!(
        stale.is_empty(),
        "{} lock files do not fit their manifests (see above); update each with\n  {}",
        stale.len(),
        stale.join("\n  ")
    );
    Ok(format!("{} lock files", manifests.len()))
}

fn is_current(sh: &Shell, manifest: &Path) -> bool {
    cmd!(
        sh,
        "cargo metadata --quiet --format-version 1 --locked --manifest-path {manifest}"
    )
    .quiet()
    .ignore_stdout()
    .run()
    .is_ok()
}
