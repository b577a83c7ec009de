//! Lone surrogates: halves of a character, left by senders that cut a text between two UTF-16 units.

/// Replaces every escaped surrogate that is not part of a pair by U+FFFD, the replacement character; `None` if there is
/// none. All other bytes are unchanged, and so is the length.
///
/// Such an escape, as in `"\ud83d"`, is allowed by the JSON grammar, but no Rust string can hold its value, so
/// parsers refuse it.
///
/// ```
/// use messages_types::replace_lone_surrogates;
///
/// let repaired = replace_lone_surrogates(r#"{"text": "cut \ud83d"}"#);
/// assert_eq!(repaired.as_deref(), Some(r#"{"text": "cut \ufffd"}"#));
/// assert_eq!(replace_lone_surrogates(r#"{"text": "whole \ud83d\ude00"}"#), None);
/// ```
#[must_use]
pub fn replace_lone_surrogates(json: &str) -> Option<String> {
    let mut repaired = None::<String>;
    let mut at = 0;
    while let Some(offset) = json.get(at..).and_then(|rest| rest.find('\\')) {
        let escape = at + offset;
        at = match unit(json, escape) {
            Some(0xd800..=0xdbff) if matches!(unit(json, escape + 6), Some(0xdc00..=0xdfff)) => {
                escape + 12
            }
            Some(0xd800..=0xdfff) => {
                let repaired = repaired.get_or_insert_with(|| json.to_owned());
                repaired.replace_range(escape..escape + 6, "\\ufffd");
                escape + 6
            }
            Some(_) => escape + 6,
            // Any other escape is a backslash and one character.
            None => escape + 2,
        };
    }
    repaired
}

/// UTF-16 unit of the escape `\uXXXX` at this position.
fn unit(json: &str, escape: usize) -> Option<u16> {
    let digits = json.get(escape..escape + 6)?.strip_prefix("\\u")?;
    // A sign is not a digit here.
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex
        .then(|| u16::from_str_radix(digits, 16).ok())
        .flatten()
}
