//! Tokens that are minted here and verified by PyJWT, from every form of a key, and the other way round.

use std::path::Path;

use anyhow::Result;
use xshell::{Shell, cmd};

use super::{answers, compare};

const COUNT: usize = 5_000;

/// Has PyJWT verify what was minted here, and both judge the same random tokens.
pub(super) fn check(sh: &Shell, python: &Path, folder: &Path) -> Result<String> {
    let count = COUNT.to_string();
    let script = |action: &str| {
        cmd!(sh, "{python} - {action} {count} {folder}")
            .stdin(include_str!("tokens.py"))
            .quiet()
            .read()
    };
    script("write")?;
    let minted = answers(sh, "tokens", &folder.join("mint.ndjson"))?;
    sh.write_file(folder.join("minted.txt"), minted)?;
    let verified = script("judge")?;
    let ours = answers(sh, "tokens", &folder.join("judge.ndjson"))?;
    let theirs = sh.read_file(folder.join("token-verdicts.txt"))?;
    let judged = compare("tokens", COUNT, &ours, &theirs, "judge.ndjson")?;
    Ok(format!(
        "{judged}; PyJWT verifies {verified} of {verified} tokens minted from PKCS#1 and PKCS#8"
    ))
}
