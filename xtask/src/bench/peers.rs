//! The official SDKs of other languages, from their registries.

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::workspace;

const NODE_PACKAGES: [&str; 2] = ["@vonage/messages@1.27.1", "@vonage/auth@1.12.1"];
const PYTHON_PACKAGE: &str = "vonage==4.9.1";

/// Installs them below `target/peers`; their names and how they are started.
pub(super) fn commands(sh: &Shell, base: &str) -> Result<Vec<(String, Vec<String>)>> {
    let folder = workspace::target(sh)?.join("peers");
    sh.create_dir(&folder)?;
    let key = folder.join("private.key");
    cmd!(sh, "openssl genrsa -out {key} 2048")
        .quiet()
        .ignore_stderr()
        .run()
        .context("the peers need a private key, which openssl makes")?;

    let node = folder.join("peer.mjs");
    sh.write_file(&node, include_str!("peer.mjs"))?;
    let _in_folder = sh.push_dir(&folder);
    if !sh.path_exists("node_modules") {
        cmd!(
            sh,
            "npm install --silent --no-save --prefix {folder} {NODE_PACKAGES...}"
        )
        .quiet()
        .run()
        .context("the Node SDK cannot be installed")?;
    }
    let python = folder.join("venv/bin/python");
    if !python.exists() {
        cmd!(sh, "python3 -m venv venv").quiet().run()?;
        cmd!(sh, "{python} -m pip install --quiet {PYTHON_PACKAGE}")
            .quiet()
            .run()
            .context("the Python SDK cannot be installed")?;
    }
    let script = folder.join("peer.py");
    sh.write_file(&script, include_str!("peer.py"))?;

    let text = |path: &std::path::Path| path.display().to_string();
    let mut commands = Vec::new();
    for (scheme, name) in [("basic", "Basic"), ("jwt", "JWT")] {
        let arguments = |program: String, script: &std::path::Path| {
            vec![
                program,
                text(script),
                base.to_owned(),
                scheme.to_owned(),
                text(&key),
            ]
        };
        commands.push((
            format!("Node SDK, {name}"),
            arguments("node".to_owned(), &node),
        ));
        commands.push((
            format!("Python SDK, {name}"),
            arguments(text(&python), &script),
        ));
    }
    Ok(commands)
}
