//! Senders and recipients: `{type, number}` or `{type, id}`, both sides of the same type.

use crate::Extra;
use crate::error::{Invalid, Rule};
use crate::limits;
use crate::value::{PhoneNumber, SmsSender, Text};
use crate::wire::Wire;

/// The id of a page, of a person as that page sees them, or of a Viber service: 1 to 50
/// characters.
pub type Id = Text<1, { limits::V0_1_ADDRESS_MAX }>;

/// Who a v0.1 SMS comes from: as in [`SmsSender`], and at most 50 characters.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Wire)]
pub struct SmsFrom(String);

impl SmsFrom {
    fn refusal(text: &str) -> Option<Invalid> {
        SmsSender::refusal(text).or_else(|| too_long(text))
    }
}

/// Who a v0.1 MMS comes from: a US short code or a number, 1 to 50 digits.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Wire)]
pub struct MmsFrom(String);

impl MmsFrom {
    fn refusal(text: &str) -> Option<Invalid> {
        SmsSender::refusal(text)
            .or_else(|| too_long(text))
            .or_else(|| {
                let digits = text.bytes().all(|byte| byte.is_ascii_digit());
                (!digits).then(|| {
                    Invalid::new(Rule::Format, "must be a short code or a number in digits")
                })
            })
    }
}

fn too_long(text: &str) -> Option<Invalid> {
    const MAX: usize = limits::V0_1_ADDRESS_MAX;
    (text.chars().count() > MAX).then(|| {
        Invalid::new(
            Rule::MaxLength(MAX),
            format!("must be at most {MAX} characters long"),
        )
    })
}

/// Who an SMS comes from.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value, constant(type = "sms"), misplaced("id", "number"))]
#[non_exhaustive]
pub struct FromSms {
    /// A number, or a name where the country allows it.
    pub number: SmsFrom,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// Whom an SMS reaches.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value, constant(type = "sms"), misplaced("id", "number"))]
#[non_exhaustive]
pub struct ToSms {
    /// The phone number.
    pub number: PhoneNumber,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// Who an MMS comes from.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value, constant(type = "mms"), misplaced("id", "number"))]
#[non_exhaustive]
pub struct FromMms {
    /// A US short code or a number.
    pub number: MmsFrom,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// Whom an MMS reaches.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value, constant(type = "mms"), misplaced("id", "number"))]
#[non_exhaustive]
pub struct ToMms {
    /// The phone number.
    pub number: PhoneNumber,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// Who a WhatsApp message comes from.
#[derive(Clone, PartialEq, Wire)]
#[wire(
    strict,
    from_value,
    constant(type = "whatsapp"),
    misplaced("id", "number")
)]
#[non_exhaustive]
pub struct FromWhatsapp {
    /// The phone number of the business.
    pub number: PhoneNumber,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// Whom a WhatsApp message reaches.
#[derive(Clone, PartialEq, Wire)]
#[wire(
    strict,
    from_value,
    constant(type = "whatsapp"),
    misplaced("id", "number")
)]
#[non_exhaustive]
pub struct ToWhatsapp {
    /// The phone number.
    pub number: PhoneNumber,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// Who a Viber message comes from.
#[derive(Clone, PartialEq, Wire)]
#[wire(
    strict,
    from_value,
    constant(type = "viber_service_msg"),
    misplaced("id", "number")
)]
#[non_exhaustive]
pub struct FromViber {
    /// The id of the Viber service.
    pub id: Id,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// Whom a Viber message reaches.
#[derive(Clone, PartialEq, Wire)]
#[wire(
    strict,
    from_value,
    constant(type = "viber_service_msg"),
    misplaced("id", "number")
)]
#[non_exhaustive]
pub struct ToViber {
    /// The phone number.
    pub number: PhoneNumber,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// Who a Messenger message comes from.
#[derive(Clone, PartialEq, Wire)]
#[wire(
    strict,
    from_value,
    constant(type = "messenger"),
    misplaced("id", "number")
)]
#[non_exhaustive]
pub struct FromMessenger {
    /// The id of the page.
    pub id: Id,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// Whom a Messenger message reaches.
#[derive(Clone, PartialEq, Wire)]
#[wire(
    strict,
    from_value,
    constant(type = "messenger"),
    misplaced("id", "number")
)]
#[non_exhaustive]
pub struct ToMessenger {
    /// The id under which the page knows the person.
    pub id: Id,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}
