//! A message with its alternatives.

use serde::{Serialize, Serializer};

use super::ChannelMessage;
use crate::problem::{Problems, Rule};
use crate::wire::{Check, Context, Decode, Json, Redacted, document, validate};

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
        validate(self)
    }
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
