//! The inbound-message webhook.

mod commerce;
mod contact;
mod content;
mod media;
mod reaction;
mod reply;
mod text;
mod whatsapp;

pub use commerce::{Order, OrderItem, ReferredProduct};
pub use contact::{Contact, ContactAddress, ContactEmail, ContactName, ContactPhone, ContactUrl};
pub use content::Content;
pub use media::{Attachment, Location, Media};
pub use reaction::{Reaction, ReactionAction};
pub use reply::{Button, Reply};
pub use text::Text;
pub use whatsapp::{Referral, WhatsappDetails};

use super::{Channel, Profile};
use crate::Usage;
use crate::value::{Scalar, Timestamp};
use crate::wire::{document, wire_choice, wire_object};

/// Members that some inbound message has: known everywhere, even where they are not read.
const ELSEWHERE: &[&str] = &[
    "audio", "button", "contact", "contacts", "content", "file", "image", "location", "order",
    "reaction", "reply", "sticker", "text", "vcard", "video",
];

wire_object! {
    /// A message from a person: the body of an inbound webhook.
    ///
    /// ```
    /// use messages_types::Document as _;
    /// use messages_types::v1::{Inbound, inbound::Content};
    ///
    /// let inbound = Inbound::from_slice(br#"{
    ///     "channel": "sms", "message_uuid": "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab",
    ///     "from": "447700900000", "to": "447700900001",
    ///     "timestamp": "2026-02-03T12:14:25Z", "text": "Yes"
    /// }"#)?;
    /// match &inbound.content {
    ///     Content::Text(text) => assert_eq!(text.as_str(), "Yes"),
    ///     other => println!("a message of type {}", other.type_name()),
    /// }
    /// # Ok::<(), messages_types::DecodeError>(())
    /// ```
    inbound struct Inbound {
        required {
            /// The id of this message.
            message_uuid: String = "message_uuid",
            /// The channel.
            channel: Channel = "channel",
            /// The person: a phone number or an id.
            from: String = "from",
            /// Your number, id or RCS sender.
            to: String = "to",
            /// When it was sent.
            timestamp: Timestamp = "timestamp",
        }
        flatten {
            /// What it says.
            content: Content,
        }
        optional {
            /// All attachments, when there is more than one (MMS).
            attachments: Vec<Attachment> = "content",
            /// The message that this one answers, where it is told.
            context: MessageContext = "context",
            /// Whether there is a context, and whether it can be told.
            context_status: ContextStatus = "context_status",
            /// The person (WhatsApp).
            profile: Profile = "profile",
            /// What only an SMS has.
            sms: SmsDetails = "sms",
            /// What only an MMS has.
            mms: MmsDetails = "mms",
            /// What only a WhatsApp message has.
            whatsapp: Box<WhatsappDetails> = "whatsapp",
            /// What receiving it cost (SMS).
            usage: Usage = "usage",
            /// The network that it comes from (SMS, MMS).
            origin: Origin = "origin",
            /// Your reference, in some samples.
            client_ref: String = "client_ref",
            /// What the provider said about it, as text.
            provider_message: String = "provider_message",
            /// The message as a resource; see [`Inbound::host`].
            self_link: SelfLink = "_self",
        }
        elsewhere ELSEWHERE;
    }
}

document!(Inbound, Open);

impl Inbound {
    /// The host of the region that holds this message, for marking it as read: the authority
    /// of `_self.href`. Whoever sends credentials there must check first that it is the API's own.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        let rest = self.self_link.as_ref()?.href.as_deref()?;
        let rest = rest.strip_prefix("https://")?;
        let host = rest.split(['/', '?', '#']).next()?;
        (!host.is_empty()).then_some(host)
    }
}

wire_object! {
    /// The message that another one answers or reacts to.
    #[derive(Default)]
    inbound struct MessageContext {
        optional {
            /// Its id.
            message_uuid: String = "message_uuid",
            /// Who sent it.
            message_from: String = "message_from",
            /// The product that a question is about, in older samples; newer ones have it in
            /// [`WhatsappDetails`].
            whatsapp_referred_product: ReferredProduct = "whatsapp_referred_product",
        }
    }
}

wire_choice! {
    /// Whether a message answers another one, and whether the API can tell which.
    open enum ContextStatus {
        /// It does not.
        None = "none",
        /// It does, and the context is told.
        Available = "available",
        /// It does, but the context cannot be told.
        Unavailable = "unavailable",
    }
}

wire_object! {
    /// What only an inbound SMS has.
    #[derive(Default)]
    inbound struct SmsDetails {
        optional {
            /// How many segments it came in.
            num_messages: Scalar = "num_messages",
            /// The first word, in upper case.
            keyword: String = "keyword",
            /// The older name of `num_messages`.
            total_count: Scalar = "total_count",
        }
    }
}

wire_object! {
    /// What only an inbound MMS has.
    #[derive(Default)]
    inbound struct MmsDetails {
        optional {
            /// The other members of a group.
            participants: Vec<String> = "participants",
        }
    }
}

wire_object! {
    /// The network that a message comes from.
    #[derive(Default)]
    inbound struct Origin {
        optional {
            /// The network's code: mobile country code and mobile network code.
            network_code: String = "network_code",
        }
    }
}

wire_object! {
    /// A message as a resource.
    #[derive(Default)]
    inbound struct SelfLink {
        optional {
            /// Its URL, on the host of the region that holds it.
            href: String = "href",
        }
    }
}
