//! Escapes untrusted text before it is printed on a terminal.

use std::fmt;

/// Returns `true` for a character that could do more on a terminal than be shown: move the cursor, reorder the line,
/// hide itself.
///
/// Joiners (U+200C, U+200D) are left alone, since scripts and emoji need them.
pub(crate) fn is_unsafe(c: char) -> bool {
    match c {
        // The great majority, decided first.
        ' '..='~' => false,
        // C0, DEL and C1: cursor, title, clipboard, palette.
        c if c.is_control() => true,
        // Soft hyphen, Arabic letter mark, Mongolian vowel separator: format characters without a shape.
        '\u{ad}' | '\u{61c}' | '\u{180e}'
        // Fillers that look like nothing.
        | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{2800}'
        // Zero width space, direction marks; line and paragraph separators; embeddings and overrides.
        | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        // Word joiner, invisible operators, isolates, deprecated format characters.
        | '\u{2060}'..='\u{206f}'
        // Byte order mark, interlinear annotations.
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        // Shorthand and musical format controls, tags.
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}' => true,
        _ => false,
    }
}

/// Whether a line can be shown as it is.
pub(crate) fn is_harmless(line: &str) -> bool {
    line.chars().all(|c| !is_unsafe(c))
}

/// A text as a terminal may see it: unsafe characters as `\n`, `\t` or `\u{…}`, and no heap of combining marks.
pub(crate) struct Safe<'a>(pub(crate) &'a str);

/// More marks than this on one letter belong to no language and cover the lines above.
const MARKS_MAX: usize = 6;

impl fmt::Display for Safe<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;

        if self.0.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return f.write_str(self.0);
        }
        let mut marks = 0;
        for c in self.0.chars() {
            marks = if is_mark(c) { marks + 1 } else { 0 };
            match c {
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                c if is_unsafe(c) || marks > MARKS_MAX => write!(f, "\\u{{{:x}}}", u32::from(c))?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// The blocks of combining marks that go on top of any letter.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}
