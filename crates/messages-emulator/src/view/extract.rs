//! Extraction of codes and links from a text, as its recipient would read them.

use std::borrow::Cow;

use crate::state::channel::Channel;

/// Most links of a message that are returned.
const LINKS_MAX: usize = 3;

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

/// The [`code`] of a message; the markup of an e-mail does not count.
pub(crate) fn code_of(channel: Channel, text: &str) -> Option<String> {
    code(&readable(channel, text))
}

/// The first links of a message, each once: of an e-mail those that can be clicked, and those in its text.
pub(crate) fn links_of(channel: Channel, text: &str) -> Vec<String> {
    let readable = readable(channel, text);
    let clickable = match &readable {
        Cow::Owned(_) => hrefs(text),
        Cow::Borrowed(_) => Vec::new(),
    };
    let written = readable
        .split_whitespace()
        .filter_map(link_in)
        .map(str::to_owned);
    let mut links = Vec::new();
    for link in clickable.into_iter().chain(written) {
        if links.len() < LINKS_MAX && !links.contains(&link) {
            links.push(link);
        }
    }
    links
}

/// The text of an e-mail without its markup; of another message its text as it is.
fn readable(channel: Channel, text: &str) -> Cow<'_, str> {
    if channel != Channel::Email || !text.contains('<') {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once('<') {
        shown.push_str(before);
        shown.push(' ');
        let hidden = ["style", "script", "title"]
            .into_iter()
            .find(|name| starts_with(tag, name));
        let end = hidden.and_then(|name| find(tag, &format!("</{name}")));
        let tag = end.and_then(|end| tag.get(end..)).unwrap_or(tag);
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    shown.push_str(rest);
    Cow::Owned(shown.replace("&nbsp;", " ").replace("&amp;", "&"))
}

/// The web links of the `href` attributes of an HTML text.
fn hrefs(html: &str) -> Vec<String> {
    const HREF: &str = "href=";
    let mut links = Vec::new();
    let mut rest = html;
    while links.len() < LINKS_MAX {
        let Some(value) = find(rest, HREF).and_then(|at| rest.get(at + HREF.len()..)) else {
            break;
        };
        let quoted = ['"', '\'']
            .into_iter()
            .find_map(|quote| value.strip_prefix(quote)?.split_once(quote));
        let link = match quoted {
            Some((link, _)) => link,
            None => value.split([' ', '>']).next().unwrap_or_default(),
        };
        if starts_with(link, "https://") || starts_with(link, "http://") {
            links.push(link.replace("&amp;", "&"));
        }
        rest = value;
    }
    links
}

fn starts_with(text: &str, prefix: &str) -> bool {
    text.as_bytes()
        .get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}

/// The place of an ASCII text, in either case of letters.
fn find(text: &str, wanted: &str) -> Option<usize> {
    let windows = text.as_bytes().windows(wanted.len());
    windows
        .enumerate()
        .find_map(|(at, window)| window.eq_ignore_ascii_case(wanted.as_bytes()).then_some(at))
}

/// The code in a text: 4 to 10 digits on their own, or two groups of them as in `123-456` and `123 456`. The first after
/// a word such as "code" or "PIN", or else the first of all. Digits of links do not count.
fn code(text: &str) -> Option<String> {
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

/// The `http` or `https` link that a word holds.
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
            let links = links_of(Channel::Sms, text);
            assert_eq!(links.first().map(String::as_str), expected, "{text:?}");
        }
    }

    #[test]
    fn the_markup_of_a_mail_is_not_part_of_what_it_says() {
        let html = "<html xmlns=\"http://www.w3.org/1999/xhtml\"><STYLE>p { color: #123456 }</STYLE><p>Your code:&nbsp;<b>7788</b></p>\
                    <img src=https://example.com/pixel.gif><a HREF='https://example.com/a?b=1&amp;c=2'>Confirm</a> or https://example.com/b</html>";
        assert_eq!(code_of(Channel::Email, html).as_deref(), Some("7788"));
        assert_eq!(
            links_of(Channel::Email, html),
            ["https://example.com/a?b=1&c=2", "https://example.com/b"]
        );
        for broken in [
            "<",
            "<style>",
            "<style",
            "a < b",
            "href=",
            "<a href=\"",
            "é<ü href='",
        ] {
            assert_eq!(code_of(Channel::Email, broken), None, "{broken}");
            assert!(links_of(Channel::Email, broken).is_empty(), "{broken}");
        }
    }
}
