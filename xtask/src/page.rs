//! The scripts of the inbox: their types, their style, and the tests of their pure parts.

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::command::Outcome;

/// Installs the pinned tools beside the scripts, where git ignores them, and runs them. The page itself is not built.
pub(crate) fn check(sh: &Shell, _flags: &[String]) -> Result<Outcome> {
    if cmd!(sh, "npm --version")
        .quiet()
        .ignore_stdout()
        .ignore_stderr()
        .run()
        .is_err()
    {
        return Ok(Outcome::Skipped("npm is not installed".to_owned()));
    }
    let _inside = sh.push_dir("crates/messages-emulator/src/inbox/web");
    cmd!(sh, "npm ci --no-audit --no-fund --loglevel=error")
        .quiet()
        .ignore_stdout()
        .run()
        .context("the tools cannot be installed from npm")?;
    cmd!(sh, "npm run --silent check").quiet().run()?;
    Ok(Outcome::Passed(
        "types, style and unit tests of the inbox's scripts".to_owned(),
    ))
}
