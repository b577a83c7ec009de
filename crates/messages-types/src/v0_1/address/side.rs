//! Senders and recipients: `{type, number}` or `{type, id}`, both sides of the same type.

use crate::error::{Invalid, Rule};
use crate::value::{PhoneNumber, SmsSender, Text};
use crate::wire::Wire;
use crate::{Extra, limits};

/// ID of a page, page-scoped ID of a user, or ID of a Viber service: 1 to 50
/// characters.
pub type Id = Text<1, { limits::V0_1_ADDRESS_MAX }>;

/// Sender of a v0.1 SMS: as in [`SmsSender`], and at most 50 characters.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Wire)]
pub struct SmsFrom(String);

impl SmsFrom {
    fn refusal(text: &str) -> Option<Invalid> {
        SmsSender::refusal(text).or_else(|| too_long(text))
    }
}

/// Sender of a v0.1 MMS: a US short code or a number, 1 to 50 digits.
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

/// Sender of an SMS.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value, constant(type = "sms"), misplaced("id", "number"))]
#[non_exhaustive]
pub struct FromSms {
    /// Number, or a name if the country allows it.
    pub number: SmsFrom,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// Recipient of an SMS.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value, constant(type = "sms"), misplaced("id", "number"))]
#[non_exhaustive]
pub struct ToSms {
    /// Phone number.
    pub number: PhoneNumber,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// Sender of an MMS.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value, constant(type = "mms"), misplaced("id", "number"))]
#[non_exhaustive]
pub struct FromMms {
    /// US short code or a number.
    pub number: MmsFrom,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// Recipient of an MMS.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value, constant(type = "mms"), misplaced("id", "number"))]
#[non_exhaustive]
pub struct ToMms {
    /// Phone number.
    pub number: PhoneNumber,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// Sender of a WhatsApp message.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value, constant(type = "whatsapp"))]
#[wire(misplaced("id", "number"))]
#[non_exhaustive]
pub struct FromWhatsapp {
    /// Phone number of the business.
    pub number: PhoneNumber,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// Recipient of a WhatsApp message.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value, constant(type = "whatsapp"))]
#[wire(misplaced("id", "number"))]
#[non_exhaustive]
pub struct ToWhatsapp {
    /// Phone number.
    pub number: PhoneNumber,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// Sender of a Viber message.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value, constant(type = "viber_service_msg"))]
#[wire(misplaced("id", "number"))]
#[non_exhaustive]
pub struct FromViber {
    /// ID of the Viber service.
    pub id: Id,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// Recipient of a Viber message.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value, constant(type = "viber_service_msg"))]
#[wire(misplaced("id", "number"))]
#[non_exhaustive]
pub struct ToViber {
    /// Phone number.
    pub number: PhoneNumber,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// Sender of a Messenger message.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value, constant(type = "messenger"))]
#[wire(misplaced("id", "number"))]
#[non_exhaustive]
pub struct FromMessenger {
    /// ID of the page.
    pub id: Id,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// Recipient of a Messenger message.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value, constant(type = "messenger"))]
#[wire(misplaced("id", "number"))]
#[non_exhaustive]
pub struct ToMessenger {
    /// Page-scoped ID of the user.
    pub id: Id,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}
