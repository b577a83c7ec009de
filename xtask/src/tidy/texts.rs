//! What must not stand in a source file, and links that must lead somewhere.

use xshell::Shell;

use super::File;

/// Words that tell of something unfinished or unchecked, and what is wrong with them.
/// They are in parts so that this file may stand among those that are searched.
const WORDS: &[(&[&str], &str)] = &[
    (&["to", "do!("], "something is unfinished"),
    (&["unimple", "mented!("], "something is unfinished"),
    (&["TO", "DO"], "what is left to do belongs into an issue"),
    (&["FIX", "ME"], "what is left to do belongs into an issue"),
    (&["```", "ignore"], "an example that does not compile"),
    (&["```", "rust,ignore"], "an example that does not compile"),
    (&["```", "no_run"], "an example that does not run"),
    (&["```", "rust,no_run"], "an example that does not run"),
    (
        &["#[", "ignore]"],
        "a test that is left out without a reason",
    ),
];

/// What must not stand in a crate's source, where input could cause a panic; its integration tests may have it. Who names one of
/// the lints wants a way round it.
const PANICS: &[(&[&str], &str)] = &[
    (&["clippy::", "unwrap_used"], "a way round a lint"),
    (&["clippy::", "expect_used"], "a way round a lint"),
    (&["clippy::", "panic"], "a way round a lint"),
    (&["unreach", "able!("], "a panic"),
];

/// No source file and no page holds one of the words.
pub(super) fn words(files: &[File], mistakes: &mut Vec<String>) {
    let searched = files
        .iter()
        .filter(|file| file.has_extension("rs") || file.has_extension("md"));
    for file in searched {
        for (parts, wrong) in WORDS {
            find(file, &parts.concat(), wrong, mistakes);
        }
        if file.path.iter().any(|folder| folder == "src") {
            for (parts, wrong) in PANICS {
                find(file, &parts.concat(), wrong, mistakes);
            }
        }
    }
}

fn find(file: &File, word: &str, wrong: &str, mistakes: &mut Vec<String>) {
    for (number, line) in file.text.lines().enumerate() {
        if line.contains(word) {
            mistakes.push(format!("{}:{}: `{word}`: {wrong}", file.name(), number + 1));
        }
    }
}

/// Each link of a page to another file leads to one.
pub(super) fn links(sh: &Shell, files: &[File], mistakes: &mut Vec<String>) {
    for file in files.iter().filter(|file| file.has_extension("md")) {
        let folder = file
            .path
            .parent()
            .map(std::path::Path::to_path_buf)
            .unwrap_or_default();
        for target in link_targets(&file.text) {
            if !sh.path_exists(folder.join(target)) {
                mistakes.push(format!(
                    "{} links to {target}, which is not there",
                    file.name()
                ));
            }
        }
    }
}

/// The files that the page links to. Names of Rust items, which rustdoc resolves, are not files.
fn link_targets(page: &str) -> impl Iterator<Item = &str> {
    page.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .map(|target| target.split('#').next().unwrap_or_default())
        .filter(|target| !target.contains(':') && (target.contains('/') || target.contains('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_to_files_are_followed() {
        let page = "[a](docs/a.md#part), [b](https://example.com/b), [c](layer::Retry), [d](#here), [e](e.rs)";
        assert_eq!(
            link_targets(page).collect::<Vec<_>>(),
            ["docs/a.md", "e.rs"]
        );
    }
}
