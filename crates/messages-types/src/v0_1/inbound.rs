//! The inbound-message webhook.

use super::Address;
use super::content::ContentObject;
use crate::Extra;
use crate::Usage;
use crate::value::{NumberOrString, Timestamp};
use crate::wire::Wire;

/// A message from a person: the body of an inbound webhook.
#[derive(Clone, PartialEq, Wire)]
#[wire(open, new, document)]
#[non_exhaustive]
pub struct Inbound {
    /// The message's id.
    pub message_uuid: String,
    /// The person.
    pub from: Address,
    /// Your number, page or service.
    pub to: Address,
    /// When it was sent.
    pub timestamp: Timestamp,
    /// What it holds.
    pub message: InboundMessage,
    /// `inbound`, where it is said.
    pub direction: Option<String>,
    /// What it cost to receive (SMS).
    pub usage: Option<Usage>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

impl Inbound {
    /// What it holds.
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
    /// What it holds.
    pub content: ContentObject<InboundContent>,
    /// What only an SMS has.
    pub sms: Option<InboundSms>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

impl From<InboundContent> for InboundMessage {
    fn from(content: InboundContent) -> Self {
        Self::new(content)
    }
}

/// What only an SMS has.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct InboundSms {
    /// How many segments the text took.
    pub num_messages: Option<NumberOrString>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

/// What a person can send.
#[derive(Clone, PartialEq, Wire)]
#[wire(open, tag = "type")]
#[non_exhaustive]
pub enum InboundContent {
    /// A text.
    Text(String),
    /// An image.
    Image(InboundMedia),
    /// An audio file.
    Audio(InboundMedia),
    /// A video.
    Video(InboundMedia),
    /// Any other file.
    File(InboundMedia),
    /// A place.
    Location(Location),
    /// The button of a template was pressed.
    Button(Button),
    /// Something that the API cannot pass on.
    Unsupported,
    /// An unknown type, or a known one whose content is not as documented: the name of the type. The content is in the
    /// `extra` of the object that carries it.
    Unknown(String),
}

/// A medium that a person sent.
#[derive(Clone, PartialEq, Wire)]
#[wire(open, new)]
#[non_exhaustive]
pub struct InboundMedia {
    /// Where it can be fetched, for 48 hours.
    pub url: String,
    /// The text that the person sent with it.
    pub caption: Option<String>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

/// A place, with the members' names of WhatsApp or, in 2018, of Messenger.
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
    /// The place's name.
    pub name: Option<String>,
    /// The place's address.
    pub address: Option<String>,
    /// A map that shows it (Messenger in 2018).
    pub url: Option<String>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

impl Location {
    /// Degrees north, by whichever name they came; `None` when they are no number.
    #[must_use]
    pub fn degrees_north(&self) -> Option<f64> {
        self.latitude.as_ref().or(self.lat.as_ref())?.to_f64()
    }

    /// Degrees east, by whichever name they came; `None` when they are no number.
    #[must_use]
    pub fn degrees_east(&self) -> Option<f64> {
        self.longitude.as_ref().or(self.long.as_ref())?.to_f64()
    }
}

/// A button of a template that was pressed.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct Button {
    /// What the sender of the template put behind it.
    pub payload: Option<String>,
    /// Its label.
    pub text: Option<String>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}
