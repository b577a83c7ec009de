//! Counts the instructions of the hot path. Times are noise on a shared machine; counts hardly differ from run to run.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use xshell::{Shell, cmd};

use crate::workspace;

/// The counts that are kept: one line for each operation, and beside it the machine's kind.
const KEPT: &str = "crates/messages-sdk/benches/instructions.toml";

/// By how many per cent a count may differ from the one that is kept.
const SLACK: u64 = 5;

/// The cost of an operation is the difference of two runs, so that starting and setting up cancel out.
const RUNS: (u64, u64) = (100, 1_100);

/// Counts and compares; `--bless` keeps the new counts.
pub(crate) fn check(sh: &Shell, flags: &[String]) -> Result<String> {
    ensure!(
        std::env::consts::ARCH == "x86_64",
        "the stored counts are those of x86_64"
    );
    let binary = workspace::benchmark(sh, "messages-sdk", "hot_path")?;
    let names = cmd!(sh, "{binary}").quiet().read()?;
    let mut counts = BTreeMap::new();
    for name in names.lines() {
        let (few, many) = RUNS;
        let total = count(sh, &binary, name, many)?.saturating_sub(count(sh, &binary, name, few)?);
        counts.insert(name.to_owned(), total / (many - few));
    }
    if flags.iter().any(|flag| flag == "--bless") {
        sh.write_file(KEPT, kept(&counts))?;
        return Ok(format!("wrote {KEPT}"));
    }
    let before = toml::from_str(&sh.read_file(KEPT)?).context(KEPT)?;
    let mistakes = compare(&before, &counts);
    if !mistakes.is_empty() {
        bail!(
            "{}; if that is meant, run `cargo xtask instructions --bless`",
            mistakes.join(", ")
        );
    }
    Ok(format!("{} operations within {SLACK} %", counts.len()))
}

/// The instructions of one run.
fn count(sh: &Shell, binary: &Path, name: &str, times: u64) -> Result<u64> {
    let times = times.to_string();
    let output = cmd!(
        sh,
        "valgrind --tool=callgrind --callgrind-out-file=/dev/null {binary} {name} {times}"
    )
    .quiet()
    .output()?;
    let report = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{name} failed: {report}");
    report
        .lines()
        .find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok())
        .context("callgrind reports no count")
}

fn kept(counts: &BTreeMap<String, u64>) -> String {
    let mut text = "# Instructions for each operation of hot_path.rs on x86_64, by callgrind. Written by `cargo xtask instructions --bless`.\n".to_owned();
    for (name, count) in counts {
        text.push_str(&format!("{name} = {count}\n"));
    }
    text
}

/// Lists the counts that differ by more than the slack. Faster counts too: otherwise the next loss would hide in the gain.
fn compare(before: &BTreeMap<String, u64>, now: &BTreeMap<String, u64>) -> Vec<String> {
    let mut mistakes = Vec::new();
    for (name, now) in now {
        match before.get(name) {
            None => mistakes.push(format!("{name} has no count to compare with")),
            Some(before) if before.abs_diff(*now) * 100 > before * SLACK => {
                mistakes.push(format!(
                    "{name} takes {now} instructions, and {before} are kept"
                ));
            }
            Some(_) => {}
        }
    }
    let gone = before.keys().filter(|name| !now.contains_key(*name));
    mistakes.extend(gone.map(|name| format!("{name} is no longer counted")));
    mistakes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(counts: &[(&str, u64)]) -> BTreeMap<String, u64> {
        counts
            .iter()
            .map(|(name, count)| ((*name).to_owned(), *count))
            .collect()
    }

    #[test]
    fn more_than_the_slack_is_a_mistake_in_both_directions() {
        let before = counts(&[("send", 1_000)]);
        for within in [950, 1_000, 1_050] {
            assert!(
                compare(&before, &counts(&[("send", within)])).is_empty(),
                "{within}"
            );
        }
        for beyond in [949, 1_051] {
            assert_eq!(
                compare(&before, &counts(&[("send", beyond)])).len(),
                1,
                "{beyond}"
            );
        }
    }

    #[test]
    fn an_operation_that_comes_or_goes_is_a_mistake() {
        assert_eq!(
            compare(&counts(&[("old", 1)]), &counts(&[("new", 1)])),
            [
                "new has no count to compare with",
                "old is no longer counted"
            ]
        );
    }

    #[test]
    fn what_is_written_is_read_again() {
        let counts = counts(&[("decode", 5), ("send", 7)]);
        assert_eq!(
            toml::from_str::<BTreeMap<String, u64>>(&kept(&counts)).unwrap(),
            counts
        );
    }
}
