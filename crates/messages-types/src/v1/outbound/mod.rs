//! Messages to be sent: one type a channel, so that a pair the API would refuse, such as a video
//! over SMS, cannot be written.

mod constructors;
mod custom;
pub mod email;
mod envelope;
pub mod media;
pub mod messenger;
pub mod mms;
pub mod rcs;
pub mod sms;
pub mod update;
pub mod viber;
pub mod whatsapp;

use serde::{Serialize, Serializer};

pub(crate) use constructors::{constructors, written_as};
pub use custom::Custom;
pub use envelope::{ClientRef, Envelope, WebhookVersion};
pub(crate) use envelope::{ELSEWHERE, OPTIONS_ELSEWHERE, envelope_setters};

pub use update::{ReplyingIndicator, Update, UpdateStatus};

use self::email::Email;
use self::messenger::Messenger;
use self::mms::Mms;
use self::rcs::Rcs;
use self::sms::Sms;
use self::viber::Viber;
use self::whatsapp::Whatsapp;
use super::Channel;
use crate::problem::{Problems, Rule};
use crate::wire::{Check, Context, Decode, Json, Mode, Redacted, document};

/// A v1 message: what to send first, and what to send instead if that is rejected.
///
/// ```
/// use messages_types::v1::{Message, Messenger, Sms};
///
/// let message = Message::from(Messenger::text("page-1", "user-1", "Your table is free")?)
///     .failover([Sms::text("447700900001", "447700900000", "Your table is free")?.into()]);
/// assert!(message.validate().is_ok());
/// # Ok::<(), messages_types::Problems>(())
/// ```
///
/// An alternative cannot have alternatives of its own:
///
/// ```compile_fail
/// # use messages_types::v1::{Message, Sms};
/// let inner = Message::from(Sms::text("447700900001", "447700900000", "b")?);
/// let outer = Message::from(Sms::text("447700900001", "447700900000", "a")?).failover([inner]);
/// # Ok::<(), messages_types::Problems>(())
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Message {
    /// What is sent first.
    pub primary: ChannelMessage,
    /// What is sent instead, in this order, each when the one before it was `rejected`.
    pub failover: Vec<ChannelMessage>,
}

impl Message {
    /// Adds alternatives: each is sent when the one before it ends as `rejected`.
    #[must_use]
    pub fn failover(mut self, alternatives: impl IntoIterator<Item = ChannelMessage>) -> Self {
        self.failover.extend(alternatives);
        self
    }

    /// The message and its alternatives, in the order in which they are tried.
    pub fn attempts(&self) -> impl Iterator<Item = &ChannelMessage> {
        std::iter::once(&self.primary).chain(&self.failover)
    }

    /// Checks what must be seen together. Single values are valid by construction, and a decoded
    /// message has been checked already.
    ///
    /// # Errors
    ///
    /// *All* problems, each with its JSON pointer.
    pub fn validate(&self) -> Result<(), Problems> {
        check(self)
    }
}

fn check(model: &impl Check) -> Result<(), Problems> {
    let mut cx = Context::new(Mode::Strict);
    model.check(&mut cx);
    Problems::check(cx.into_findings().0)
}

impl Check for Message {
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
            cx.report(Rule::Type, "must be an object");
            return Err(value);
        };
        let given = map.contains_key("failover");
        let failover: Option<Vec<ChannelMessage>> = cx.optional(&mut map, "failover");
        if failover.as_ref().is_some_and(Vec::is_empty) {
            cx.report_at("failover", Rule::MinItems(1), "must have at least 1 item");
        }
        let unfit = if given && failover.is_none() {
            map.remove("failover")
        } else {
            None
        };
        match ChannelMessage::decode(Json::Object(map), cx) {
            Ok(mut primary) => {
                if let Some(value) = unfit {
                    primary.extra_mut().insert("failover", value);
                }
                Ok(Self {
                    primary,
                    failover: failover.unwrap_or_default(),
                })
            }
            // An outbound document that does not fit is dropped with its problems.
            Err(value) => Err(value),
        }
    }
}

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;

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

impl Redacted for Message {
    fn redacted(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self, f)
    }
}

document!(Message, Strict);

/// Declares [`ChannelMessage`] over the channels' own types.
macro_rules! channels {
    ($( $(#[$meta:meta])* $channel:ident($type:ty) = $name:literal, )*) => {
        /// One message over one channel, without alternatives.
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub enum ChannelMessage { $( $(#[$meta])* $channel($type), )* }

        impl ChannelMessage {
            /// The channel.
            #[must_use]
            pub const fn channel(&self) -> Channel {
                match self { $( Self::$channel(_) => Channel::$channel, )* }
            }

            /// What every channel's messages have in common.
            #[must_use]
            pub const fn envelope(&self) -> &Envelope {
                match self { $( Self::$channel(message) => &message.envelope, )* }
            }

            /// What every channel's messages have in common, to be changed.
            pub const fn envelope_mut(&mut self) -> &mut Envelope {
                match self { $( Self::$channel(message) => &mut message.envelope, )* }
            }

            /// The sender, as it is written on the wire.
            #[must_use]
            pub fn sender(&self) -> &str {
                match self { $( Self::$channel(message) => message.from.as_str(), )* }
            }

            /// The recipient, as it is written on the wire.
            #[must_use]
            pub fn recipient(&self) -> &str {
                match self { $( Self::$channel(message) => message.to.as_str(), )* }
            }

            /// The type of the content, as it is written on the wire.
            #[must_use]
            pub fn message_type(&self) -> &str {
                match self { $( Self::$channel(message) => message.message_type(), )* }
            }

            fn extra_mut(&mut self) -> &mut crate::Extra {
                match self { $( Self::$channel(message) => &mut message.extra, )* }
            }

            fn put<M: serde::ser::SerializeMap>(&self, out: &mut M) -> Result<(), M::Error> {
                match self { $( Self::$channel(message) => crate::wire::Members::put(message, out), )* }
            }
        }

        $(
            impl From<$type> for ChannelMessage {
                fn from(message: $type) -> Self {
                    Self::$channel(message)
                }
            }

            impl $type {
                /// Checks what must be seen together.
                ///
                /// # Errors
                ///
                /// *All* problems, each with its JSON pointer.
                pub fn validate(&self) -> Result<(), Problems> {
                    check(self)
                }
            }
        )*

        impl Check for ChannelMessage {
            fn check(&self, cx: &mut Context) {
                match self { $( Self::$channel(message) => message.check(cx), )* }
            }
        }

        impl Decode for ChannelMessage {
            fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
                match value.get("channel").and_then(Json::as_str) {
                    $( Some($name) => <$type>::decode(value, cx).map(Self::$channel), )*
                    Some(_) => {
                        cx.report_at("channel", Rule::OneOf, concat!("must be one of:" $(, " ", $name)*));
                        Err(value)
                    }
                    None => {
                        let (rule, hint) = match value.get("channel") {
                            _ if value.as_object().is_none() => {
                                cx.report(Rule::Type, "must be an object");
                                return Err(value);
                            }
                            None | Some(Json::Null) => (Rule::Required, "is required"),
                            Some(_) => (Rule::Type, "must be a string"),
                        };
                        cx.report_at("channel", rule, hint);
                        Err(value)
                    }
                }
            }
        }

        impl Serialize for ChannelMessage {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self { $( Self::$channel(message) => message.serialize(serializer), )* }
            }
        }

        impl std::fmt::Debug for ChannelMessage {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self { $( Self::$channel(message) => std::fmt::Debug::fmt(message, f), )* }
            }
        }

        impl Redacted for ChannelMessage {
            fn redacted(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(self, f)
            }
        }
    };
}

channels! {
    /// An SMS.
    Sms(Sms) = "sms",
    /// An MMS.
    Mms(Mms) = "mms",
    /// A message over RCS.
    Rcs(Rcs) = "rcs",
    /// A message over WhatsApp.
    Whatsapp(Whatsapp) = "whatsapp",
    /// A message over Facebook Messenger.
    Messenger(Messenger) = "messenger",
    /// A Viber Service Message.
    ViberService(Viber) = "viber_service",
    /// An e-mail.
    Email(Email) = "email",
}
