//! Random webhooks, good and bad.

use std::path::Path;

use anyhow::Result;
use xshell::{Shell, cmd};

use super::{answers, compare};

const COUNT: usize = 50_000;

/// Has both judge the same webhooks.
pub(super) fn check(sh: &Shell, python: &Path, folder: &Path) -> Result<String> {
    let count = COUNT.to_string();
    cmd!(sh, "{python} - {count} {folder}")
        .stdin(include_str!("webhooks.py"))
        .quiet()
        .run()?;
    let ours = answers(sh, "verdicts", &folder.join("cases.ndjson"))?;
    let theirs = sh.read_file(folder.join("verdicts.txt"))?;
    compare("webhooks", COUNT, &ours, &theirs, "cases.ndjson")
}
