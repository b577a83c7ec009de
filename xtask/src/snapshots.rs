//! Every snapshot belongs to a test: one that no test reads would stay, and say what nobody checks.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use cargo_metadata::Message;
use xshell::{Shell, cmd};

use crate::command::Outcome;
use crate::workspace;

/// Runs the tests that read snapshots, and compares what they read with what there is.
pub(crate) fn check(sh: &Shell, _flags: &[String]) -> Result<Outcome> {
    // git ignores what waits, so it is not asked.
    let undecided = files_with(sh, Path::new("crates"), "new")?;
    ensure!(
        undecided.is_empty(),
        "a snapshot waits to be accepted or thrown away: {undecided:?}"
    );
    let there = files_with(sh, Path::new("crates"), "snap")?;

    let list = workspace::target(sh)?.join("snapshots-read.txt");
    sh.remove_path(&list)?;
    for (package, binary) in test_binaries(sh)? {
        if !there.iter().any(|snapshot| snapshot.starts_with(&package)) {
            continue;
        }
        let _in_package = sh.push_dir(&package);
        let output = cmd!(sh, "{binary} --quiet")
            .env("CARGO_MANIFEST_DIR", sh.current_dir())
            .env("INSTA_SNAPSHOT_REFERENCES_FILE", &list)
            .env("INSTA_UPDATE", "no")
            .env("INSTA_FORCE_PASS", "0")
            .quiet()
            .ignore_status()
            .output()?;
        ensure!(
            output.status.success(),
            "a test of {} fails\n{}",
            package.display(),
            String::from_utf8_lossy(&output.stdout)
        );
    }

    let root = sh.current_dir().canonicalize()?;
    let read: BTreeSet<PathBuf> = sh
        .read_file(&list)?
        .lines()
        .filter_map(|line| PathBuf::from(line).canonicalize().ok())
        .filter_map(|path| path.strip_prefix(&root).map(PathBuf::from).ok())
        .collect();
    ensure!(
        !read.is_empty(),
        "no test reads a snapshot: the check itself is broken"
    );
    let unread: Vec<_> = there.difference(&read).collect();
    ensure!(
        unread.is_empty(),
        "no test reads these snapshots: {unread:?}"
    );
    Ok(Outcome::Passed(format!("{} snapshots", there.len())))
}

/// The files below a folder whose names end like this, relative to the workspace.
fn files_with(sh: &Shell, folder: &Path, extension: &str) -> Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    for path in sh.read_dir(folder)? {
        if sh.current_dir().join(&path).is_dir() {
            found.extend(files_with(sh, &path, extension)?);
        } else if path.extension().is_some_and(|this| this == extension) {
            found.insert(
                path.strip_prefix(sh.current_dir())
                    .unwrap_or(&path)
                    .to_path_buf(),
            );
        }
    }
    Ok(found)
}

/// The folders of the crates and their integration tests, built as the test command builds them.
fn test_binaries(sh: &Shell) -> Result<Vec<(PathBuf, PathBuf)>> {
    let json = cmd!(
        sh,
        "cargo test --quiet --workspace --all-features --locked --test it --no-run --message-format json-render-diagnostics"
    )
    .quiet()
    .ignore_stderr()
    .read()?;
    let root = sh.current_dir();
    let mut binaries = Vec::new();
    for message in Message::parse_stream(json.as_bytes()) {
        let Message::CompilerArtifact(artifact) = message? else {
            continue;
        };
        let (Some(binary), Some(folder)) = (artifact.executable, artifact.manifest_path.parent())
        else {
            continue;
        };
        if artifact.target.is_test() {
            let folder = folder.strip_prefix(&root).unwrap_or(folder);
            binaries.push((folder.into(), binary.into()));
        }
    }
    Ok(binaries)
}
