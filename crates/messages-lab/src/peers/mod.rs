//! The official SDKs against the emulator: whether it looks to them like the API.

pub(crate) mod schemathesis;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::workspace;

const PYTHON_SDK: &str = "vonage==4.9.1";

/// Installs the Node SDK below `target` and runs it.
pub(crate) fn node(sh: &Shell, _: &[String]) -> Result<String> {
    let folder = folder(sh, "node")?;
    install_node(sh, &folder)?;
    sh.write_file(folder.join("node.mjs"), include_str!("node.mjs"))?;
    let binary = binary(sh)?;
    let _inside = sh.push_dir(&folder);
    let told = cmd!(sh, "node node.mjs {binary}").quiet().read()?;
    Ok(told)
}

/// Installs the Python SDK below `target` and runs it, with a certificate made for its TLS front.
pub(crate) fn python(sh: &Shell, _: &[String]) -> Result<String> {
    let folder = folder(sh, "python")?;
    let python = install_python(sh, &folder)?;
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    cmd!(
        sh,
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost
         -keyout {key} -out {certificate}"
    )
    .quiet()
    .ignore_stderr()
    .run()?;
    let script = folder.join("python.py");
    sh.write_file(&script, include_str!("python.py"))?;
    let binary = binary(sh)?;
    let told = cmd!(sh, "{python} {script} {binary} {certificate} {key}")
        .quiet()
        .ignore_stderr()
        .read()?;
    Ok(told)
}

/// Installs the Node SDK of `package.json` into a folder; where it is there already, that takes a second.
pub(crate) fn install_node(sh: &Shell, folder: &Path) -> Result<()> {
    sh.write_file(folder.join("package.json"), include_str!("package.json"))?;
    let _inside = sh.push_dir(folder);
    cmd!(sh, "npm install --no-audit --no-fund --loglevel=error")
        .quiet()
        .ignore_stdout()
        .run()
        .context("the Node SDK cannot be installed from npm")
}

/// Installs the Python SDK into a folder, and says where its interpreter is.
pub(crate) fn install_python(sh: &Shell, folder: &Path) -> Result<PathBuf> {
    let venv = folder.join("venv");
    let python = venv.join("bin/python");
    if !python.exists() {
        cmd!(sh, "python3 -m venv {venv}").quiet().run()?;
    }
    cmd!(sh, "{python} -m pip install --quiet {PYTHON_SDK}")
        .quiet()
        .run()
        .context("the Python SDK cannot be installed from PyPI")?;
    Ok(python)
}

pub(crate) fn folder(sh: &Shell, name: &str) -> Result<PathBuf> {
    let folder = workspace::target(sh)?.join("peers").join(name);
    sh.create_dir(&folder)?;
    Ok(folder)
}

/// The binary that the peers talk to.
fn binary(sh: &Shell) -> Result<PathBuf> {
    cmd!(sh, "cargo build --quiet --locked --package messages-cli").run()?;
    Ok(workspace::target(sh)?.join("debug/messages"))
}
