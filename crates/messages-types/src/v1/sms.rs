//! SMS.

use super::{ClientRef, Envelope, IN_MESSAGE, IN_OPTIONS, WebhookVersion};
use crate::Extra;
use crate::error::Problems;
use crate::limits;
use crate::value::{self, Field, Fields, PhoneNumber, Seconds, SmsSender, Url};
use crate::wire::Wire;

/// The text of an SMS: up to 3,200 characters.
pub type Text = value::Text<0, { limits::SMS_TEXT_MAX }>;

/// How long the network keeps trying: 20 seconds to 7 days; 3 days when it is not given.
pub type Ttl = Seconds<{ limits::SMS_TTL_MIN }, { limits::SMS_TTL_MAX }>;

/// How the text of an SMS is encoded.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub enum Encoding {
    /// GSM 03.38, 7 bits a character.
    Text,
    /// UCS-2, 16 bits a character.
    Unicode,
    /// Chosen by the API from the text: the default.
    Auto,
}

/// Options that only an SMS has.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(strict)]
#[wire(misplaced = IN_OPTIONS)]
#[non_exhaustive]
pub struct Options {
    /// How the text is encoded.
    pub encoding_type: Option<Encoding>,
    /// The id of registered content, as some countries demand (India's DLT, for one).
    pub content_id: Option<String>,
    /// The id of the registered sender, as some countries demand.
    pub entity_id: Option<String>,
    /// The pool of numbers to send from; `from` serves when the pool cannot.
    pub pool_id: Option<String>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// An SMS.
///
/// ```
/// use messages_types::v1::{ClientRef, Sms};
///
/// let sms = Sms::text("447700900001", "447700900000", "Your code is 4711")?
///     .client_ref(ClientRef::new("login-17")?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Wire)]
#[wire(strict)]
#[wire(constant(channel = "sms", message_type = "text"))]
#[wire(misplaced = IN_MESSAGE)]
#[non_exhaustive]
pub struct Sms {
    /// Who it comes from.
    pub from: SmsSender,
    /// Whom it reaches.
    pub to: PhoneNumber,
    /// What it says.
    pub text: Text,
    /// What the messages of every channel have in common.
    #[wire(flatten, setters(client_ref: ClientRef, webhook_url: Url, webhook_version: WebhookVersion))]
    pub envelope: Envelope,
    /// How long the network keeps trying.
    pub ttl: Option<Ttl>,
    /// Options that only an SMS has.
    pub sms: Option<Options>,
    /// Passes the Fraud Defender for this recipient (premium accounts).
    pub trusted_recipient: Option<bool>,
    /// The deprecated spelling of `trusted_recipient`.
    pub trusted_sender: Option<bool>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

impl Sms {
    /// A text.
    ///
    /// # Errors
    ///
    /// All arguments that break a rule, each by its JSON pointer.
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

    pub(crate) const fn message_type(&self) -> &str {
        "text"
    }
}
