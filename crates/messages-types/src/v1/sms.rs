//! SMS: one text, up to 3,200 characters, billed by [segments](crate::sms). [`Sms`] is the message, [`Options`] its options.

use super::{ClientRef, Envelope, IN_MESSAGE, IN_OPTIONS, WebhookVersion};
use crate::error::Problems;
use crate::value::{self, Field, Fields, PhoneNumber, Seconds, SmsSender, Url};
use crate::wire::{Wire, validate};
use crate::{Extra, limits};

/// The text of an SMS: 1 to 3,200 characters.
pub type Text = value::Text<{ limits::TEXT_MIN }, { limits::SMS_TEXT_MAX }>;

/// Period in which the network attempts delivery: 20 seconds to 7 days; 3 days by default.
pub type Ttl = Seconds<{ limits::SMS_TTL_MIN }, { limits::SMS_TTL_MAX }>;

/// Encoding of the text of an SMS.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub enum Encoding {
    /// GSM 03.38, 7 bits per character.
    Text,
    /// UCS-2, 16 bits per character.
    Unicode,
    /// Chosen by the API from the text: the default.
    Auto,
}

/// Options of an SMS.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(strict, misplaced = IN_OPTIONS)]
#[non_exhaustive]
pub struct Options {
    /// Encoding of the text.
    pub encoding_type: Option<Encoding>,
    /// ID of registered content, required in some countries (for example by India's DLT).
    pub content_id: Option<String>,
    /// ID of the registered sender, required in some countries.
    pub entity_id: Option<String>,
    /// ID of the number pool to send from; `from` is used if the pool cannot be.
    pub pool_id: Option<String>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// An SMS.
///
/// ```
/// use messages_types::v1::Sms;
///
/// let sms = Sms::text("447700900001", "447700900000", "Your code is 4711")?
///     .client_ref("login-17")?;
/// # Ok::<(), messages_types::Problems>(())
/// ```
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, constant(channel = "sms", message_type = "text"))]
#[wire(misplaced = IN_MESSAGE)]
#[non_exhaustive]
pub struct Sms {
    /// Sender.
    pub from: SmsSender,
    /// Recipient.
    pub to: PhoneNumber,
    /// Text: up to 3,200 characters.
    pub text: Text,
    /// Fields common to all channels.
    #[wire(flatten, setters(client_ref: ClientRef, webhook_url: Url, webhook_version: WebhookVersion))]
    pub envelope: Envelope,
    /// Period in which the network attempts delivery: 20 seconds to 7 days; 3 days by default.
    pub ttl: Option<Ttl>,
    /// Options of an SMS.
    pub sms: Option<Options>,
    /// `true` bypasses the Fraud Defender for this recipient (premium accounts).
    pub trusted_recipient: Option<bool>,
    /// Deprecated name of `trusted_recipient`.
    pub trusted_sender: Option<bool>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

impl Sms {
    /// An SMS with this text.
    ///
    /// # Errors
    ///
    /// All invalid arguments, each with its JSON pointer.
    pub fn text(
        from: impl Field<SmsSender>,
        to: impl Field<PhoneNumber>,
        text: impl Field<Text>,
    ) -> Result<Self, Problems> {
        let mut fields = Fields::default();
        let from = fields.take("/from", from);
        let to = fields.take("/to", to);
        let text = fields.take("/text", text);
        fields.build(
            from.zip(to)
                .zip(text)
                .map(|((from, to), text)| Self::from_parts(from, to, text, Envelope::default())),
        )
    }

    /// Checks the rules over several fields.
    ///
    /// # Errors
    ///
    /// *All* problems, each with its JSON pointer.
    pub fn validate(&self) -> Result<(), Problems> {
        validate(self)
    }

    pub(crate) const fn message_type(&self) -> &str {
        "text"
    }
}
