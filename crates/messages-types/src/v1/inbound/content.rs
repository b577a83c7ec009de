//! What an inbound message says.

use super::{Attachment, Button, Contact, Location, Media, Order, Reaction, Reply, Text};
use crate::wire::wire_content;

wire_content! {
    /// What an inbound message says: chosen by `message_type`, whatever else the object carries.
    inbound enum Content by "message_type" {
        whole {
            /// A text.
            Text(Text) = "text",
        }
        nested {
            /// An image.
            Image(Media) = "image",
            /// An audio file or a voice message.
            Audio(Media) = "audio",
            /// A video.
            Video(Media) = "video",
            /// Any other file.
            File(Media) = "file",
            /// A contact card as a file (MMS, RCS).
            Vcard(Media) = "vcard",
            /// A place.
            Location(Location) = "location",
            /// A sticker (WhatsApp).
            Sticker(Media) = "sticker",
            /// People from the address book (WhatsApp).
            Contacts(Vec<Contact>) = "contacts",
            /// The choice of one of the answers that were offered.
            Reply(Reply) = "reply",
            /// A button that was pressed.
            Button(Button) = "button",
            /// A shopping basket (WhatsApp).
            Order(Order) = "order",
            /// A reaction to the message that the context names (WhatsApp).
            Reaction(Reaction) = "reaction",
            /// Several attachments (MMS).
            Content(Vec<Attachment>) = "content",
        }
        unit {
            /// Something that the API cannot pass on.
            Unsupported = "unsupported",
        }
    }
}

impl Content {
    /// The text, if it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.as_str()),
            _ => None,
        }
    }

    /// The file, if it is a single one: an image, audio, a video, a file, a card or a sticker.
    #[must_use]
    pub const fn media(&self) -> Option<&Media> {
        match self {
            Self::Image(media)
            | Self::Audio(media)
            | Self::Video(media)
            | Self::File(media)
            | Self::Vcard(media)
            | Self::Sticker(media) => Some(media),
            _ => None,
        }
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}
