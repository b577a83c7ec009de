//! Replies to an event.

use super::{Submission, WebhookEvent};
use crate::error::{Invalid, Problems, Rule};

impl WebhookEvent {
    /// A text for the user who sent this message: see [`v1::Inbound::reply_text`](crate::v1::Inbound::reply_text). The reply
    /// is of the generation of the event.
    ///
    /// # Errors
    ///
    /// The event is not an inbound message, or as [`v1::Inbound::reply_text`](crate::v1::Inbound::reply_text).
    pub fn reply_text(&self, text: impl Into<String>) -> Result<Submission, Problems> {
        match self {
            Self::V1Inbound(inbound) => Ok(inbound.reply_text(text)?.into()),
            Self::V0_1Inbound(inbound) => Ok(inbound.reply_text(text)?.into()),
            _ => {
                let hint = "must be an inbound message to be replied to";
                Err(Invalid::new(Rule::NotAllowed, hint).at("").into())
            }
        }
    }
}
