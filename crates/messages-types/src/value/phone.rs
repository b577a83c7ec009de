//! Phone numbers and senders of SMS.

use crate::error::{Invalid, Rule};
use crate::limits;
use crate::wire::Wire;

/// A phone number in the API's format: 7 to 15 digits, country code first, without `+`
/// and without a leading 0, as no country code begins with 0.
///
/// ```
/// use messages_types::PhoneNumber;
///
/// assert!(PhoneNumber::new("447700900000").is_ok());
/// let refused = PhoneNumber::new("+447700900000").unwrap_err();
/// assert!(refused.to_string().contains("without the leading +"));
/// ```
///
/// Neither `Debug` nor any error shows the number; [`PhoneNumber::as_str`] does.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Wire)]
pub struct PhoneNumber(String);

/// Characters between digits that have no meaning.
fn is_separator(letter: char) -> bool {
    letter.is_whitespace()
        || is_mark(letter)
        || matches!(
            letter,
            '-' | '.' | '(' | ')' | '/' | '\u{2010}'..='\u{2015}'
        )
}

/// Invisible directional marks, which are often part of copied numbers.
const fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Expected form, at the end of every refusal.
const FORM: &str = "write the country code and the number as digits only, like 447700900000";

fn refusal(text: &str) -> Option<Invalid> {
    let hint = if text.starts_with('+') {
        format!("must be written without the leading +: {FORM}")
    } else if text.starts_with("00") {
        format!("must be written without the leading 00: {FORM}")
    } else if text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("must begin with a country code, which never begins with 0: {FORM}")
    } else if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("must be a phone number: {FORM}")
    } else if text.len() < limits::PHONE_DIGITS_MIN {
        return Some(Invalid::new(
            Rule::MinLength(limits::PHONE_DIGITS_MIN),
            format!("must have at least {} digits", limits::PHONE_DIGITS_MIN),
        ));
    } else if text.len() > limits::PHONE_DIGITS_MAX {
        return Some(Invalid::new(
            Rule::MaxLength(limits::PHONE_DIGITS_MAX),
            format!("must have at most {} digits", limits::PHONE_DIGITS_MAX),
        ));
    } else {
        return None;
    };
    Some(Invalid::new(Rule::Format, hint))
}

impl PhoneNumber {
    /// Parses a human-readable number: with a `+` or `00` before the country code, with spaces, hyphens, dots, slashes
    /// and parentheses between the digits, and with a `(0)` that is dialled within the country only.
    ///
    /// ```
    /// use messages_types::PhoneNumber;
    ///
    /// let number = PhoneNumber::normalize("+44 (7700) 900-000")?;
    /// assert_eq!(number.as_str(), "447700900000");
    /// assert!(PhoneNumber::normalize("07700 900000").is_err(), "the country is missing");
    /// # Ok::<(), messages_types::Invalid>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The text has other characters, lacks the country code (it begins with a single 0), or has too few or too many digits.
    pub fn normalize(text: &str) -> Result<Self, Invalid> {
        let text = text.trim_matches(|letter| is_mark(letter) || letter.is_whitespace());
        let international = text.starts_with('+') || text.starts_with("00");
        let text = text.strip_prefix('+').unwrap_or(text);
        let without_trunk = text.replacen("(0)", "", usize::from(international));
        let mut digits = String::with_capacity(limits::PHONE_DIGITS_MAX);
        for letter in without_trunk.chars() {
            if letter.is_ascii_digit() {
                digits.push(letter);
            } else if !is_separator(letter) {
                return Err(Invalid::new(
                    Rule::Format,
                    format!("must have digits, separators and a leading + only: {FORM}"),
                ));
            }
        }
        Self::new(digits.strip_prefix("00").unwrap_or(&digits))
    }

    pub(crate) fn refusal(text: &str) -> Option<Invalid> {
        refusal(text)
    }
}

/// Sender of an SMS: a phone number (digits as in [`PhoneNumber`], but short codes too) or,
/// where the country allows it, an alphanumeric name.
///
/// A text that starts with `+` or `00` followed by digits is an invalid number, and
/// is refused.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Wire)]
pub struct SmsSender(String);

impl SmsSender {
    pub(crate) fn refusal(text: &str) -> Option<Invalid> {
        let digits = text.strip_prefix('+').unwrap_or(text);
        let numeric = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if text.is_empty() {
            Some(Invalid::new(Rule::MinLength(1), "must not be empty"))
        } else if numeric && text.starts_with(['+', '0']) {
            refusal(text)
        } else {
            None
        }
    }
}

impl From<PhoneNumber> for SmsSender {
    fn from(number: PhoneNumber) -> Self {
        Self(number.0)
    }
}
