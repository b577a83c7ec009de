//! Cargo tools at pinned versions, installed once below `target/tools`.

use std::path::PathBuf;

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::workspace;

/// Installs `name@version` if it is missing, and returns the path of its binary.
pub(crate) fn install(sh: &Shell, name: &str, version: &str) -> Result<PathBuf> {
    let root = workspace::target(sh)?.join(format!("tools/{name}-{version}"));
    let path = root.join("bin").join(name);
    if !path.exists() {
        // Without optimisation and debug information it compiles in half the time.
        cmd!(
            sh,
            "cargo install --quiet --debug --locked --root {root} {name}@{version}"
        )
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .quiet()
        .run()
        .with_context(|| format!("{name} {version} cannot be installed"))?;
    }
    Ok(path)
}

/// A rustdoc with unstable flags beside a rustc without, so that dependencies compiled for other gates are reused.
pub(crate) fn unstable_rustdoc(sh: &Shell) -> Result<PathBuf> {
    let wrapper = workspace::target(sh)?.join("tools/rustdoc");
    sh.write_file(
        &wrapper,
        "#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec rustdoc \"$@\"\n",
    )?;
    cmd!(sh, "chmod +x {wrapper}").quiet().run()?;
    Ok(wrapper)
}
