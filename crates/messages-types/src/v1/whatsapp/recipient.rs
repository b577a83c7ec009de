//! Recipient of a WhatsApp message.

use crate::error::{Invalid, Rule};
use crate::value::PhoneNumber;
use crate::wire::Wire;

/// Recipient of a WhatsApp message: a phone number as in [`PhoneNumber`], or a business-scoped ID
/// (`US.13491208655302741918`, or `US.ENT.…` if several businesses share it).
///
/// One-tap, zero-tap and copy-code templates can be sent to phone numbers only.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Wire)]
pub struct Recipient(String);

impl Recipient {
    fn refusal(text: &str) -> Option<Invalid> {
        if is_business_scoped(text) {
            return None;
        }
        PhoneNumber::refusal(text).map(|invalid| match invalid.rule() {
            Rule::Format if !text.starts_with(['+', '0']) => Invalid::new(
                Rule::Format,
                "must be a phone number in digits, like 447700900000, or a business-scoped id, \
                 like US.13491208655302741918",
            ),
            _ => invalid,
        })
    }

    /// Returns `true` if this is a business-scoped ID, not a phone number.
    #[must_use]
    pub fn is_business_scoped(&self) -> bool {
        is_business_scoped(&self.0)
    }
}

fn is_business_scoped(text: &str) -> bool {
    text.split_once('.').is_some_and(|(country, rest)| {
        let id = rest.strip_prefix("ENT.").unwrap_or(rest);
        country.len() == 2
            && country.bytes().all(|byte| byte.is_ascii_uppercase())
            && !id.is_empty()
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

impl From<PhoneNumber> for Recipient {
    fn from(number: PhoneNumber) -> Self {
        Self(number.into())
    }
}
