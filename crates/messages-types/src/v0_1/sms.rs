//! SMS.

use super::ClientRef;
use super::address::{FromSms, ToSms};
use super::content::{ContentObject, MISPLACED_IN_MESSAGE, MISPLACED_IN_SMS_BODY};
use crate::constructors::constructors;
use crate::wire::Wire;
use crate::{Extra, limits, value};

/// The text of a v0.1 SMS: 1 to 1,000 characters.
pub type Text = value::Text<{ limits::TEXT_MIN }, { limits::V0_1_SMS_TEXT_MAX }>;

/// Content of an SMS.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, tag = "type")]
#[non_exhaustive]
pub enum Content {
    /// Text.
    Text(Text),
}

/// The `message` of an SMS.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, misplaced = MISPLACED_IN_SMS_BODY)]
#[non_exhaustive]
pub struct Body {
    /// Content of the message.
    pub content: ContentObject<Content>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// An SMS in the v0.1 format.
///
/// ```
/// use messages_types::v0_1::Sms;
///
/// let sms = Sms::text("447700900001", "447700900000", "Your code is 4711")?
///     .client_ref("login-17")?;
/// # Ok::<(), messages_types::Problems>(())
/// ```
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, misplaced = MISPLACED_IN_MESSAGE)]
#[non_exhaustive]
pub struct Sms {
    /// Sender.
    pub from: FromSms,
    /// Recipient.
    pub to: ToSms,
    /// Content and options.
    pub message: Body,
    /// The sender's own reference, repeated in every status.
    pub client_ref: Option<ClientRef>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

constructors! {
    Sms(from: FromSms = "/from/number", to: ToSms = "/to/number") of Content in Body {
        /// Text message.
        text(Text) = Text at "/message/content/text";
    }
}
