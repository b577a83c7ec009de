//! Manifests beside the READMEs that explain them.

use std::collections::BTreeSet;

use cargo_metadata::Package;
use xshell::Shell;

/// A crate takes the workspace's lints; one that is published explains its features and its changes.
pub(super) fn check(sh: &Shell, package: &Package, mistakes: &mut Vec<String>) {
    let name = package.name.as_str();
    let folder = package.manifest_path.parent();
    let read = |file: &str| {
        let path = folder.map(|folder| folder.join(file)).unwrap_or_default();
        sh.read_file(path).unwrap_or_default()
    };
    let manifest = read("Cargo.toml");
    let mut expect = |is_met: bool, mistake: &str| {
        if !is_met {
            mistakes.push(format!("{name}: {mistake}"));
        }
    };
    expect(
        manifest.contains("[lints]\nworkspace = true"),
        "Cargo.toml does not take the workspace's lints",
    );
    if package.publish.is_some() {
        return;
    }
    for file in ["README.md", "CHANGELOG.md"] {
        expect(!read(file).is_empty(), &format!("{file} is missing"));
    }
    expect(
        package.features.is_empty()
            || manifest.contains("[package.metadata.docs.rs]\nall-features = true\n"),
        "docs.rs would leave out what its features add",
    );
    let default = package.features.get("default");
    let defined: BTreeSet<(String, bool)> = package
        .features
        .keys()
        .filter(|feature| *feature != "default")
        .map(|feature| {
            (
                feature.clone(),
                default.is_some_and(|on| on.contains(feature)),
            )
        })
        .collect();
    let listed = feature_table(&read("README.md"));
    expect(
        defined == listed,
        &format!(
            "the README's table of features lists {listed:?}, and Cargo.toml defines {defined:?}"
        ),
    );
    for (feature, _) in &defined {
        expect(
            is_explained(&manifest, feature),
            &format!("Cargo.toml has no comment on `{feature}`"),
        );
    }
}

/// A comment stands above the definition of the feature.
fn is_explained(manifest: &str, feature: &str) -> bool {
    let definition = format!("{feature} = [");
    let lines: Vec<&str> = manifest.lines().collect();
    lines
        .windows(2)
        .any(|pair| pair[1].starts_with(&definition) && pair[0].starts_with('#'))
}

/// The rows of the table below "## Features": the feature, and true where "(default)" follows it.
fn feature_table(readme: &str) -> BTreeSet<(String, bool)> {
    let section = readme
        .split_once("\n## Features\n")
        .map_or("", |(_, rest)| rest);
    let section = section.split("\n## ").next().unwrap_or_default();
    section
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(feature, rest)| {
            (
                feature.to_owned(),
                rest.trim_start().starts_with("(default)"),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_feature_table_is_read_with_its_defaults() {
        let readme = "# x\n\n## Features\n\n| feature | adds |\n| --- | --- |\n| `a` (default) | x |\n| `b` | y |\n\n## More\n\n| `c` | z |\n";
        let expected = [("a".to_owned(), true), ("b".to_owned(), false)];
        assert_eq!(feature_table(readme), expected.into());
    }

    #[test]
    fn a_feature_is_explained_above_its_definition() {
        let manifest = "# Adds a.\na = []\nb = []\n";
        assert!(is_explained(manifest, "a"));
        assert!(!is_explained(manifest, "b"));
    }
}
