//! The same verdict as another implementation: random webhooks and tokens, judged by `messages-auth` and by PyJWT.

mod tokens;
mod webhooks;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::workspace;

/// PyJWT, with what it needs for RS256.
const PACKAGES: &[&str] = &["PyJWT==2.10.1", "cryptography"];

/// Judges webhooks and tokens by both and compares. PyJWT is installed into a virtual environment below `target`.
pub(crate) fn check(sh: &Shell, _flags: &[String]) -> Result<String> {
    let folder = workspace::target(sh)?.join("differential");
    sh.create_dir(&folder)?;
    let python = python(sh, &folder)?;
    let webhooks = webhooks::check(sh, &python, &folder)?;
    let tokens = tokens::check(sh, &python, &folder)?;
    Ok(format!("{webhooks}; {tokens}"))
}

/// The output of an example of `messages-auth` for the lines of a file.
fn answers(sh: &Shell, example: &str, lines: &Path) -> Result<String> {
    let lines = sh.read_file(lines)?;
    let output = cmd!(
        sh,
        "cargo run --quiet --locked --package messages-auth --example {example}"
    )
    .stdin(lines)
    .quiet()
    .read()?;
    Ok(output)
}

/// Compares two lists of verdicts, line by line, and says what they were.
fn compare(what: &str, count: usize, ours: &str, theirs: &str, cases: &str) -> Result<String> {
    let (mut accepted, mut judged) = (0, 0);
    for (ours, theirs) in ours.lines().zip(theirs.lines()) {
        judged += 1;
        ensure!(
            (ours == "accepted") == (theirs == "accepted"),
            "of the {what}, number {judged} is `{ours}` here and `{theirs}` by PyJWT (line {judged} of target/differential/{cases})"
        );
        accepted += usize::from(ours == "accepted");
    }
    ensure!(
        judged == count,
        "only {judged} of {count} {what} were judged"
    );
    ensure!(
        accepted > count / 10 && accepted < count * 9 / 10,
        "{accepted} of {count} accepted: the {what} do not test both verdicts"
    );
    Ok(format!(
        "{judged} {what}, {accepted} accepted, {} refused, 0 differences",
        judged - accepted
    ))
}

/// A Python that has PyJWT.
fn python(sh: &Shell, folder: &Path) -> Result<PathBuf> {
    let venv = folder.join("venv");
    let python = venv.join("bin/python");
    let has_packages = || {
        cmd!(sh, "{python} -c 'import jwt, cryptography'")
            .quiet()
            .ignore_stderr()
            .run()
            .is_ok()
    };
    if !has_packages() {
        cmd!(sh, "python3 -m venv {venv}").quiet().run()?;
        cmd!(sh, "{python} -m pip install --quiet {PACKAGES...}")
            .quiet()
            .run()
            .context("PyJWT cannot be installed")?;
    }
    Ok(python)
}
