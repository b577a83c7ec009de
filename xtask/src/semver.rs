//! Whether what changed since the last release is a breaking change that the version does not admit.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::command::Outcome;
use crate::tools::Tool;
use crate::workspace;

const CARGO_SEMVER_CHECKS: Tool = Tool {
    name: "cargo-semver-checks",
    version: "0.51.0",
};

/// Compares each library with its newest release, which is a tag `name-v…` in git.
pub(crate) fn check(sh: &Shell, _flags: &[String]) -> Result<Outcome> {
    let mut compared = Vec::new();
    for package in workspace::libraries(sh)? {
        let name = package.name.as_str();
        let tags = cmd!(sh, "git tag --list {name}-v* --sort=-version:refname")
            .quiet()
            .read()?;
        let Some(release) = tags.lines().next() else {
            continue;
        };
        let Some(semver_checks) = CARGO_SEMVER_CHECKS.path(sh)? else {
            return Ok(Outcome::Skipped(CARGO_SEMVER_CHECKS.missing()));
        };
        cmd!(
            sh,
            "{semver_checks} semver-checks --package {name} --all-features --baseline-rev {release}"
        )
        .env("RUSTC_BOOTSTRAP", "1")
        .quiet()
        .run()?;
        compared.push(release.to_owned());
    }
    if compared.is_empty() {
        return Ok(Outcome::Skipped(
            "there is no release to compare with (no tag such as messages-types-v0.1.0)".to_owned(),
        ));
    }
    Ok(Outcome::Passed(format!(
        "compared with {}",
        compared.join(", ")
    )))
}
