//! Runs every fuzz target for a while, from its seeds.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use xshell::{Shell, cmd};

use crate::tools;

/// How long each target runs unless `--seconds=` says otherwise.
const SECONDS: u64 = 60;

/// All targets of all crates, or those whose name holds the text of `--only=`.
pub(crate) fn run(sh: &Shell, flags: &[String]) -> Result<String> {
    let value = |name: &str| flags.iter().find_map(|flag| flag.strip_prefix(name));
    let seconds = match value("--seconds=") {
        Some(text) => text.parse().context("--seconds= takes a whole number")?,
        None => SECONDS,
    };
    let only = value("--only=").unwrap_or_default();
    let cargo_fuzz = tools::install(sh, "cargo-fuzz", "0.13.2")?;
    let mut crashed = Vec::new();
    let mut passed = 0;
    for folder in folders(sh)? {
        for target in targets(sh, &cargo_fuzz, &folder)? {
            if !target.contains(only) {
                continue;
            }
            if fuzz(sh, &cargo_fuzz, &folder, &target, seconds).is_err() {
                crashed.push(format!(
                    "{target} (see {}/artifacts/{target})",
                    folder.display()
                ));
            } else {
                passed += 1;
            }
        }
    }
    ensure!(
        passed + crashed.len() > 0,
        "no target's name holds `{only}`"
    );
    if !crashed.is_empty() {
        bail!("crashed: {}", crashed.join(", "));
    }
    Ok(format!("{passed} targets, {seconds} s each"))
}

/// Where the fuzz targets are: a package of its own in each crate that has any.
fn folders(sh: &Shell) -> Result<Vec<PathBuf>> {
    let mut folders = sh.read_dir("crates")?;
    folders.iter_mut().for_each(|folder| folder.push("fuzz"));
    folders.retain(|folder| sh.path_exists(folder.join("Cargo.toml")));
    folders.sort();
    Ok(folders)
}

fn targets(sh: &Shell, cargo_fuzz: &Path, folder: &Path) -> Result<Vec<String>> {
    let listing = cmd!(sh, "{cargo_fuzz} fuzz list --fuzz-dir {folder}")
        .quiet()
        .read()?;
    Ok(listing.lines().map(str::to_owned).collect())
}

fn fuzz(sh: &Shell, cargo_fuzz: &Path, folder: &Path, target: &str, seconds: u64) -> Result<()> {
    let corpus = folder.join("corpus").join(target);
    let seeds = folder.join("../tests/seeds").join(target);
    sh.create_dir(&corpus)?;
    ensure!(sh.path_exists(&seeds), "{target} has no seeds");
    let limit = format!("-max_total_time={seconds}");
    // The sanitizers' flags are unstable, and the toolchain is the one of the workspace.
    cmd!(
        sh,
        "{cargo_fuzz} fuzz run --fuzz-dir {folder} {target} {corpus} {seeds} -- {limit} -print_final_stats=1 -verbosity=0"
    )
    .env("RUSTC_BOOTSTRAP", "1")
    .quiet()
    .run()?;
    Ok(())
}
