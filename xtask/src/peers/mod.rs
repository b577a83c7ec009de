//! The official SDKs against the emulator: whether it looks to them like the API.

use std::path::PathBuf;

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::command::Outcome;
use crate::workspace;

/// Installs the Node SDK below `target` and runs it.
pub(crate) fn node(sh: &Shell, _: &[String]) -> Result<Outcome> {
    if is_missing(sh, "npm", "--version") {
        return Ok(Outcome::Skipped("npm is not installed".to_owned()));
    }
    let folder = folder(sh, "node")?;
    sh.write_file(folder.join("package.json"), include_str!("package.json"))?;
    sh.write_file(folder.join("node.mjs"), include_str!("node.mjs"))?;
    let binary = binary(sh)?;
    let _inside = sh.push_dir(&folder);
    cmd!(sh, "npm install --no-audit --no-fund --loglevel=error")
        .quiet()
        .ignore_stdout()
        .run()
        .context("the SDK cannot be installed from npm")?;
    let told = cmd!(sh, "node node.mjs {binary}").quiet().read()?;
    Ok(Outcome::Passed(told))
}

/// Installs the Python SDK below `target` and runs it, with a certificate made for its TLS front.
pub(crate) fn python(sh: &Shell, _: &[String]) -> Result<Outcome> {
    for (program, flag) in [("python3", "--version"), ("openssl", "version")] {
        if is_missing(sh, program, flag) {
            return Ok(Outcome::Skipped(format!("{program} is not installed")));
        }
    }
    let folder = folder(sh, "python")?;
    let python = folder.join("venv/bin/python");
    if !python.exists() {
        let venv = folder.join("venv");
        cmd!(sh, "python3 -m venv {venv}").quiet().run()?;
        cmd!(sh, "{python} -m pip install --quiet vonage==4.9.1")
            .quiet()
            .run()
            .context("the SDK cannot be installed from PyPI")?;
    }
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
    Ok(Outcome::Passed(told))
}

fn is_missing(sh: &Shell, program: &str, flag: &str) -> bool {
    let asked = cmd!(sh, "{program} {flag}").quiet();
    asked.ignore_stdout().ignore_stderr().run().is_err()
}

fn folder(sh: &Shell, name: &str) -> Result<PathBuf> {
    let folder = workspace::target(sh)?.join("peers").join(name);
    sh.create_dir(&folder)?;
    Ok(folder)
}

/// The binary that the peers talk to.
fn binary(sh: &Shell) -> Result<PathBuf> {
    cmd!(sh, "cargo build --quiet --locked --package messages-cli").run()?;
    Ok(workspace::target(sh)?.join("debug/messages"))
}
