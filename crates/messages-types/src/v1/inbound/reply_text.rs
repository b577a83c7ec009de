//! Replies to an inbound message.

use super::Inbound;
use crate::error::{Invalid, Problems, Rule};
use crate::v1::{Channel, ChannelMessage, Messenger, Mms, Rcs, Sms, Viber, Whatsapp};

impl Inbound {
    /// A text for the user who sent this message, over the same channel and from the number or ID it was sent to. A
    /// WhatsApp reply quotes this message; the other channels cannot quote.
    ///
    /// ```
    /// use messages_types::v1::{Channel, Inbound, inbound::Content};
    ///
    /// let mut inbound = Inbound::new("aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab", Content::from("Are you open?"));
    /// inbound.channel = Some(Channel::Sms);
    /// inbound.from = Some("447700900000".to_owned());
    /// inbound.to = Some("447700900001".to_owned());
    /// let reply = inbound.reply_text("Yes, until 6")?;
    /// assert_eq!(reply.recipient(), "447700900000");
    /// # Ok::<(), messages_types::Problems>(())
    /// ```
    ///
    /// # Errors
    ///
    /// `text` is not valid for the channel; or this message lacks its channel, sender or recipient, or has a channel that
    /// messages cannot be sent over. Each problem has its JSON pointer within the reply.
    pub fn reply_text(&self, text: impl Into<String>) -> Result<ChannelMessage, Problems> {
        let text = text.into();
        let from = self.to.as_deref().unwrap_or_default();
        let to = self.from.as_deref().unwrap_or_default();
        // Some inbound messages have numbers with a plus sign, which outbound messages cannot have.
        let (from_number, to_number) = (without_plus(from), without_plus(to));
        Ok(match &self.channel {
            Some(Channel::Sms) => Sms::text(from_number, to_number, text)?.into(),
            Some(Channel::Mms) => Mms::text(from_number, to_number, text)?.into(),
            Some(Channel::Rcs) => Rcs::text(from, to_number, text)?.into(),
            Some(Channel::Whatsapp) => Whatsapp::text(from_number, to_number, text)?
                .context(self.message_uuid.as_str())?
                .into(),
            Some(Channel::Messenger) => Messenger::text(from, to, text)?.into(),
            Some(Channel::ViberService) => Viber::text(from, to_number, text)?.into(),
            Some(Channel::Email | Channel::Unknown(_)) | None => {
                let hint = "must be a channel that users write over";
                return Err(Invalid::new(Rule::OneOf, hint).at("/channel").into());
            }
        })
    }
}

pub(crate) fn without_plus(number: &str) -> &str {
    number.strip_prefix('+').unwrap_or(number)
}
