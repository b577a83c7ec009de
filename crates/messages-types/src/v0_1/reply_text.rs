//! Replies to an inbound message.

use super::{Channel, Inbound, Message, Messenger, Sms, Viber, Whatsapp};
use crate::error::{Invalid, Problems, Rule};
use crate::v1::inbound::without_plus;

impl Inbound {
    /// A text for the user who sent this message, over the same channel and from the number or ID it was sent to. Messages
    /// of this generation cannot quote.
    ///
    /// # Errors
    ///
    /// `text` is not valid for the channel; or this message lacks its sender or recipient, or has a channel that texts
    /// cannot be sent over, such as MMS. Each problem has its JSON pointer within the reply.
    pub fn reply_text(&self, text: impl Into<String>) -> Result<Message, Problems> {
        let text = text.into();
        let value = |address: &Option<super::Address>| {
            let address = address.as_ref().and_then(super::Address::value);
            without_plus(address.unwrap_or_default()).to_owned()
        };
        let (from, to) = (value(&self.to), value(&self.from));
        let channel = self.from.as_ref().or(self.to.as_ref());
        Ok(
            match channel
                .and_then(|address| address.channel.as_ref())
                .map(Channel::corrected)
            {
                Some(Channel::Sms) => Sms::text(from, to, text)?.into(),
                Some(Channel::Whatsapp) => Whatsapp::text(from, to, text)?.into(),
                Some(Channel::ViberServiceMsg) => Viber::text(from, to, text)?.into(),
                Some(Channel::Messenger) => Messenger::text(from, to, text)?.into(),
                Some(Channel::Mms) => {
                    let hint = "must be an image: MMS of the v0.1 API have no text";
                    let invalid = Invalid::new(Rule::NotAllowed, hint);
                    return Err(invalid.at("/message/content/type").into());
                }
                Some(Channel::Unknown(_)) | None => {
                    let hint = "must be a channel that users write over";
                    return Err(Invalid::new(Rule::OneOf, hint).at("/to/type").into());
                }
            },
        )
    }
}
