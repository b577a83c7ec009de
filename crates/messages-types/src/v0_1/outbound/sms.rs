//! SMS.

use super::address::{FromSms, ToSms};
use super::channel_message;
use super::content::{Content, SMS_BODY_ELSEWHERE};
use crate::limits;
use crate::value::Text;
use crate::wire::{wire_content, wire_object};

/// The text of a v0.1 SMS: up to 1,000 characters.
pub type SmsText = Text<0, { limits::V0_1_SMS_TEXT_MAX }>;

wire_content! {
    /// What an SMS can hold.
    outbound enum SmsContent by "type" {
        nested {
            /// A text.
            Text(SmsText) = "text",
        }
    }
}

wire_object! {
    /// The `message` of an SMS.
    outbound struct SmsBody {
        required {
            /// What it holds.
            content: Content<SmsContent> = "content",
        }
        elsewhere SMS_BODY_ELSEWHERE;
    }
}

channel_message! {
    /// An SMS in the v0.1 format.
    ///
    /// ```
    /// use messages_types::v0_1::{ClientRef, Sms};
    ///
    /// let sms = Sms::text("447700900001", "447700900000", "Your code is 4711")?
    ///     .client_ref(ClientRef::new("login-17")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    struct Sms {
        /// Who it comes from.
        from: FromSms at "/from/number",
        /// Whom it reaches.
        to: ToSms at "/to/number",
        message: SmsBody of SmsContent,
    }
    /// A text.
    text(SmsText) = Text at "/message/content/text";
}
