//! Extracts a code or a link from a text, as its recipient would.

/// Number of digits in a code.
const DIGITS: std::ops::RangeInclusive<usize> = 4..=10;

/// Words after or before which a code stands.
const HINTS: [&str; 10] = [
    "code",
    "pin",
    "otp",
    "passcode",
    "password",
    "token",
    "tan",
    "kod",
    "código",
    "verification",
];

/// The code in a text: 4 to 10 digits on their own, or two groups of them as in `123-456` and `123 456`. The first after
/// a word such as "code" or "PIN", or else the first of all. Digits of links do not count.
pub(crate) fn code(text: &str) -> Option<String> {
    let words: Vec<&str> = text
        .split_whitespace()
        .filter(|word| link_in(word).is_none())
        .collect();
    let mut first = None;
    let mut hinted = false;
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let joined = words
            .get(at + 1)
            .and_then(|next| grouped(word, next))
            .map(|code| (code, 2));
        match joined.or_else(|| single(word).map(|code| (code, 1))) {
            Some((code, _)) if hinted => return Some(code),
            Some((code, taken)) => {
                first.get_or_insert(code);
                at += taken;
            }
            None => at += 1,
        }
        hinted |= is_hint(word);
    }
    first
}

/// The first `http` or `https` link in a text.
pub(crate) fn link(text: &str) -> Option<String> {
    text.split_whitespace().find_map(link_in).map(str::to_owned)
}

fn link_in(word: &str) -> Option<&str> {
    let begin = word.find("https://").or_else(|| word.find("http://"))?;
    let link = word.get(begin..)?;
    let link = link.split(['<', '>', '"', '`']).next()?;
    // Punctuation at the end of a sentence is not part of the link; a bracket is, if it was opened in it.
    let mut link = link.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '…']);
    while let Some(shorter) = link.strip_suffix(')') {
        if link.matches('(').count() >= link.matches(')').count() {
            break;
        }
        link = shorter.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '…']);
    }
    let authority = link.split_once("://")?.1;
    (!authority.is_empty()).then_some(link)
}

fn is_hint(word: &str) -> bool {
    let word = word.trim_matches(|one: char| !one.is_alphanumeric());
    let word = word.to_lowercase();
    HINTS.iter().any(|hint| {
        word == *hint
            || word
                .strip_prefix(hint)
                .is_some_and(|rest| rest.starts_with(|one: char| !one.is_alphanumeric()))
    })
}

/// `123456`, `123-456`, `G-123456`, `code:123456`, with marks around it.
fn single(word: &str) -> Option<String> {
    // The word before a colon or an equals sign names the purpose of the code.
    let word = word
        .rsplit([':', '=', '#'])
        .find(|part| part.chars().any(|one| one.is_ascii_digit()))?;
    let word = word.trim_matches(|one: char| !one.is_alphanumeric() && one != '+');
    let mut parts: Vec<&str> = word.split(['-', '–']).collect();
    if parts.len() > 1
        && parts.first().is_some_and(|prefix| {
            prefix.len() <= 3 && prefix.chars().all(|one| one.is_ascii_uppercase())
        })
    {
        parts.remove(0);
    }
    let all_digits = parts
        .iter()
        .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    let code = parts.concat();
    // More than two groups are a date or a phone number.
    (all_digits && parts.len() <= 2 && DIGITS.contains(&code.len())).then_some(code)
}

/// Two words as in `123 456`: of the same length, and nothing else.
fn grouped(word: &str, next: &str) -> Option<String> {
    let group = |word: &str| {
        let is_group =
            (3..=4).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit());
        is_group.then_some(word.len())
    };
    let next = next.trim_end_matches(|one: char| !one.is_alphanumeric());
    let same = group(word)
        .zip(group(next))
        .is_some_and(|(one, other)| one == other);
    same.then(|| format!("{word}{next}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_where_a_person_would_see_it() {
        for (text, expected) in [
            ("Your code is 4711", Some("4711")),
            ("Your code is: 123-456.", Some("123456")),
            ("123 456 is your Example code", Some("123456")),
            ("G-834921 is your verification code", Some("834921")),
            ("PIN:0042", Some("0042")),
            ("<#> Your OTP is 99887766 x8Hs+", Some("99887766")),
            (
                "Order 20251 is ready. Your PIN is 8812, valid 10 minutes",
                Some("8812"),
            ),
            ("Code 1234 and then 5678", Some("1234")),
            (
                "See https://example.com/123456 for your code 7788",
                Some("7788"),
            ),
            ("https://example.com/?code=123456", None),
            ("Call +447700900000", None),
            ("Call 447700900000", None),
            ("On 2026-11-25 at 10:30", None),
            ("No code", None),
            ("12 or 123", None),
            ("ABC1234", None),
            ("", None),
        ] {
            assert_eq!(code(text).as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn a_link_ends_where_the_sentence_does() {
        for (text, expected) in [
            (
                "Go to https://example.com/a?b=c&d=e.",
                Some("https://example.com/a?b=c&d=e"),
            ),
            ("(see http://example.com/x)", Some("http://example.com/x")),
            (
                "https://example.com/wiki/A_(b), really",
                Some("https://example.com/wiki/A_(b)"),
            ),
            ("link:https://example.com/1!", Some("https://example.com/1")),
            ("<https://example.com>", Some("https://example.com")),
            ("https:// nothing", None),
            ("ftp://example.com", None),
            ("", None),
        ] {
            assert_eq!(link(text).as_deref(), expected, "{text:?}");
        }
    }
}
