//! Reading, writing, checking, signing and verifying beside the bare libraries: the crates' own benchmarks, read from criterion.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::workspace;

/// One benchmark and the median time of one iteration, in nanoseconds.
pub(super) struct Timing {
    pub(super) name: String,
    pub(super) nanoseconds: f64,
}

pub(super) fn measure(sh: &Shell) -> Result<Vec<Timing>> {
    let folder = workspace::target(sh)?.join("criterion");
    sh.remove_path(&folder)?;
    cmd!(
        sh,
        "cargo bench --quiet --package messages-types --package messages-auth --locked --bench codec --bench decode --bench auth -- --warm-up-time 0.5 --measurement-time 2 --noplot --quiet"
    )
    .quiet()
    .ignore_stdout()
    .ignore_stderr()
    .run()?;
    let mut timings = Vec::new();
    for file in estimates(sh, &folder)? {
        let name = name(&folder, &file)?;
        let estimates: serde_json::Value = serde_json::from_str(&sh.read_file(&file)?)?;
        let nanoseconds = estimates["median"]["point_estimate"]
            .as_f64()
            .with_context(|| format!("{name} has no median"))?;
        timings.push(Timing { name, nanoseconds });
    }
    Ok(timings)
}

/// `estimates.json` of the newest run of every benchmark, in the order of their folders.
fn estimates(sh: &Shell, folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in sh.read_dir(folder)? {
        if path.ends_with("new") {
            found.push(path.join("estimates.json"));
        } else if path.is_dir() && !path.ends_with("base") {
            found.extend(estimates(sh, &path)?);
        }
    }
    Ok(found)
}

fn name(folder: &Path, estimates: &Path) -> Result<String> {
    let parts = estimates.strip_prefix(folder)?;
    let names: Vec<_> = parts.iter().map(|part| part.to_string_lossy()).collect();
    Ok(names[..names.len().saturating_sub(2)].join(": "))
}
