//! What two places say and must say alike, and what must not stand in the code at all.

mod manifests;
mod prose;
mod texts;

use std::path::PathBuf;

use anyhow::{Result, bail};
use xshell::Shell;

use crate::command::Outcome;
use crate::workspace;

/// A file and its text.
pub(crate) struct File {
    path: PathBuf,
    text: String,
}

/// Finds all mistakes before it fails.
pub(crate) fn check(sh: &Shell, _flags: &[String]) -> Result<Outcome> {
    let files = readable(sh)?;
    let packages = workspace::members(sh)?;
    let mut mistakes = Vec::new();
    manifests::check(sh, &packages, &mut mistakes);
    manifests::versions(&packages, &files, &mut mistakes);
    texts::links(sh, &files, &mut mistakes);
    texts::words(&files, &mut mistakes);
    prose::check(&files, &mut mistakes);
    prose::check_pages(&files, &mut mistakes);
    if mistakes.is_empty() {
        return Ok(Outcome::Passed(format!("{} files", files.len())));
    }
    bail!("{} mistakes\n  {}", mistakes.len(), mistakes.join("\n  "));
}

/// The files of the repository that are text, without what machines write.
fn readable(sh: &Shell) -> Result<Vec<File>> {
    let mut files = Vec::new();
    for path in workspace::files(sh)? {
        let machine_written = path.ends_with("Cargo.lock") || path.ends_with("api.txt");
        let Ok(bytes) = sh.read_binary_file(&path) else {
            continue;
        };
        if let (false, Ok(text)) = (machine_written, String::from_utf8(bytes)) {
            files.push(File { path, text });
        }
    }
    Ok(files)
}

impl File {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn has_extension(&self, extension: &str) -> bool {
        self.path.extension().is_some_and(|this| this == extension)
    }
}
