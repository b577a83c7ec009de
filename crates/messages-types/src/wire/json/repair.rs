//! Values that the JSON grammar allows and Rust's types cannot hold.

/// Rewrites the values of a JSON text that a parser refuses although the grammar allows them; `None` if there are
/// none. So documents of other systems are read, as far as they can be:
///
/// - an escaped surrogate that is not part of a pair, left by a sender that cut a text between two UTF-16 units, becomes
///   U+FFFD, the replacement character;
/// - a number above the largest `f64`, such as `1e400`, becomes a string of its digits.
///
/// ```
/// use messages_types::repair_json;
///
/// let repaired = repair_json(r#"{"text": "cut \ud83d", "price": 1e400}"#);
/// assert_eq!(repaired.as_deref(), Some(r#"{"text": "cut \ufffd", "price": "1e400"}"#));
/// assert_eq!(repair_json(r#"{"text": "whole \ud83d\ude00", "price": 1e40}"#), None);
/// ```
#[must_use]
pub fn repair_json(json: &str) -> Option<String> {
    let mut repaired = String::new();
    let mut copied = 0;
    let mut at = 0;
    let mut in_string = false;
    while let Some(byte) = json.as_bytes().get(at) {
        let start = at;
        at += match byte {
            b'\\' => escape_len(json, at),
            b'-' | b'0'..=b'9' if !in_string => number_len(json, at),
            _ => 1,
        };
        in_string ^= *byte == b'"';
        let token = json.get(start..at).unwrap_or_default();
        let is_lone = token.len() == ESCAPE && matches!(unit(json, start), Some(0xd800..=0xdfff));
        if is_lone || (!in_string && is_too_large(token)) {
            repaired.push_str(json.get(copied..start).unwrap_or_default());
            if is_lone {
                repaired.push_str("\\ufffd");
            } else {
                repaired.extend(["\"", token, "\""]);
            }
            copied = at;
        }
    }
    if copied == 0 {
        return None;
    }
    repaired.push_str(json.get(copied..).unwrap_or_default());
    Some(repaired)
}

/// Length of the escape `\uXXXX`.
const ESCAPE: usize = 6;

/// Length of the escape at this position; a pair of surrogates is one.
fn escape_len(json: &str, at: usize) -> usize {
    match unit(json, at) {
        Some(0xd800..=0xdbff) if matches!(unit(json, at + ESCAPE), Some(0xdc00..=0xdfff)) => {
            2 * ESCAPE
        }
        Some(_) => ESCAPE,
        None => 2,
    }
}

/// UTF-16 unit of the escape `\uXXXX` at this position.
fn unit(json: &str, at: usize) -> Option<u16> {
    let digits = json.get(at..at + ESCAPE)?.strip_prefix("\\u")?;
    // `from_str_radix` accepts a sign.
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u16::from_str_radix(digits, 16).ok())?
}

fn number_len(json: &str, at: usize) -> usize {
    let rest = json.as_bytes().iter().skip(at);
    rest.take_while(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
        .count()
}

fn is_too_large(token: &str) -> bool {
    token.starts_with(|first: char| first == '-' || first.is_ascii_digit())
        && token.parse().is_ok_and(f64::is_infinite)
}
