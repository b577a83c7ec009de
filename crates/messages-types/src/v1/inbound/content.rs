//! Content of an inbound message.

use super::{Attachment, Button, Contact, Location, Media, Order, Reaction, Reply, Text};
use crate::wire::Wire;

/// Content of an inbound message, selected by `message_type` alone, regardless of the other fields.
#[derive(Clone, PartialEq, Wire)]
#[wire(open, tag = "message_type")]
#[non_exhaustive]
pub enum Content {
    /// Text.
    #[wire(whole)]
    Text(Text),
    /// Image.
    Image(Media),
    /// Audio file or voice message.
    Audio(Media),
    /// Video.
    Video(Media),
    /// Any other file.
    File(Media),
    /// Contact card as a file (MMS, RCS).
    Vcard(Media),
    /// Location.
    Location(Location),
    /// Sticker (WhatsApp).
    Sticker(Media),
    /// Contacts from an address book (WhatsApp).
    Contacts(Vec<Contact>),
    /// Reply selected from those that a message offered.
    Reply(Reply),
    /// Pressed button.
    Button(Button),
    /// Order: a shopping basket (WhatsApp).
    Order(Order),
    /// Reaction to the message given in the context (WhatsApp).
    Reaction(Reaction),
    /// Several attachments (MMS).
    Content(Vec<Attachment>),
    /// Content that the API cannot pass on.
    Unsupported,
    /// Name of an unknown type, or of a known type whose content is not as documented; empty if `message_type` is
    /// missing or not a string. The content is in the `extra` of the enclosing object.
    Unknown(String),
}

impl Content {
    /// Text, if the content is a text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.as_str()),
            _ => None,
        }
    }

    /// File, if the content is a single one: an image, audio, a video, a file, a contact card or a sticker.
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
