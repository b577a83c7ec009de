//! The official Node SDK against the emulator: whether it looks to a peer like the API.

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::command::Outcome;

/// Installs the SDK below `target` and runs it.
pub(crate) fn node(sh: &Shell, _: &[String]) -> Result<Outcome> {
    if cmd!(sh, "npm --version")
        .quiet()
        .ignore_stdout()
        .run()
        .is_err()
    {
        return Ok(Outcome::Skipped("npm is not installed".to_owned()));
    }
    let folder = sh.current_dir().join("target/peers/node");
    sh.create_dir(&folder)?;
    sh.write_file(folder.join("package.json"), include_str!("package.json"))?;
    sh.write_file(folder.join("node.mjs"), include_str!("node.mjs"))?;
    cmd!(sh, "cargo build --quiet --locked --package messages-cli").run()?;
    let binary = sh.current_dir().join("target/debug/messages");

    let inside = sh.push_dir(&folder);
    cmd!(sh, "npm install --no-audit --no-fund --loglevel=error")
        .quiet()
        .ignore_stdout()
        .run()
        .context("the SDK cannot be installed from npm")?;
    let told = cmd!(sh, "node node.mjs {binary}").quiet().read()?;
    drop(inside);
    Ok(Outcome::Passed(told))
}
