//! Phone numbers, and the senders that an SMS can have.

use crate::error::{Invalid, Rule};
use crate::limits;
use crate::wire::Wire;

/// A phone number in the form the API takes: 7 to 15 digits, country code first, without `+`
/// and without the international prefix `00`.
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

/// How a number is to be written, at the end of every refusal of one.
const FORM: &str = "write the country code and the number as digits only, like 447700900000";

fn refusal(text: &str) -> Option<Invalid> {
    let hint = if text.starts_with('+') {
        format!("must be written without the leading +: {FORM}")
    } else if text.starts_with("00") {
        format!("must be written without the leading 00: {FORM}")
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
    pub(crate) fn refusal(text: &str) -> Option<Invalid> {
        refusal(text)
    }
}

/// Who an SMS comes from: a phone number (digits as in [`PhoneNumber`], but short codes too) or,
/// where the country allows it, an alphanumeric name.
///
/// A text that starts with `+` or `00` and goes on with digits is a number written wrongly, and
/// is refused.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Wire)]
pub struct SmsSender(String);

impl SmsSender {
    pub(crate) fn refusal(text: &str) -> Option<Invalid> {
        let digits = text.strip_prefix('+').unwrap_or(text);
        let numeric = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if text.is_empty() {
            Some(Invalid::new(Rule::MinLength(1), "must not be empty"))
        } else if numeric && (text.starts_with('+') || text.starts_with("00")) {
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
