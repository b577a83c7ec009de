//! Breaking changes since the last release that the version does not admit.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::{tools, workspace};

/// Compares each library with its newest release, a tag `name-v…` in git. Before the first release there is nothing to compare.
pub(crate) fn check(sh: &Shell, _flags: &[String]) -> Result<String> {
    let mut compared = Vec::new();
    for package in workspace::libraries(sh)? {
        let name = package.name.as_str();
        let tags = cmd!(sh, "git tag --list {name}-v* --sort=-version:refname")
            .quiet()
            .read()?;
        let Some(release) = tags.lines().next() else {
            continue;
        };
        let checks = tools::install(sh, "cargo-semver-checks", "0.51.0")?;
        cmd!(
            sh,
            "{checks} semver-checks --package {name} --all-features --baseline-rev {release}"
        )
        .env("RUSTC_BOOTSTRAP", "1")
        .quiet()
        .run()?;
        compared.push(release.to_owned());
    }
    Ok(format!("compared with {} releases", compared.len()))
}
