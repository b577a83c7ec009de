//! Facebook Messenger.

pub use crate::v1::messenger::{Category, Options, Text};

use super::ClientRef;
use super::Custom;
use super::address::{FromMessenger, ToMessenger};
use super::content::{Audio, ContentObject, Image, MISPLACED_IN_BODY, MISPLACED_IN_MESSAGE, Media};
use crate::Extra;
use crate::constructors::constructors;
use crate::wire::Wire;

/// Content of a Messenger message.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, tag = "type")]
#[non_exhaustive]
pub enum Content {
    /// Text: up to 640 characters.
    Text(Text),
    /// Image: jpg, jpeg, png or gif.
    Image(Image),
    /// Audio file: mp3.
    Audio(Audio),
    /// Video: mp4.
    Video(Media),
    /// File: zip, csv or pdf.
    File(Media),
    /// Object passed to Facebook unchanged, such as
    /// `{"attachment": {"type": "template", "payload": {…}}}`.
    Custom(Custom),
}

/// The `message` of a Messenger message.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, misplaced = MISPLACED_IN_BODY)]
#[non_exhaustive]
pub struct Body {
    /// Content of the message.
    pub content: ContentObject<Content>,
    /// Options of a Messenger message.
    pub messenger: Option<Options>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// A message over Facebook Messenger in the v0.1 format.
///
/// ```
/// use messages_types::v0_1::Messenger;
/// use messages_types::v0_1::messenger::Options;
///
/// let message = Messenger::text("page-1", "user-1", "Your order is on its way")?
///     .messenger(Options::message_tag("POST_PURCHASE_UPDATE")?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, misplaced = MISPLACED_IN_MESSAGE)]
#[non_exhaustive]
pub struct Messenger {
    /// Sending page.
    pub from: FromMessenger,
    /// Recipient, as a user of the page.
    pub to: ToMessenger,
    /// Content and options.
    pub message: Body,
    /// The sender's own reference, repeated in every status.
    pub client_ref: Option<ClientRef>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

constructors! {
    Messenger(from: FromMessenger = "/from/id", to: ToMessenger = "/to/id") of Content in Body {
        /// Text message.
        text(Text) = Text at "/message/content/text";
        /// Image: jpg, jpeg, png or gif.
        image(Image) = Image at "/message/content/image/url";
        /// Audio file: mp3.
        audio(Audio) = Audio at "/message/content/audio/url";
        /// Video: mp4.
        video(Media) = Video at "/message/content/video/url";
        /// File: zip, csv or pdf.
        file(Media) = File at "/message/content/file/url";
        /// Object passed to Facebook unchanged.
        custom(Custom) = Custom at "/message/content/custom";
    }
}

impl Messenger {
    /// Sets the options of the Messenger message.
    #[must_use]
    pub fn messenger(mut self, options: Options) -> Self {
        self.message.messenger = Some(options);
        self
    }
}
