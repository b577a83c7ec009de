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
use crate::Extra;
use crate::Usage;
use crate::value::{NumberOrString, Timestamp};
use crate::wire::Wire;

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
#[derive(Clone, PartialEq, Wire)]
#[wire(open, new, document)]
#[wire(misplaced(Content, "contact"))]
#[non_exhaustive]
pub struct Inbound {
    /// The id of this message.
    pub message_uuid: String,
    /// The channel.
    pub channel: Channel,
    /// The person: a phone number or an id.
    pub from: String,
    /// Your number, id or RCS sender.
    pub to: String,
    /// When it was sent.
    pub timestamp: Timestamp,
    /// What it says.
    #[wire(flatten)]
    pub content: Content,
    /// All attachments, when there is more than one (MMS).
    #[wire(rename = "content")]
    pub attachments: Option<Vec<Attachment>>,
    /// The message that this one answers, where it is told.
    pub context: Option<MessageContext>,
    /// Whether there is a context, and whether it can be told.
    pub context_status: Option<ContextStatus>,
    /// The person (WhatsApp).
    pub profile: Option<Profile>,
    /// What only an SMS has.
    pub sms: Option<SmsDetails>,
    /// What only an MMS has.
    pub mms: Option<MmsDetails>,
    /// What only a WhatsApp message has.
    pub whatsapp: Option<Box<WhatsappDetails>>,
    /// What receiving it cost (SMS).
    pub usage: Option<Usage>,
    /// The network that it comes from (SMS, MMS).
    pub origin: Option<Origin>,
    /// Your reference, in some samples.
    pub client_ref: Option<String>,
    /// What the provider said about it, as text.
    pub provider_message: Option<String>,
    /// The message as a resource; see [`Inbound::host`].
    #[wire(rename = "_self")]
    pub self_link: Option<SelfLink>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

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

/// The message that another one answers or reacts to.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct MessageContext {
    /// Its id.
    pub message_uuid: Option<String>,
    /// Who sent it.
    pub message_from: Option<String>,
    /// The product that a question is about, in older samples; newer ones have it in
    /// [`WhatsappDetails`].
    pub whatsapp_referred_product: Option<ReferredProduct>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

/// Whether a message answers another one, and whether the API can tell which.
#[derive(Clone, PartialEq, Eq, Hash, Wire)]
#[wire(open)]
#[non_exhaustive]
pub enum ContextStatus {
    /// It does not.
    None,
    /// It does, and the context is told.
    Available,
    /// It does, but the context cannot be told.
    Unavailable,
    /// An unknown value, as it came.
    Unknown(String),
}

/// What only an inbound SMS has.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct SmsDetails {
    /// How many segments it came in.
    pub num_messages: Option<NumberOrString>,
    /// The first word, in upper case.
    pub keyword: Option<String>,
    /// The older name of `num_messages`.
    pub total_count: Option<NumberOrString>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

/// What only an inbound MMS has.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct MmsDetails {
    /// The other members of a group.
    pub participants: Option<Vec<String>>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

/// The network that a message comes from.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct Origin {
    /// The network's code: mobile country code and mobile network code.
    pub network_code: Option<String>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

/// A message as a resource.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct SelfLink {
    /// Its URL, on the host of the region that holds it.
    pub href: Option<String>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}
