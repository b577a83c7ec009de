//! Senders and recipients: `{type, number}` or `{type, id}`, both sides of the same type.

use crate::limits;
use crate::problem::{Invalid, Rule};
use crate::v1::outbound::written_as;
use crate::value::{PhoneNumber, SmsSender, Text, string_value};
use crate::wire::wire_object;

/// The id of a page, of a person as that page sees them, or of a Viber service: 1 to 50
/// characters.
pub type Id = Text<1, { limits::V0_1_ADDRESS_MAX }>;

/// Who a v0.1 SMS comes from: as in [`SmsSender`], and at most 50 characters.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SmsFrom(String);

string_value!([] SmsFrom);

impl SmsFrom {
    fn refusal(text: &str) -> Option<Invalid> {
        SmsSender::refusal(text).or_else(|| too_long(text))
    }
}

/// Who a v0.1 MMS comes from: a US short code or a number, 1 to 50 digits.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MmsFrom(String);

string_value!([] MmsFrom);

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

/// Declares addresses: a type, and the member that holds the value.
macro_rules! addresses {
    ($( $(#[$meta:meta])* $name:ident { $(#[$fmeta:meta])* $field:ident: $value:ty = $key:literal } over $channel:literal; )*) => { $(
        wire_object! {
            $(#[$meta])*
            outbound struct $name {
                constants { "type" = $channel; }
                required {
                    $(#[$fmeta])*
                    $field: $value = $key,
                }
                // An address is one of both.
                elsewhere &["id", "number"];
            }
        }

        impl $name {
            /// The value, as it is written on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.$field.as_str()
            }
        }

        written_as! { $name($value); }
    )* };
}

addresses! {
    /// Who an SMS comes from.
    FromSms {
        /// A number, or a name where the country allows it.
        number: SmsFrom = "number"
    } over "sms";
    /// Whom an SMS reaches.
    ToSms {
        /// The phone number.
        number: PhoneNumber = "number"
    } over "sms";
    /// Who an MMS comes from.
    FromMms {
        /// A US short code or a number.
        number: MmsFrom = "number"
    } over "mms";
    /// Whom an MMS reaches.
    ToMms {
        /// The phone number.
        number: PhoneNumber = "number"
    } over "mms";
    /// Who a WhatsApp message comes from.
    FromWhatsapp {
        /// The phone number of the business.
        number: PhoneNumber = "number"
    } over "whatsapp";
    /// Whom a WhatsApp message reaches.
    ToWhatsapp {
        /// The phone number.
        number: PhoneNumber = "number"
    } over "whatsapp";
    /// Who a Viber message comes from.
    FromViber {
        /// The id of the Viber service.
        id: Id = "id"
    } over "viber_service_msg";
    /// Whom a Viber message reaches.
    ToViber {
        /// The phone number.
        number: PhoneNumber = "number"
    } over "viber_service_msg";
    /// Who a Messenger message comes from.
    FromMessenger {
        /// The id of the page.
        id: Id = "id"
    } over "messenger";
    /// Whom a Messenger message reaches.
    ToMessenger {
        /// The id under which the page knows the person.
        id: Id = "id"
    } over "messenger";
}
