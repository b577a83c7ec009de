//! Facebook Messenger.

use super::media::{Audio, Media};
use super::{ELSEWHERE, Envelope, OPTIONS_ELSEWHERE, constructors, envelope_setters};
use crate::limits;
use crate::problem::Invalid;
use crate::value::{Field, Text};
use crate::wire::{Context, wire_choice, wire_content, wire_object};

/// The id of a page or of a person as one page sees them: 1 to 50 characters.
pub type MessengerId = Text<1, { limits::ID_MAX }>;

/// The text of a Messenger message: up to 640 characters.
pub type MessengerText = Text<0, { limits::MESSENGER_TEXT_MAX }>;

/// The purpose of a message outside the 24-hour window. Facebook's list changes, so this is an
/// open string, of at least one character.
pub type Tag = Text<1, { usize::MAX }>;

wire_choice! {
    /// Why the message may be sent, by Facebook's rules.
    closed enum MessengerCategory {
        /// An answer within 24 hours of the person's message: the default.
        Response = "response",
        /// A message outside that window that is not promotional.
        Update = "update",
        /// A message outside that window for one of the purposes that a tag names.
        MessageTag = "message_tag",
    }
}

wire_object! {
    /// Options that only a Messenger message has.
    #[derive(Default)]
    outbound struct MessengerOptions {
        optional {
            /// Why the message may be sent.
            category: MessengerCategory = "category",
            /// The purpose; compulsory with [`MessengerCategory::MessageTag`]. Among others
            /// `CONFIRMED_EVENT_UPDATE`, `POST_PURCHASE_UPDATE`, `ACCOUNT_UPDATE`,
            /// `HUMAN_AGENT`, `CUSTOMER_FEEDBACK`.
            tag: Tag = "tag",
        }
        elsewhere OPTIONS_ELSEWHERE;
        rules tag_rule(; category, tag);
    }
}

fn tag_rule(category: Option<&MessengerCategory>, tag: Option<&Tag>, cx: &mut Context) {
    if category == Some(&MessengerCategory::MessageTag) && tag.is_none() {
        cx.lacks("tag", "is required with category message_tag");
    }
}

impl MessengerOptions {
    /// Options of a category that needs no tag.
    #[must_use]
    pub fn category_only(category: MessengerCategory) -> Self {
        Self::default().category(category)
    }

    /// The category `message_tag` with its tag.
    ///
    /// # Errors
    ///
    /// When the tag is empty.
    pub fn message_tag(tag: impl Field<Tag>) -> Result<Self, Invalid> {
        Ok(Self::default()
            .category(MessengerCategory::MessageTag)
            .tag(tag.parse()?))
    }
}

wire_content! {
    /// What a Messenger message can hold.
    outbound enum MessengerContent by "message_type" {
        nested {
            /// A text.
            Text(MessengerText) = "text",
            /// An image: jpg, jpeg, png or gif.
            Image(Media) = "image",
            /// An audio file: mp3.
            Audio(Audio) = "audio",
            /// A video: mp4 with H.264 and AAC.
            Video(Media) = "video",
            /// Any other file: zip, csv, pdf and more.
            File(Media) = "file",
        }
    }
}

wire_object! {
    /// A message over Facebook Messenger.
    ///
    /// ```
    /// use messages_types::v1::Messenger;
    /// use messages_types::v1::outbound::messenger::MessengerOptions;
    ///
    /// let message = Messenger::text("page-1", "user-1", "Your order is on its way")?
    ///     .messenger(MessengerOptions::message_tag("POST_PURCHASE_UPDATE")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    outbound struct Messenger {
        constants { "channel" = "messenger"; }
        required {
            /// The page.
            from: MessengerId = "from",
            /// The person, by the id under which the page knows them.
            to: MessengerId = "to",
        }
        flatten {
            /// What it holds.
            content: MessengerContent,
            /// What the messages of every channel have in common.
            envelope: Envelope,
        }
        optional {
            /// Options that only a Messenger message has.
            messenger: MessengerOptions = "messenger",
        }
        elsewhere ELSEWHERE;
    }
}

envelope_setters!(Messenger);

constructors! {
    Messenger(from: MessengerId, to: MessengerId) of MessengerContent {
        /// A text.
        text(MessengerText) = Text at "/text";
        /// An image: jpg, jpeg, png or gif.
        image(Media) = Image at "/image/url";
        /// An audio file: mp3.
        audio(Audio) = Audio at "/audio/url";
        /// A video: mp4 with H.264 and AAC.
        video(Media) = Video at "/video/url";
        /// Any other file: zip, csv, pdf and more.
        file(Media) = File at "/file/url";
    }
}
