//! The official SDKs of other languages, from their registries.

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::peers;

/// Installs them below `target/peers`; their names and how they are started.
pub(super) fn commands(sh: &Shell, base: &str) -> Result<Vec<(String, Vec<String>)>> {
    let folder = peers::folder(sh, "bench")?;
    let key = folder.join("private.key");
    cmd!(sh, "openssl genrsa -out {key} 2048")
        .quiet()
        .ignore_stderr()
        .run()
        .context("the peers need a private key, which openssl makes")?;
    peers::install_node(sh, &folder)?;
    let node = folder.join("peer.mjs");
    sh.write_file(&node, include_str!("peer.mjs"))?;
    let python = peers::install_python(sh, &folder)?;
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
