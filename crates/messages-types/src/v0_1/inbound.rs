//! The inbound-message webhook.

use super::Address;
use super::content::ContentObject;
use crate::value::{NumberOrString, Timestamp};
use crate::wire::Wire;
use crate::{Extra, Usage};

/// A message from a user: the body of an inbound webhook.
#[derive(Clone, PartialEq, Wire)]
#[wire(open, new, document)]
#[non_exhaustive]
pub struct Inbound {
    /// ID of this message.
    pub message_uuid: String,
    /// Sender, the user.
    pub from: Option<Address>,
    /// Recipient: your number, page or service.
    pub to: Option<Address>,
    /// Time the message was sent.
    pub timestamp: Option<Timestamp>,
    /// Content of the message.
    pub message: InboundMessage,
    /// `inbound`, if present.
    pub direction: Option<String>,
    /// Cost of receiving the message (SMS).
    pub usage: Option<Usage>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

impl Inbound {
    /// Content of the message.
    #[must_use]
    pub const fn content(&self) -> &InboundContent {
        &self.message.content.kind
    }
}

/// The `message` of an inbound message.
#[derive(Clone, PartialEq, Wire)]
#[wire(open, new)]
#[non_exhaustive]
pub struct InboundMessage {
    /// Content of the message.
    pub content: ContentObject<InboundContent>,
    /// Fields specific to SMS.
    pub sms: Option<InboundSms>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

impl From<InboundContent> for InboundMessage {
    fn from(content: InboundContent) -> Self {
        Self::new(content)
    }
}

/// Fields specific to SMS.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct InboundSms {
    /// Number of segments of the text.
    pub num_messages: Option<NumberOrString>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

/// Content of a message from a user.
#[derive(Clone, PartialEq, Wire)]
#[wire(open, tag = "type")]
#[non_exhaustive]
pub enum InboundContent {
    /// Text.
    Text(String),
    /// Image.
    Image(InboundMedia),
    /// Audio file.
    Audio(InboundMedia),
    /// Video.
    Video(InboundMedia),
    /// Any other file.
    File(InboundMedia),
    /// Location.
    Location(Location),
    /// Press of a template's button.
    Button(Button),
    /// Content that the API cannot deliver.
    Unsupported,
    /// Name of an unknown type, or of a known one whose content is not as documented; empty if `type` is missing or not
    /// a string. The content is in the `extra` of the object that carries it.
    Unknown(String),
}

/// A file from a user.
#[derive(Clone, PartialEq, Wire)]
#[wire(open, new)]
#[non_exhaustive]
pub struct InboundMedia {
    /// URL of the file, valid for 48 hours.
    pub url: String,
    /// Caption sent with the file.
    pub caption: Option<String>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

/// A location, with the field names of WhatsApp or, in 2018, of Messenger.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct Location {
    /// Degrees east (WhatsApp).
    pub longitude: Option<NumberOrString>,
    /// Degrees north (WhatsApp).
    pub latitude: Option<NumberOrString>,
    /// Degrees east (Messenger in 2018).
    pub long: Option<NumberOrString>,
    /// Degrees north (Messenger in 2018).
    pub lat: Option<NumberOrString>,
    /// Name of the place.
    pub name: Option<String>,
    /// Address of the place.
    pub address: Option<String>,
    /// URL of a map (Messenger in 2018).
    pub url: Option<String>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

impl Location {
    /// Degrees north, under either name; `None` if not a number.
    #[must_use]
    pub fn degrees_north(&self) -> Option<f64> {
        self.latitude.as_ref().or(self.lat.as_ref())?.to_f64()
    }

    /// Degrees east, under either name; `None` if not a number.
    #[must_use]
    pub fn degrees_east(&self) -> Option<f64> {
        self.longitude.as_ref().or(self.long.as_ref())?.to_f64()
    }
}

/// A pressed button of a template.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct Button {
    /// Payload defined by the sender of the template.
    pub payload: Option<String>,
    /// Label of the button.
    pub text: Option<String>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}
