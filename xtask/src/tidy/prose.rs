//! Plain technical English in comments: a summary is a noun phrase or a verb, and some words are not used.

use super::File;

/// The crates that follow the style throughout. A crate that is done joins them.
const CRATES: &[&str] = &[
    "messages-types",
    "messages-types-derive",
    "messages-auth",
    "messages-sdk",
    "messages-cli",
    "messages-emulator",
    "messages-transport",
    "messages-outbox",
    "messages-outbox-sqlite",
    "messages-outbox-postgres",
];

/// Pages for users, which follow the style throughout.
const PAGES: &str = "docs/guide";

/// Words that begin a summary as a riddle.
const QUESTIONS: &[&str] = &["What", "Whether", "How", "Where", "Why", "Who", "When"];

/// Comments of a crate that may begin with one of them, in percent.
const QUESTIONS_MAX: usize = 2;

/// Phrases with a plain equivalent, in lower case. In parts, as in `texts.rs`.
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

/// A run of comment lines.
struct Comment<'a> {
    line: usize,
    lines: Vec<&'a str>,
}

pub(super) fn check(files: &[File], mistakes: &mut Vec<String>) {
    for name in CRATES {
        let folder = std::path::Path::new("crates").join(name);
        let sources = files.iter().filter(|file| {
            file.path.starts_with(&folder) && (file.has_extension("rs") || file.has_extension("md"))
        });
        let mut count = 0;
        let mut questions = Vec::new();
        for file in sources {
            let comments = if file.has_extension("md") {
                prose(&file.text)
            } else {
                comments(&file.text)
            };
            for comment in &comments {
                count += 1;
                if comment.begins_with_question() {
                    questions.push(format!("{}:{}", file.name(), comment.line));
                }
                comment.phrases(file, mistakes);
            }
        }
        if questions.len() * 100 > count * QUESTIONS_MAX {
            mistakes.push(format!(
                "{name}: {} of {count} comments begin with a question word, more than {QUESTIONS_MAX} %: {}",
                questions.len(),
                questions.join(" ")
            ));
        }
    }
}

/// Checks the guide's words, and the code of every page: it can be pasted, so it has no lines that only rustdoc hides.
pub(super) fn check_pages(files: &[File], mistakes: &mut Vec<String>) {
    for file in files.iter().filter(|file| file.has_extension("md")) {
        if file.path.starts_with(PAGES) {
            for paragraph in prose(&file.text) {
                paragraph.phrases(file, mistakes);
            }
        }
        for line in hidden_lines(&file.text) {
            mistakes.push(format!(
                "{}:{line}: a line that rustdoc hides is shown elsewhere: show the whole program",
                file.name()
            ));
        }
    }
}

/// Numbers of the lines in Rust code that begin with `# `.
fn hidden_lines(text: &str) -> Vec<usize> {
    let mut is_rust = false;
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            is_rust = language.starts_with("rust");
        } else if is_rust && (line == "#" || line.starts_with("# ")) {
            found.push(index + 1);
        }
    }
    found
}

impl Comment<'_> {
    fn begins_with_question(&self) -> bool {
        let first = self
            .lines
            .first()
            .and_then(|line| line.split_whitespace().next());
        first.is_some_and(|word| {
            QUESTIONS.contains(&word.trim_matches(|letter: char| !letter.is_alphabetic()))
        })
    }

    fn phrases(&self, file: &File, mistakes: &mut Vec<String>) {
        for (offset, line) in self.lines.iter().enumerate() {
            let line = line.to_lowercase();
            for (parts, instead) in PHRASES {
                let phrase = parts.concat();
                if line.contains(&phrase) {
                    mistakes.push(format!(
                        "{}:{}: `{phrase}`: {instead}",
                        file.name(),
                        self.line + offset
                    ));
                }
            }
        }
    }
}

/// The comments of a Rust file; lines that follow each other are one.
fn comments(text: &str) -> Vec<Comment<'_>> {
    blocks(text, |line| {
        let comment = line.trim_start().strip_prefix("//")?;
        Some(comment.trim_start_matches(['/', '!']).trim())
    })
}

/// The paragraphs of a page.
fn prose(text: &str) -> Vec<Comment<'_>> {
    blocks(text, |line| {
        Some(line.trim()).filter(|line| !line.is_empty())
    })
}

fn blocks<'a>(text: &'a str, read: impl Fn(&'a str) -> Option<&'a str>) -> Vec<Comment<'a>> {
    let mut found: Vec<Comment<'a>> = Vec::new();
    let mut follows = false;
    for (index, line) in text.lines().enumerate() {
        let Some(line) = read(line) else {
            follows = false;
            continue;
        };
        match found.last_mut() {
            Some(comment) if follows => comment.lines.push(line),
            _ => found.push(Comment {
                line: index + 1,
                lines: vec![line],
            }),
        }
        follows = true;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_lines_are_those_of_rust_code() {
        let page = "# Title\n\n```rust\n# fn main() {\nlet a = 1;\n# }\n```\n\n```toml\n# A comment.\n```\n";
        assert_eq!(hidden_lines(page), [4, 6]);
    }

    #[test]
    fn a_run_of_comment_lines_is_one_comment() {
        let found =
            comments("/// What it is.\n/// When not.\nfn a() {}\n\n// How.\n//! A module.\n");
        let begun: Vec<_> = found.iter().map(|comment| comment.line).collect();
        assert_eq!(begun, [1, 5]);
        assert!(found.iter().all(Comment::begins_with_question));
    }
}
