//! Facebook Messenger.

use super::address::{FromMessenger, ToMessenger};
use super::content::{Audio, BODY_ELSEWHERE, Content, Image, Media};
use super::{Custom, channel_message};
pub use crate::v1::outbound::messenger::{MessengerCategory, MessengerOptions, MessengerText};
use crate::wire::{wire_content, wire_object};

wire_content! {
    /// What a Messenger message can hold.
    outbound enum MessengerContent by "type" {
        nested {
            /// A text: up to 640 characters.
            Text(MessengerText) = "text",
            /// An image: jpg, jpeg, png or gif.
            Image(Image) = "image",
            /// An audio file: mp3.
            Audio(Audio) = "audio",
            /// A video: mp4.
            Video(Media) = "video",
            /// A file: zip, csv or pdf.
            File(Media) = "file",
            /// An object that is handed to Facebook unchanged, such as
            /// `{"attachment": {"type": "template", "payload": {…}}}`.
            Custom(Custom) = "custom",
        }
    }
}

wire_object! {
    /// The `message` of a Messenger message.
    outbound struct MessengerBody {
        required {
            /// What it holds.
            content: Content<MessengerContent> = "content",
        }
        optional {
            /// Options that only a Messenger message has.
            messenger: MessengerOptions = "messenger",
        }
        elsewhere BODY_ELSEWHERE;
    }
}

channel_message! {
    /// A message over Facebook Messenger in the v0.1 format.
    ///
    /// ```
    /// use messages_types::v0_1::Messenger;
    /// use messages_types::v0_1::outbound::messenger::MessengerOptions;
    ///
    /// let message = Messenger::text("page-1", "user-1", "Your order is on its way")?
    ///     .messenger(MessengerOptions::message_tag("POST_PURCHASE_UPDATE")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    struct Messenger {
        /// The page.
        from: FromMessenger at "/from/id",
        /// The person.
        to: ToMessenger at "/to/id",
        message: MessengerBody of MessengerContent,
    }
    /// A text.
    text(MessengerText) = Text at "/message/content/text";
    /// An image: jpg, jpeg, png or gif.
    image(Image) = Image at "/message/content/image/url";
    /// An audio file: mp3.
    audio(Audio) = Audio at "/message/content/audio/url";
    /// A video: mp4.
    video(Media) = Video at "/message/content/video/url";
    /// A file: zip, csv or pdf.
    file(Media) = File at "/message/content/file/url";
    /// An object that is handed to Facebook unchanged.
    custom(Custom) = Custom at "/message/content/custom";
}

impl Messenger {
    /// Sets options that only a Messenger message has.
    #[must_use]
    pub fn messenger(mut self, options: MessengerOptions) -> Self {
        self.message.messenger = Some(options);
        self
    }
}
