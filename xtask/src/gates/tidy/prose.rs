//! Plain technical English in comments and pages: a summary is a noun phrase or a verb, and some words are not used.

use std::collections::BTreeMap;
use std::path::Path;

use super::File;

/// Words that begin a summary as a riddle.
const QUESTIONS: &[&str] = &["What", "Whether", "How", "Where", "Why", "Who", "When"];

/// Comments of a crate that may begin with one of them, in percent.
const QUESTIONS_MAX: usize = 2;

/// Phrases with a plain equivalent, in lower case. They are in parts, so that this file passes.
const PHRASES: &[(&[&str], &str)] = &[
    (&["who", "ever"], "name the role"),
    (&["some", "body"], "say recipient or user"),
    (&["no", "body"], "use the passive, or name the component"),
    (&["is no", "ne of"], "say \"is not a\""),
    (&["under", " way"], "say in-flight"),
    (&["spo", "ilt"], "say corrupt or malformed"),
    (&["so-man", "ieth"], "say nth"),
    (&["let", " go of"], "say released or dropped"),
];

/// Checks the comments and pages of each crate, the pages of the guide, and the code of every page.
pub(super) fn check(files: &[File], mistakes: &mut Vec<String>) {
    let mut crates: BTreeMap<&Path, Vec<String>> = BTreeMap::new();
    let mut counts: BTreeMap<&Path, usize> = BTreeMap::new();
    for file in files {
        let is_page = file
            .path
            .extension()
            .is_some_and(|extension| extension == "md");
        if is_page {
            hidden_lines(file, mistakes);
        }
        let home = file.path.ancestors().find(|folder| {
            *folder == Path::new("docs/guide") || folder.parent() == Some(Path::new("crates"))
        });
        let Some(home) = home else {
            continue;
        };
        for (line, text, is_first) in lines(&file.text, is_page) {
            phrases(file, line, text, mistakes);
            if is_first {
                *counts.entry(home).or_default() += 1;
                if is_question(text) {
                    let place = format!("{}:{line}", file.path.display());
                    crates.entry(home).or_default().push(place);
                }
            }
        }
    }
    for (home, questions) in crates {
        let count = counts.get(home).copied().unwrap_or_default();
        if home.starts_with("crates") && questions.len() * 100 > count * QUESTIONS_MAX {
            mistakes.push(format!(
                "{}: {} of {count} comments begin with a question word, more than {QUESTIONS_MAX} %: {}",
                home.display(),
                questions.len(),
                questions.join(" ")
            ));
        }
    }
}

/// The lines of comments, or of paragraphs, with their numbers; true at the first line of each.
fn lines(text: &str, is_page: bool) -> Vec<(usize, &str, bool)> {
    let mut found = Vec::new();
    let mut last = 0;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        let words = if is_page {
            Some(line).filter(|line| !line.is_empty())
        } else {
            line.strip_prefix("//")
                .map(|rest| rest.trim_start_matches(['/', '!']).trim())
        };
        if let Some(words) = words {
            found.push((number, words, last == 0 || last + 1 != number));
            last = number;
        }
    }
    found
}

fn is_question(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    QUESTIONS.contains(&first.trim_matches(|letter: char| !letter.is_alphabetic()))
}

fn phrases(file: &File, number: usize, line: &str, mistakes: &mut Vec<String>) {
    let line = line.to_lowercase();
    for (parts, instead) in PHRASES {
        let phrase = parts.concat();
        if line.contains(&phrase) {
            mistakes.push(format!(
                "{}:{number}: `{phrase}`: {instead}",
                file.path.display()
            ));
        }
    }
}

/// Rust code of a page can be pasted, so it has no line that only rustdoc hides.
fn hidden_lines(file: &File, mistakes: &mut Vec<String>) {
    let mut is_rust = false;
    for (number, line) in (1..).zip(file.text.lines()) {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            is_rust = language.starts_with("rust");
        } else if is_rust && (line == "#" || line.starts_with("# ")) {
            mistakes.push(format!(
                "{}:{number}: a line that rustdoc hides is shown elsewhere: show the whole program",
                file.path.display()
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(path: &str, text: &str) -> usize {
        let mut mistakes = Vec::new();
        let file = File {
            path: path.into(),
            text: text.to_owned(),
        };
        check(&[file], &mut mistakes);
        mistakes.len()
    }

    #[test]
    fn hidden_lines_are_those_of_rust_code() {
        let page = "# Title\n\n```rust\n# fn main() {\nlet a = 1;\n# }\n```\n\n```toml\n# A comment.\n```\n";
        assert_eq!(mistakes("docs/a.md", page), 2);
    }

    #[test]
    fn a_summary_is_not_a_question() {
        let text = "/// What it is.\n/// When not.\nfn a() {}\n\n/// A function.\nfn b() {}\n";
        assert_eq!(
            lines(text, false)
                .iter()
                .filter(|(.., is_first)| *is_first)
                .count(),
            2
        );
        assert_eq!(mistakes("crates/a/src/lib.rs", text), 1);
        assert_eq!(
            mistakes("crates/a/src/lib.rs", "/// A function.\nfn b() {}\n"),
            0
        );
    }

    #[test]
    fn a_phrase_with_a_plain_equivalent_is_a_mistake() {
        let text = format!("/// For {}.\n", PHRASES[0].0.concat());
        assert_eq!(mistakes("crates/a/src/lib.rs", &text), 1);
    }
}
