//! Every snapshot belongs to a test, and none is pending.

use anyhow::{Result, ensure};
use xshell::{Shell, cmd};

use crate::{tools, workspace};

/// Runs the integration tests of the crates that have snapshots, and rejects those that no test reads.
pub(crate) fn check(sh: &Shell, _flags: &[String]) -> Result<String> {
    let insta = tools::install(sh, "cargo-insta", "1.49.0")?;
    // git ignores pending snapshots, so cargo-insta finds them itself.
    let pending = cmd!(sh, "{insta} insta pending-snapshots --as-json")
        .quiet()
        .read()?;
    ensure!(pending.trim().is_empty(), "pending snapshots:\n{pending}");

    let mut crates: Vec<String> = workspace::files(sh)?
        .iter()
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "snap")
        })
        .filter_map(|path| Some(path.iter().nth(1)?.to_string_lossy().into_owned()))
        .collect();
    let snapshots = crates.len();
    crates.dedup();
    for name in &crates {
        cmd!(
            sh,
            "{insta} insta test --check --unreferenced reject --package {name} --all-features --test it"
        )
        .quiet()
        .ignore_stdout()
        .run()?;
    }
    Ok(format!("{snapshots} snapshots of {} crates", crates.len()))
}
