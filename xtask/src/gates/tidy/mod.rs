//! Conventions that no tool knows: of manifests and READMEs, of comments, and of pages.

mod manifests;
mod prose;

use std::path::PathBuf;

use anyhow::{Result, bail};
use xshell::Shell;

use crate::workspace;

/// A Rust file or a page, and its text.
struct File {
    path: PathBuf,
    text: String,
}

/// Words that a source file or a page must not contain, and the reason. They are in parts, so that this file passes.
const WORDS: &[(&[&str], &str)] = &[
    (&["TO", "DO"], "unfinished work belongs into an issue"),
    (&["FIX", "ME"], "unfinished work belongs into an issue"),
    (&["```", "ignore"], "an example that does not compile"),
    (&["```", "rust,ignore"], "an example that does not compile"),
    (&["```", "no_run"], "an example that does not run"),
    (&["```", "rust,no_run"], "an example that does not run"),
];

/// Words that the source of a crate must not contain besides, where input could cause a panic.
const PANICS: &[(&[&str], &str)] = &[
    (&["clippy::", "unwrap_used"], "a way round a lint"),
    (&["clippy::", "expect_used"], "a way round a lint"),
    (&["clippy::", "panic"], "a way round a lint"),
    (&["unreach", "able!("], "a panic"),
];

/// Reports all mistakes at once.
pub(crate) fn check(sh: &Shell, _flags: &[String]) -> Result<String> {
    let mut files = Vec::new();
    for path in workspace::files(sh)? {
        if path
            .extension()
            .is_some_and(|extension| extension == "rs" || extension == "md")
        {
            let text = sh.read_file(&path)?;
            files.push(File { path, text });
        }
    }
    let mut mistakes = Vec::new();
    for package in workspace::members(sh)? {
        manifests::check(sh, &package, &mut mistakes);
    }
    for file in &files {
        words(file, &mut mistakes);
    }
    prose::check(&files, &mut mistakes);
    if mistakes.is_empty() {
        return Ok(format!("{} files", files.len()));
    }
    bail!("{} mistakes\n  {}", mistakes.len(), mistakes.join("\n  "));
}

fn words(file: &File, mistakes: &mut Vec<String>) {
    let is_source = file.path.iter().any(|folder| folder == "src");
    let panics = if is_source { PANICS } else { &[] };
    for (number, line) in file.text.lines().enumerate() {
        for (parts, reason) in WORDS.iter().chain(panics) {
            let word = parts.concat();
            if line.contains(&word) {
                mistakes.push(format!(
                    "{}:{}: `{word}`: {reason}",
                    file.path.display(),
                    number + 1
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        let mut mistakes = Vec::new();
        let file = File {
            path: path.into(),
            text: text.to_owned(),
        };
        words(&file, &mut mistakes);
        mistakes.len()
    }

    #[test]
    fn a_panic_is_a_mistake_in_the_source_of_a_crate() {
        let text = format!("fn a() {{ {}) }}\n", PANICS[3].0.concat());
        assert_eq!(found("crates/a/src/lib.rs", &text), 1);
        assert_eq!(found("crates/a/tests/it/main.rs", &text), 0);
    }

    #[test]
    fn unfinished_work_is_a_mistake_everywhere() {
        let text = format!("// {}: more\n", WORDS[0].0.concat());
        assert_eq!(found("docs/a.md", &text), 1);
        assert_eq!(found("docs/a.md", "// More.\n"), 0);
    }
}
