//! The inbox in a real browser.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::command::Outcome;
use crate::workspace;

/// Runs the tests of a workspace of its own: their WebDriver client would change what every other test sees of JSON.
///
/// Where no browser is installed they say that they were skipped; `MESSAGES_REQUIRE_BROWSER=1` makes that a failure.
pub(crate) fn check(sh: &Shell, _flags: &[String]) -> Result<Outcome> {
    // A command that the page shows is run.
    cmd!(
        sh,
        "cargo build --locked --package messages-cli --bin messages"
    )
    .quiet()
    .run()?;
    let manifest = "crates/messages-emulator/tests/browser/Cargo.toml";
    cmd!(
        sh,
        "cargo test --manifest-path {manifest} --locked -- --nocapture"
    )
    .env("CARGO_TARGET_DIR", workspace::target(sh)?)
    .quiet()
    .run()?;
    Ok(Outcome::Passed(
        "the inbox, in a browser if there is one".to_owned(),
    ))
}
