//! The same verdict as another implementation: random webhooks, judged by `messages-auth` and by PyJWT.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::command::Outcome;

/// How many webhooks are judged.
const COUNT: usize = 50_000;

/// Judges the webhooks by both and compares. PyJWT is installed into a virtual environment below `target`.
pub(crate) fn check(sh: &Shell, _flags: &[String]) -> Result<Outcome> {
    let folder = sh.current_dir().join("target/differential");
    sh.create_dir(&folder)?;
    let python = python(sh, &folder)?;
    let script = include_str!("webhooks.py");
    let count = COUNT.to_string();
    cmd!(sh, "{python} - {count} {folder}")
        .stdin(script)
        .quiet()
        .run()?;

    let cases = sh.read_file(folder.join("cases.ndjson"))?;
    let ours = cmd!(
        sh,
        "cargo run --quiet --release --locked --package messages-auth --example verdicts"
    )
    .stdin(cases)
    .quiet()
    .read()?;
    let theirs = sh.read_file(folder.join("verdicts.txt"))?;
    compare(&ours, &theirs)
}

fn compare(ours: &str, theirs: &str) -> Result<Outcome> {
    let (mut accepted, mut judged) = (0, 0);
    for (ours, theirs) in ours.lines().zip(theirs.lines()) {
        judged += 1;
        let agree = (ours == "accepted") == (theirs == "accepted");
        ensure!(
            agree,
            "webhook {judged} is {ours} here and {theirs} by PyJWT (line {judged} of target/differential/cases.ndjson)"
        );
        accepted += usize::from(ours == "accepted");
    }
    ensure!(
        judged == COUNT,
        "only {judged} of {COUNT} webhooks were judged"
    );
    ensure!(
        accepted > COUNT / 10 && accepted < COUNT * 9 / 10,
        "{accepted} of {COUNT} accepted: the webhooks do not test both verdicts"
    );
    Ok(Outcome::Passed(format!(
        "{judged} webhooks, {accepted} accepted, {} refused, 0 differences",
        judged - accepted
    )))
}

/// A Python that has PyJWT.
fn python(sh: &Shell, folder: &Path) -> Result<std::path::PathBuf> {
    let python = folder.join("venv/bin/python");
    if !python.exists() {
        let venv = folder.join("venv");
        cmd!(sh, "python3 -m venv {venv}").quiet().run()?;
        cmd!(sh, "{python} -m pip install --quiet PyJWT==2.10.1")
            .quiet()
            .run()
            .context("PyJWT cannot be installed")?;
    }
    Ok(python)
}
