//! The inbound-message webhook.

mod commerce;
mod contact;
mod content;
mod media;
mod reaction;
mod reply;
mod reply_text;
mod text;
mod whatsapp;

pub use commerce::{Order, OrderItem, ReferredProduct};
pub use contact::{Contact, ContactAddress, ContactEmail, ContactName, ContactPhone, ContactUrl};
pub use content::Content;
pub use media::{Attachment, Location, Media};
pub use reaction::{Reaction, ReactionAction};
pub use reply::{Button, Reply};
pub(crate) use reply_text::without_plus;
pub use text::Text;
pub use whatsapp::{Referral, WhatsappDetails};

use super::{Channel, Profile};
use crate::value::{NumberOrString, Timestamp};
use crate::wire::Wire;
use crate::{Extra, Usage};

/// A message from a user: the body of an inbound-message webhook.
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
#[wire(open, new, document, misplaced(Content, "contact"))]
#[non_exhaustive]
pub struct Inbound {
    /// ID of this message.
    pub message_uuid: String,
    /// Channel of the message.
    pub channel: Option<Channel>,
    /// Sender: a phone number or an ID.
    pub from: Option<String>,
    /// Recipient: your number, ID or RCS sender.
    pub to: Option<String>,
    /// Time the message was sent.
    pub timestamp: Option<Timestamp>,
    /// Content of the message.
    #[wire(flatten)]
    pub content: Content,
    /// All attachments, if there is more than one (MMS).
    #[wire(rename = "content")]
    pub attachments: Option<Vec<Attachment>>,
    /// Message this one replies or reacts to, if available.
    pub context: Option<MessageContext>,
    /// Presence and availability of the context.
    pub context_status: Option<ContextStatus>,
    /// Profile of the sender (WhatsApp).
    pub profile: Option<Profile>,
    /// Fields specific to SMS.
    pub sms: Option<SmsDetails>,
    /// Fields specific to MMS.
    pub mms: Option<MmsDetails>,
    /// Fields specific to WhatsApp.
    pub whatsapp: Option<Box<WhatsappDetails>>,
    /// Cost of receiving the message (SMS).
    pub usage: Option<Usage>,
    /// Network of the sender (SMS, MMS).
    pub origin: Option<Origin>,
    /// Your client reference, in some samples.
    pub client_ref: Option<String>,
    /// Text from the provider about the message.
    pub provider_message: Option<String>,
    /// Link to the message as a resource; see [`Inbound::host`].
    #[wire(rename = "_self")]
    pub self_link: Option<SelfLink>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

impl Inbound {
    /// Host of the region that stores this message, for marking it as read: the authority
    /// of `_self.href`. Before sending credentials to it, check that it is a host of the API.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        let rest = self.self_link.as_ref()?.href.as_deref()?;
        let rest = rest.strip_prefix("https://")?;
        let host = rest.split(['/', '?', '#']).next()?;
        (!host.is_empty()).then_some(host)
    }
}

/// Message that another one replies or reacts to.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct MessageContext {
    /// ID of the message.
    pub message_uuid: Option<String>,
    /// Sender of the message.
    pub message_from: Option<String>,
    /// Product a question refers to, in older samples; newer ones have it in
    /// [`WhatsappDetails`].
    pub whatsapp_referred_product: Option<ReferredProduct>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

/// Presence and availability of the context of a message.
#[derive(Clone, PartialEq, Eq, Hash, Wire)]
#[wire(open)]
#[non_exhaustive]
pub enum ContextStatus {
    /// Not a reply.
    None,
    /// Reply with its context.
    Available,
    /// Reply whose context is not available.
    Unavailable,
    /// Unknown value, as received.
    Unknown(String),
}

/// Fields specific to an inbound SMS.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct SmsDetails {
    /// Number of segments of the SMS.
    pub num_messages: Option<NumberOrString>,
    /// First word of the text, in upper case.
    pub keyword: Option<String>,
    /// Older name of `num_messages`.
    pub total_count: Option<NumberOrString>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

/// Fields specific to an inbound MMS.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct MmsDetails {
    /// Other participants of the group.
    pub participants: Option<Vec<String>>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

/// Network of the sender of a message.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct Origin {
    /// Network code: mobile country code and mobile network code.
    pub network_code: Option<String>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

/// Link to a message as a resource.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct SelfLink {
    /// URL of the message, on the host of the region that stores it.
    pub href: Option<String>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}
