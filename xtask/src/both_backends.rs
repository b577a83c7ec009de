//! Both crypto backends of `jsonwebtoken` in one build, as unrelated dependencies of a program can bring about.

use anyhow::{Result, ensure};
use xshell::{Shell, cmd};

use crate::command::Outcome;
use crate::workspace;

/// Runs the tests of a workspace of its own: its dependencies stay out of the project's lock file.
pub(crate) fn check(sh: &Shell, _flags: &[String]) -> Result<Outcome> {
    let manifest = "crates/messages-auth/tests/both-backends/Cargo.toml";
    let output = cmd!(sh, "cargo test --manifest-path {manifest}")
        .env("CARGO_TARGET_DIR", workspace::target(sh)?)
        .quiet()
        .ignore_stderr()
        .read()?;
    // The control is one of them: `jsonwebtoken` itself must panic in this build.
    let passed = output
        .lines()
        .filter(|line| line.starts_with("test ") && line.ends_with(" ok"))
        .count();
    ensure!(passed == 3, "{passed} tests passed instead of 3\n{output}");
    Ok(Outcome::Passed(format!("{passed} tests")))
}
