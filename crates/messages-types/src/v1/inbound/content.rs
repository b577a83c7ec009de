//! What an inbound message says.

use super::{Attachment, Button, Contact, Location, Media, Order, Reaction, Reply, Text};
use crate::wire::Wire;

/// What an inbound message says: chosen by `message_type`, whatever else the object carries.
#[derive(Clone, PartialEq, Wire)]
#[wire(open, tag = "message_type")]
#[non_exhaustive]
pub enum Content {
    /// A text.
    #[wire(whole)]
    Text(Text),
    /// An image.
    Image(Media),
    /// An audio file or a voice message.
    Audio(Media),
    /// A video.
    Video(Media),
    /// Any other file.
    File(Media),
    /// A contact card as a file (MMS, RCS).
    Vcard(Media),
    /// A place.
    Location(Location),
    /// A sticker (WhatsApp).
    Sticker(Media),
    /// People from the address book (WhatsApp).
    Contacts(Vec<Contact>),
    /// The choice of one of the answers that were offered.
    Reply(Reply),
    /// A button that was pressed.
    Button(Button),
    /// A shopping basket (WhatsApp).
    Order(Order),
    /// A reaction to the message that the context names (WhatsApp).
    Reaction(Reaction),
    /// Several attachments (MMS).
    Content(Vec<Attachment>),
    /// Something that the API cannot pass on.
    Unsupported,
    /// An unknown type, or a known one whose content is not as documented: the name of the type. The content is in the
    /// `extra` of the object that carries it.
    Unknown(String),
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
