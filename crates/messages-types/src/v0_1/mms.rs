//! MMS.

use super::ClientRef;
use super::address::{FromMms, ToMms};
use super::content::{ContentObject, Image, MISPLACED_IN_MESSAGE, MISPLACED_IN_MMS_BODY};
use crate::Extra;
use crate::constructors::constructors;
use crate::wire::Wire;

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
#[wire(strict, misplaced = MISPLACED_IN_MMS_BODY)]
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
    Mms(from: FromMms = "/from/number", to: ToMms = "/to/number") of Content in Body {
        /// Image: jpg, jpeg, png or gif.
        image(Image) = Image at "/message/content/image/url";
    }
}
