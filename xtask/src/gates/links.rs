//! The links between pages, checked by remark.

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::workspace;

const TOOLS: &[&str] = &["remark-cli@12.0.1", "remark-validate-links@13.1.0"];

/// Each link of a page to another file, or to a heading of one, leads to it.
pub(crate) fn check(sh: &Shell, _flags: &[String]) -> Result<String> {
    let folder = workspace::target(sh)?.join("tools/remark");
    let modules = folder.join("node_modules");
    if !sh.path_exists(&modules) {
        sh.create_dir(&folder)?;
        cmd!(
            sh,
            "npm install --prefix {folder} --no-audit --no-fund --loglevel=error {TOOLS...}"
        )
        .quiet()
        .ignore_stdout()
        .run()
        .context("remark cannot be installed from npm")?;
    }
    let mut pages = workspace::files(sh)?;
    pages.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    let count = pages.len();
    let (remark, plugin) = (
        modules.join(".bin/remark"),
        modules.join("remark-validate-links/index.js"),
    );
    // Links to the repository's own host are not followed, so the check needs no remote.
    let plugin = format!("{}=repository:false", plugin.display());
    cmd!(
        sh,
        "{remark} --frail --quiet --no-stdout --use {plugin} {pages...}"
    )
    .quiet()
    .run()?;
    Ok(format!("{count} pages"))
}
