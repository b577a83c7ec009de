//! The inbound-message webhook.

use super::Address;
use super::outbound::content::Content;
use crate::Usage;
use crate::value::{Scalar, Timestamp};
use crate::wire::{document, wire_content, wire_object};

wire_object! {
    /// A message from a person: the body of an inbound webhook.
    inbound struct Inbound {
        required {
            /// The message's id.
            message_uuid: String = "message_uuid",
            /// The person.
            from: Address = "from",
            /// Your number, page or service.
            to: Address = "to",
            /// When it was sent.
            timestamp: Timestamp = "timestamp",
            /// What it holds.
            message: InboundMessage = "message",
        }
        optional {
            /// `inbound`, where it is said.
            direction: String = "direction",
            /// What it cost to receive (SMS).
            usage: Usage = "usage",
        }
    }
}

document!(Inbound, Open);

impl Inbound {
    /// What it holds.
    #[must_use]
    pub const fn content(&self) -> &InboundContent {
        &self.message.content.kind
    }
}

wire_object! {
    /// The `message` of an inbound message.
    inbound struct InboundMessage {
        required {
            /// What it holds.
            content: Content<InboundContent> = "content",
        }
        optional {
            /// What only an SMS has.
            sms: InboundSms = "sms",
        }
    }
}

impl From<InboundContent> for InboundMessage {
    fn from(content: InboundContent) -> Self {
        Self::new(content)
    }
}

wire_object! {
    /// What only an SMS has.
    #[derive(Default)]
    inbound struct InboundSms {
        optional {
            /// How many segments the text took.
            num_messages: Scalar = "num_messages",
        }
    }
}

wire_content! {
    /// What a person can send.
    inbound enum InboundContent by "type" {
        nested {
            /// A text.
            Text(String) = "text",
            /// An image.
            Image(InboundMedia) = "image",
            /// An audio file.
            Audio(InboundMedia) = "audio",
            /// A video.
            Video(InboundMedia) = "video",
            /// Any other file.
            File(InboundMedia) = "file",
            /// A place.
            Location(Location) = "location",
            /// The button of a template was pressed.
            Button(Button) = "button",
        }
        unit {
            /// Something that the API cannot pass on.
            Unsupported = "unsupported",
        }
    }
}

wire_object! {
    /// A medium that a person sent.
    inbound struct InboundMedia {
        required {
            /// Where it can be fetched, for 48 hours.
            url: String = "url",
        }
        optional {
            /// The text that the person sent with it.
            caption: String = "caption",
        }
    }
}

wire_object! {
    /// A place, with the members' names of WhatsApp or, in 2018, of Messenger.
    #[derive(Default)]
    inbound struct Location {
        optional {
            /// Degrees east (WhatsApp).
            longitude: Scalar = "longitude",
            /// Degrees north (WhatsApp).
            latitude: Scalar = "latitude",
            /// Degrees east (Messenger in 2018).
            long: Scalar = "long",
            /// Degrees north (Messenger in 2018).
            lat: Scalar = "lat",
            /// The place's name.
            name: String = "name",
            /// The place's address.
            address: String = "address",
            /// A map that shows it (Messenger in 2018).
            url: String = "url",
        }
    }
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

wire_object! {
    /// A button of a template that was pressed.
    #[derive(Default)]
    inbound struct Button {
        optional {
            /// What the sender of the template put behind it.
            payload: String = "payload",
            /// Its label.
            text: String = "text",
        }
    }
}
