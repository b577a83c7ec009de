//! Licences, banned crates, sources and known holes of everything in the lock file. The rules are in `deny.toml`.

use anyhow::{Result, ensure};
use xshell::{Shell, cmd};

use crate::command::Outcome;
use crate::network;
use crate::tools::Tool;

const CARGO_DENY: Tool = Tool {
    name: "cargo-deny",
    version: "0.20.2",
};

/// The advisories need their database from the network; the rest is checked without it.
pub(crate) fn check(sh: &Shell, _flags: &[String]) -> Result<Outcome> {
    let Some(deny) = CARGO_DENY.path(sh)? else {
        return Ok(Outcome::Skipped(CARGO_DENY.missing()));
    };
    cmd!(
        sh,
        "{deny} --all-features --locked --offline --log-level error check --hide-inclusion-graph licenses bans sources"
    )
    .quiet()
    .run()?;
    let fetched = cmd!(sh, "{deny} --log-level error fetch db")
        .quiet()
        .ignore_status()
        .output()?;
    if !fetched.status.success() {
        ensure!(
            network::was_unreachable(&fetched),
            "the advisories cannot be fetched: {}",
            String::from_utf8_lossy(&fetched.stderr)
        );
        return Ok(Outcome::Skipped(
            "the advisories' database cannot be fetched here; licences, bans and sources passed"
                .to_owned(),
        ));
    }
    cmd!(
        sh,
        "{deny} --all-features --locked --log-level error check advisories"
    )
    .quiet()
    .run()?;
    Ok(Outcome::Passed(
        "licences, bans, sources and advisories".to_owned(),
    ))
}
