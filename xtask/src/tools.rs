//! Tools that a gate needs and a contributor need not have: installed once, below `target/tools`.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use xshell::{Shell, cmd};

use crate::{network, workspace};

/// A cargo tool at one version, so that a gate means the same on every machine.
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
}

impl Tool {
    /// Where the tool is, after installing it if need be; `None` where the registry is out of reach.
    pub(crate) fn path(&self, sh: &Shell) -> Result<Option<PathBuf>> {
        let Self { name, version } = self;
        let root = workspace::target(sh)?
            .join("tools")
            .join(format!("{name}-{version}"));
        let path = root.join("bin").join(name);
        if !path.exists() {
            // Without optimisation and debug information it is there in half the time.
            let installed = cmd!(
                sh,
                "cargo install --quiet --debug --locked --root {root} {name}@{version}"
            )
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .quiet()
            .ignore_status()
            .output()?;
            if network::was_unreachable(&installed) {
                return Ok(None);
            }
            ensure!(
                installed.status.success(),
                "{name} {version} cannot be installed: {}",
                String::from_utf8_lossy(&installed.stderr)
            );
        }
        Ok(Some(path))
    }

    /// What a gate says that could not have its tool.
    pub(crate) fn missing(&self) -> String {
        format!("{} {} cannot be installed here", self.name, self.version)
    }
}

/// A rustdoc that takes unstable flags, while rustc does not: what was compiled for the other gates is used again.
pub(crate) fn unstable_rustdoc(sh: &Shell) -> Result<PathBuf> {
    let wrapper = workspace::target(sh)?.join("tools/rustdoc");
    sh.write_file(
        &wrapper,
        "#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec rustdoc \"$@\"\n",
    )?;
    cmd!(sh, "chmod +x {wrapper}").quiet().run()?;
    Ok(wrapper)
}
