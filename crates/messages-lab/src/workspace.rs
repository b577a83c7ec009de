//! The folders and binaries of the workspace.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{Message, MetadataCommand};
use xshell::{Shell, cmd};

/// The folder of the workspace, two above the one of this crate.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// The build directory, which the environment may have moved.
pub(crate) fn target(sh: &Shell) -> Result<PathBuf> {
    let json = cmd!(sh, "cargo metadata --format-version 1 --no-deps --locked")
        .quiet()
        .read()?;
    let metadata = MetadataCommand::parse(json).context("cargo metadata cannot be read")?;
    Ok(metadata.target_directory.into())
}

/// Builds a benchmark without a harness and returns the path of its binary.
pub(crate) fn benchmark(sh: &Shell, package: &str, name: &str) -> Result<PathBuf> {
    let json = cmd!(
        sh,
        "cargo bench --quiet --package {package} --locked --bench {name} --no-run --message-format json-render-diagnostics"
    )
    .quiet()
    .read()?;
    Message::parse_stream(json.as_bytes())
        .find_map(|message| match message {
            Ok(Message::CompilerArtifact(artifact)) => artifact.executable,
            _ => None,
        })
        .map(PathBuf::from)
        .with_context(|| format!("the benchmark {name} was not built"))
}
