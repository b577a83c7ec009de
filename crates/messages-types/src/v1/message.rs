//! A message with its failover messages.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Channel, Email, Envelope, Messenger, Mms, Rcs, Sms, Viber, Whatsapp};
use crate::error::{Problems, Rule};
use crate::wire::{Check, Context, Decode, Json, Members as _, Wire, validate};

/// A v1 message: the primary message, and the failover messages sent if it is rejected.
///
/// ```
/// use messages_types::v1::{Message, Messenger, Sms};
///
/// let message = Message::from(Messenger::text("page-1", "user-1", "Your table is free")?)
///     .failover([Sms::text("447700900001", "447700900000", "Your table is free")?]);
/// assert!(message.validate().is_ok());
/// # Ok::<(), messages_types::Problems>(())
/// ```
///
/// A failover message cannot have failover messages of its own:
///
/// ```compile_fail
/// # use messages_types::v1::{Message, Sms};
/// let inner = Message::from(Sms::text("447700900001", "447700900000", "b")?);
/// let outer = Message::from(Sms::text("447700900001", "447700900000", "a")?).failover([inner]);
/// # Ok::<(), messages_types::Problems>(())
/// ```
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, document, custom)]
#[non_exhaustive]
pub struct Message {
    /// Message that is sent first.
    pub primary: ChannelMessage,
    /// Failover messages, in order: each is sent if the one before it was `rejected`.
    pub failover: Vec<ChannelMessage>,
}

impl Message {
    /// Adds failover messages: each is sent if the one before it was `rejected`.
    ///
    /// For several channels, call it once for each.
    ///
    /// ```
    /// use messages_types::v1::{Message, Messenger, Sms, Whatsapp};
    ///
    /// let message = Message::from(Messenger::text("page-1", "user-1", "Your table is free")?)
    ///     .failover([Whatsapp::text("447700900001", "447700900000", "Your table is free")?])
    ///     .failover([Sms::text("447700900001", "447700900000", "Your table is free")?]);
    /// assert_eq!(message.attempts().count(), 3);
    /// # Ok::<(), messages_types::Problems>(())
    /// ```
    #[must_use]
    pub fn failover(mut self, alternatives: impl IntoIterator<Item: Into<ChannelMessage>>) -> Self {
        self.failover
            .extend(alternatives.into_iter().map(Into::into));
        self
    }

    /// The primary message and its failover messages, in the order of the attempts.
    pub fn attempts(&self) -> impl Iterator<Item = &ChannelMessage> {
        std::iter::once(&self.primary).chain(&self.failover)
    }
}

impl Check for Message {
    const CAN_FAIL: bool = true;

    fn check(&self, cx: &mut Context) {
        self.primary.check(cx);
        if !self.failover.is_empty() {
            cx.within("failover", |cx| self.failover.check(cx));
        }
    }
}

impl<T: Into<ChannelMessage>> From<T> for Message {
    fn from(message: T) -> Self {
        Self {
            primary: message.into(),
            failover: Vec::new(),
        }
    }
}

impl Decode for Message {
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        let Json::Object(mut map) = value else {
            return cx.unfit(value, "must be an object");
        };
        let failover: Option<Vec<ChannelMessage>> = cx.optional(&mut map, "failover");
        if failover.as_ref().is_some_and(Vec::is_empty) {
            cx.report_at("failover", Rule::MinItems(1), "must have at least 1 item");
        }
        // Already reported here; the message must not report it again. An explicit null is written again.
        map.retain(|key, value| key != "failover" || value.is_null());
        ChannelMessage::decode(Json::Object(map), cx).map(|primary| Self {
            primary,
            failover: failover.unwrap_or_default(),
        })
    }
}

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(None)?;
        self.primary.put(&mut out)?;
        if !self.failover.is_empty() {
            out.serialize_entry("failover", &self.failover)?;
        }
        out.end()
    }
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message")
            .field("primary", &self.primary)
            .field("failover", &self.failover)
            .finish()
    }
}

/// A message over one channel, without failover messages.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, untagged)]
#[non_exhaustive]
pub enum ChannelMessage {
    /// An SMS.
    Sms(Sms),
    /// An MMS.
    Mms(Mms),
    /// A message over RCS.
    Rcs(Rcs),
    /// A message over WhatsApp.
    Whatsapp(Whatsapp),
    /// A message over Facebook Messenger.
    Messenger(Messenger),
    /// A Viber Service Message.
    ViberService(Viber),
    /// An e-mail.
    Email(Email),
}

impl ChannelMessage {
    /// Channel of the message.
    #[must_use]
    pub const fn channel(&self) -> Channel {
        match self {
            Self::Sms(_) => Channel::Sms,
            Self::Mms(_) => Channel::Mms,
            Self::Rcs(_) => Channel::Rcs,
            Self::Whatsapp(_) => Channel::Whatsapp,
            Self::Messenger(_) => Channel::Messenger,
            Self::ViberService(_) => Channel::ViberService,
            Self::Email(_) => Channel::Email,
        }
    }

    /// Sender, a number or an ID, as written on the wire.
    #[must_use]
    pub fn sender(&self) -> &str {
        match self {
            Self::Sms(message) => message.from.as_str(),
            Self::Mms(message) => message.from.as_str(),
            Self::Rcs(message) => message.from.as_str(),
            Self::Whatsapp(message) => message.from.as_str(),
            Self::Messenger(message) => message.from.as_str(),
            Self::ViberService(message) => message.from.as_str(),
            Self::Email(message) => message.from.as_str(),
        }
    }

    /// Recipient, a number or an ID, as written on the wire.
    #[must_use]
    pub fn recipient(&self) -> &str {
        match self {
            Self::Sms(message) => message.to.as_str(),
            Self::Mms(message) => message.to.as_str(),
            Self::Rcs(message) => message.to.as_str(),
            Self::Whatsapp(message) => message.to.as_str(),
            Self::Messenger(message) => message.to.as_str(),
            Self::ViberService(message) => message.to.as_str(),
            Self::Email(message) => message.to.as_str(),
        }
    }

    /// Type of the content, as written on the wire.
    #[must_use]
    pub fn message_type(&self) -> &str {
        match self {
            Self::Sms(message) => message.message_type(),
            Self::Mms(message) => message.message_type(),
            Self::Rcs(message) => message.message_type(),
            Self::Whatsapp(message) => message.message_type(),
            Self::Messenger(message) => message.message_type(),
            Self::ViberService(message) => message.message_type(),
            Self::Email(message) => message.message_type(),
        }
    }

    /// Fields common to all channels.
    #[must_use]
    pub const fn envelope(&self) -> &Envelope {
        match self {
            Self::Sms(message) => &message.envelope,
            Self::Mms(message) => &message.envelope,
            Self::Rcs(message) => &message.envelope,
            Self::Whatsapp(message) => &message.envelope,
            Self::Messenger(message) => &message.envelope,
            Self::ViberService(message) => &message.envelope,
            Self::Email(message) => &message.envelope,
        }
    }

    /// Fields common to all channels, mutably.
    pub const fn envelope_mut(&mut self) -> &mut Envelope {
        match self {
            Self::Sms(message) => &mut message.envelope,
            Self::Mms(message) => &mut message.envelope,
            Self::Rcs(message) => &mut message.envelope,
            Self::Whatsapp(message) => &mut message.envelope,
            Self::Messenger(message) => &mut message.envelope,
            Self::ViberService(message) => &mut message.envelope,
            Self::Email(message) => &mut message.envelope,
        }
    }

    /// Checks the rules over several fields.
    ///
    /// # Errors
    ///
    /// *All* problems, each with its JSON pointer.
    pub fn validate(&self) -> Result<(), Problems> {
        validate(self)
    }

    fn put<M: SerializeMap>(&self, out: &mut M) -> Result<(), M::Error> {
        match self {
            Self::Sms(message) => message.put(out),
            Self::Mms(message) => message.put(out),
            Self::Rcs(message) => message.put(out),
            Self::Whatsapp(message) => message.put(out),
            Self::Messenger(message) => message.put(out),
            Self::ViberService(message) => message.put(out),
            Self::Email(message) => message.put(out),
        }
    }
}

impl Decode for ChannelMessage {
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        if value.as_object().is_none() {
            return cx.unfit(value, "must be an object");
        }
        match value.get("channel") {
            Some(Json::String(name)) => match Channel::from(name.as_ref()) {
                Channel::Sms => Sms::decode(value, cx).map(Self::Sms),
                Channel::Mms => Mms::decode(value, cx).map(Self::Mms),
                Channel::Rcs => Rcs::decode(value, cx).map(Self::Rcs),
                Channel::Whatsapp => Whatsapp::decode(value, cx).map(Self::Whatsapp),
                Channel::Messenger => Messenger::decode(value, cx).map(Self::Messenger),
                Channel::ViberService => Viber::decode(value, cx).map(Self::ViberService),
                Channel::Email => Email::decode(value, cx).map(Self::Email),
                Channel::Unknown(_) => {
                    cx.report_one_of("channel", Channel::KNOWN.iter().map(Channel::as_str));
                    Err(value)
                }
            },
            channel => {
                cx.report_not_string("channel", channel);
                Err(value)
            }
        }
    }
}
