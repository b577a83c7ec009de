//! SMS.

use super::{ELSEWHERE, Envelope, OPTIONS_ELSEWHERE, envelope_setters};
use crate::limits;
use crate::problem::Problems;
use crate::value::{Field, Fields, PhoneNumber, Seconds, SmsSender, Text};
use crate::wire::{wire_choice, wire_object};

/// The text of an SMS: up to 3,200 characters.
pub type SmsText = Text<0, { limits::SMS_TEXT_MAX }>;

/// How long the network keeps trying: 20 seconds to 7 days; 3 days when it is not given.
pub type SmsTtl = Seconds<{ limits::SMS_TTL_MIN }, { limits::SMS_TTL_MAX }>;

wire_choice! {
    /// How the text of an SMS is encoded.
    closed enum SmsEncoding {
        /// GSM 03.38, 7 bits a character.
        Text = "text",
        /// UCS-2, 16 bits a character.
        Unicode = "unicode",
        /// Chosen by the API from the text: the default.
        Auto = "auto",
    }
}

wire_object! {
    /// Options that only an SMS has.
    #[derive(Default)]
    outbound struct SmsOptions {
        optional {
            /// How the text is encoded.
            encoding_type: SmsEncoding = "encoding_type",
            /// The id of registered content, as some countries demand (India's DLT, for one).
            content_id: String = "content_id",
            /// The id of the registered sender, as some countries demand.
            entity_id: String = "entity_id",
            /// The pool of numbers to send from; `from` serves when the pool cannot.
            pool_id: String = "pool_id",
        }
        elsewhere OPTIONS_ELSEWHERE;
    }
}

wire_object! {
    /// An SMS.
    ///
    /// ```
    /// use messages_types::v1::{ClientRef, Sms};
    ///
    /// let sms = Sms::text("447700900001", "447700900000", "Your code is 4711")?
    ///     .client_ref(ClientRef::new("login-17")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    outbound struct Sms {
        constants { "channel" = "sms"; "message_type" = "text"; }
        required {
            /// Who it comes from.
            from: SmsSender = "from",
            /// Whom it reaches.
            to: PhoneNumber = "to",
            /// What it says.
            text: SmsText = "text",
        }
        flatten {
            /// What the messages of every channel have in common.
            envelope: Envelope,
        }
        optional {
            /// How long the network keeps trying.
            ttl: SmsTtl = "ttl",
            /// Options that only an SMS has.
            sms: SmsOptions = "sms",
            /// Passes the Fraud Defender for this recipient (premium accounts).
            trusted_recipient: bool = "trusted_recipient",
            /// The deprecated spelling of `trusted_recipient`.
            trusted_sender: bool = "trusted_sender",
        }
        elsewhere ELSEWHERE;
    }
}

envelope_setters!(Sms);

impl Sms {
    /// A text.
    ///
    /// # Errors
    ///
    /// All arguments that break a rule, each by its JSON pointer.
    pub fn text(
        from: impl Field<SmsSender>,
        to: impl Field<PhoneNumber>,
        text: impl Field<SmsText>,
    ) -> Result<Self, Problems> {
        let mut fields = Fields::default();
        let from = fields.take("/from", from);
        let to = fields.take("/to", to);
        let text = fields.take("/text", text);
        fields.build(
            from.zip(to)
                .zip(text)
                .map(|((from, to), text)| Self::bare(from, to, text, Envelope::default())),
        )
    }

    pub(crate) const fn message_type(&self) -> &str {
        "text"
    }
}
