//! Every feature, alone and beside every other: none needs another that it does not name.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};
use xshell::{Shell, cmd};

use crate::command::Outcome;
use crate::workspace;

/// Checks each crate by itself: without features, with each, with each pair, and with all. The models' tests run by themselves
/// too: the command enables `arbitrary_precision` of `serde_json`, so the tests of the whole workspace run with it.
pub(crate) fn check(sh: &Shell, _flags: &[String]) -> Result<Outcome> {
    let (mut checked, mut failed) = (0, Vec::new());
    for package in workspace::published(sh)? {
        for features in combinations(&package.features) {
            let features = features.into_iter().collect::<Vec<_>>().join(",");
            if !is_clean(sh, &package.name, &features) {
                failed.push(format!("{} with [{features}]", package.name));
            }
            checked += 1;
        }
    }
    ensure!(failed.is_empty(), "{}", failed.join(", "));
    cmd!(sh, "cargo test --quiet --package messages-types --locked")
        .quiet()
        .ignore_stdout()
        .run()?;
    Ok(Outcome::Passed(format!("{checked} combinations")))
}

/// Clippy is here for its way to deny the warnings of this workspace without building its dependencies anew.
fn is_clean(sh: &Shell, package: &str, features: &str) -> bool {
    cmd!(
        sh,
        "cargo clippy --quiet --package {package} --no-default-features --features {features} --locked -- -D warnings"
    )
    .quiet()
    .run()
    .is_ok()
}

/// The sets of at most two features, and the one of all; a set that another one implies is left out.
fn combinations(features: &BTreeMap<String, Vec<String>>) -> Vec<BTreeSet<&str>> {
    let names: Vec<&str> = features.keys().map(String::as_str).collect();
    let mut sets = vec![BTreeSet::new()];
    for (index, first) in names.iter().enumerate() {
        sets.extend(names[index..].iter().map(|second| [*first, *second].into()));
    }
    sets.push(names.iter().copied().collect());

    let mut seen = BTreeSet::new();
    sets.retain(|set| seen.insert(closure(features, set)));
    sets
}

/// The features that are on when these are.
fn closure<'a>(
    features: &'a BTreeMap<String, Vec<String>>,
    chosen: &BTreeSet<&'a str>,
) -> BTreeSet<&'a str> {
    let mut on = BTreeSet::new();
    let mut waiting: Vec<&str> = chosen.iter().copied().collect();
    while let Some(feature) = waiting.pop() {
        // A feature that only groups others adds nothing to them.
        if feature != "default" && !on.insert(feature) {
            continue;
        }
        let implied = features.get(feature).into_iter().flatten();
        waiting.extend(
            implied
                .map(String::as_str)
                .filter(|name| features.contains_key(*name)),
        );
    }
    on
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn implied_sets_are_checked_once() {
        let features: BTreeMap<String, Vec<String>> = [
            ("default", vec!["http"]),
            ("http", vec!["dep:http"]),
            ("server", vec!["http", "dep:net"]),
            ("log", vec![]),
        ]
        .into_iter()
        .map(|(name, implied)| {
            (
                name.to_owned(),
                implied.into_iter().map(str::to_owned).collect(),
            )
        })
        .collect();

        let on: BTreeSet<BTreeSet<&str>> = combinations(&features)
            .iter()
            .map(|set| closure(&features, set))
            .collect();

        let expected: BTreeSet<BTreeSet<&str>> = [
            vec![],
            vec!["http"],
            vec!["log"],
            vec!["http", "server"],
            vec!["http", "log"],
            vec!["http", "log", "server"],
        ]
        .into_iter()
        .map(|set| set.into_iter().collect())
        .collect();
        assert_eq!(on, expected);
        assert_eq!(combinations(&features).len(), expected.len());
    }
}
