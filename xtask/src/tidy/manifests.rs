//! Manifests against what is written elsewhere.

use std::collections::BTreeSet;

use cargo_metadata::Package;
use xshell::Shell;

use super::File;

/// Each crate takes the workspace's lints; each that is published explains its features and its changes.
pub(super) fn check(sh: &Shell, packages: &[Package], mistakes: &mut Vec<String>) {
    for package in packages {
        let name = package.name.as_str();
        let Some(folder) = package.manifest_path.parent() else {
            continue;
        };
        let read = |file: &str| sh.read_file(folder.join(file)).unwrap_or_default();
        let manifest = read("Cargo.toml");
        if !manifest.contains("[lints]\nworkspace = true") {
            mistakes.push(format!("{name} does not take the workspace's lints"));
        }
        if package.publish.is_some() {
            continue;
        }
        for file in ["README.md", "CHANGELOG.md"] {
            if read(file).is_empty() {
                mistakes.push(format!("{name} has no {file}"));
            }
        }
        features(package, &manifest, &read("README.md"), mistakes);
        if !package.features.is_empty()
            && !manifest.contains("[package.metadata.docs.rs]\nall-features = true\n")
        {
            mistakes.push(format!(
                "{name}: docs.rs would leave out what its features add"
            ));
        }
    }
}

/// A feature is explained twice: beside its definition, and in the table of the README.
fn features(package: &Package, manifest: &str, readme: &str, mistakes: &mut Vec<String>) {
    let name = package.name.as_str();
    let on = |feature: &String| {
        let default = package.features.get("default");
        default.is_some_and(|names| names.contains(feature))
    };
    let defined: BTreeSet<(String, bool)> = package
        .features
        .keys()
        .filter(|feature| *feature != "default")
        .map(|feature| (feature.clone(), on(feature)))
        .collect();
    let listed = feature_table(readme);
    for (feature, _) in defined.difference(&listed) {
        mistakes.push(format!(
            "{name}: the README's table of features says nothing right of `{feature}`"
        ));
    }
    for (feature, _) in listed.difference(&defined) {
        mistakes.push(format!(
            "{name}: the README's table of features names `{feature}` wrongly"
        ));
    }
    let lines: Vec<&str> = manifest.lines().collect();
    for (feature, _) in &defined {
        let is_definition = |line: &str| line.starts_with(&format!("{feature} = ["));
        let explained = lines
            .windows(2)
            .any(|pair| is_definition(pair[1]) && pair[0].starts_with('#'));
        if !explained {
            mistakes.push(format!(
                "{name}: no comment in Cargo.toml explains `{feature}`"
            ));
        }
    }
}

/// The rows of the table below "## Features", and whether they say "(default)".
fn feature_table(readme: &str) -> BTreeSet<(String, bool)> {
    let Some((_, section)) = readme.split_once("\n## Features\n") else {
        return BTreeSet::new();
    };
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

/// The oldest compiler stands in the workspace's manifest, the usual one in `rust-toolchain.toml`, and nowhere else.
pub(super) fn versions(packages: &[Package], files: &[File], mistakes: &mut Vec<String>) {
    let oldest = packages
        .iter()
        .find_map(|package| package.rust_version.as_ref())
        .map(|version| (format!("{}.{}", version.major, version.minor), "Cargo.toml"));
    let usual = files
        .iter()
        .find(|file| file.name() == "rust-toolchain.toml")
        .and_then(|file| file.text.split('"').nth(1))
        .map(|version| (version.to_owned(), "rust-toolchain.toml"));
    for known in [oldest, usual] {
        let Some((version, place)) = known else {
            mistakes.push("a compiler's version stands in no manifest".to_owned());
            continue;
        };
        let others = files.iter().filter(|file| file.name() != place);
        for file in others.filter(|file| speaks_of_compiler(&file.text, &version)) {
            mistakes.push(format!(
                "{} repeats the compiler's version {version}, which belongs into {place} alone",
                file.name()
            ));
        }
    }
}

/// Whether a line names Rust, or something of cargo's, together with this version.
fn speaks_of_compiler(text: &str, version: &str) -> bool {
    text.lines().any(|line| {
        let names_it = ["rust", "Rust", "MSRV", "toolchain"]
            .iter()
            .any(|word| line.contains(word));
        names_it
            && line
                .split(|at: char| !(at.is_ascii_digit() || at == '.'))
                .any(|number| number.trim_end_matches('.') == version)
    })
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
    fn a_version_counts_only_beside_the_compilers_name() {
        assert!(speaks_of_compiler("it needs Rust 7.89.", "7.89"));
        assert!(!speaks_of_compiler("it took 7.89 s", "7.89"));
        assert!(!speaks_of_compiler("rust takes 17.890 s", "7.89"));
    }
}
