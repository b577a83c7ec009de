//! MMS.

use super::address::{FromMms, ToMms};
use super::content::{ContentObject, Image, MISPLACED_IN_MESSAGE, MISPLACED_IN_MMS_BODY};
use super::{ClientRef, Condition, ExpiryTime, Message, Step};
use crate::constructors::constructors;
use crate::wire::Wire;
use crate::{Extra, Field, Problems};

/// Content of an MMS.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, tag = "type")]
#[non_exhaustive]
pub enum Content {
    /// Image: jpg, jpeg, png or gif.
    Image(Image),
}

/// The `message` of an MMS.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict)]
#[wire(misplaced = MISPLACED_IN_MMS_BODY)]
#[non_exhaustive]
pub struct Body {
    /// Content of the message.
    pub content: ContentObject<Content>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// An MMS in the v0.1 format.
///
/// ```
/// use messages_types::v0_1::Mms;
///
/// let mms = Mms::image("12345", "447700900000", "https://example.com/cat.jpg")?;
/// # Ok::<(), messages_types::Problems>(())
/// ```
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, misplaced = MISPLACED_IN_MESSAGE)]
#[non_exhaustive]
pub struct Mms {
    /// Sender.
    pub from: FromMms,
    /// Recipient.
    pub to: ToMms,
    /// Content and options.
    pub message: Body,
    /// The sender's own reference, repeated in every status.
    pub client_ref: Option<ClientRef>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

constructors! {
    Mms(from: FromMms = "/from/number", to: ToMms = "/to/number") of Content {
        /// Image: jpg, jpeg, png or gif.
        image(Image) = Image at "/message/content/image/url";
    }
}

impl Mms {
    fn from_content(from: FromMms, to: ToMms, content: Content) -> Self {
        Self::from_parts(from, to, Body::from_parts(content.into()))
    }

    /// Converts this message to a step before the last one: the next step is sent if `condition` is not met within
    /// `expiry_time`, or if the message fails.
    ///
    /// # Errors
    ///
    /// `expiry_time` is out of range.
    pub fn expecting(
        self,
        condition: Condition,
        expiry_time: impl Field<ExpiryTime>,
    ) -> Result<Step, Problems> {
        Message::from(self).expecting(condition, expiry_time)
    }
}
