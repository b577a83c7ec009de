//! A message over any channel.

use serde::ser::SerializeMap;

use super::{Channel, Messenger, Mms, Sms, Viber, Whatsapp};
use crate::error::Rule;
use crate::limits;
use crate::value::Text;
use crate::wire::{Context, Decode, Json, Members as _, Wire};

/// The sender's own reference: 1 to 40 characters, repeated in every status of the message.
pub type ClientRef = Text<1, { limits::V0_1_CLIENT_REF_MAX }>;

/// A v0.1 message over one channel.
///
/// ```
/// use messages_types::Document;
/// use messages_types::v0_1::{Message, Sms};
///
/// let message = Message::from(Sms::text("447700900001", "447700900000", "Hello")?);
/// assert_eq!(
///     String::from_utf8_lossy(&message.to_vec()),
///     r#"{"from":{"type":"sms","number":"447700900001"},"to":{"type":"sms","number":"447700900000"},"message":{"content":{"type":"text","text":"Hello"}}}"#,
/// );
/// # Ok::<(), messages_types::Problems>(())
/// ```
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, document, untagged)]
#[non_exhaustive]
pub enum Message {
    /// SMS.
    Sms(Sms),
    /// MMS.
    Mms(Mms),
    /// WhatsApp message.
    Whatsapp(Whatsapp),
    /// Viber Service Message.
    ViberServiceMsg(Viber),
    /// Message over Facebook Messenger.
    Messenger(Messenger),
}

impl Message {
    /// Channel of the message.
    #[must_use]
    pub const fn channel(&self) -> Channel {
        match self {
            Self::Sms(_) => Channel::Sms,
            Self::Mms(_) => Channel::Mms,
            Self::Whatsapp(_) => Channel::Whatsapp,
            Self::ViberServiceMsg(_) => Channel::ViberServiceMsg,
            Self::Messenger(_) => Channel::Messenger,
        }
    }

    /// Sender, a number or an ID, as written on the wire.
    #[must_use]
    pub fn sender(&self) -> &str {
        match self {
            Self::Sms(message) => message.from.number.as_str(),
            Self::Mms(message) => message.from.number.as_str(),
            Self::Whatsapp(message) => message.from.number.as_str(),
            Self::ViberServiceMsg(message) => message.from.id.as_str(),
            Self::Messenger(message) => message.from.id.as_str(),
        }
    }

    /// Recipient, a number or an ID, as written on the wire.
    #[must_use]
    pub fn recipient(&self) -> &str {
        match self {
            Self::Sms(message) => message.to.number.as_str(),
            Self::Mms(message) => message.to.number.as_str(),
            Self::Whatsapp(message) => message.to.number.as_str(),
            Self::ViberServiceMsg(message) => message.to.number.as_str(),
            Self::Messenger(message) => message.to.id.as_str(),
        }
    }

    /// Type of the content, as written on the wire.
    #[must_use]
    pub fn message_type(&self) -> &str {
        match self {
            Self::Sms(message) => message.message.content.kind.type_name(),
            Self::Mms(message) => message.message.content.kind.type_name(),
            Self::Whatsapp(message) => message.message.content.kind.type_name(),
            Self::ViberServiceMsg(message) => message.message.content.kind.type_name(),
            Self::Messenger(message) => message.message.content.kind.type_name(),
        }
    }

    /// The sender's own reference, if set.
    #[must_use]
    pub const fn client_ref(&self) -> Option<&ClientRef> {
        match self {
            Self::Sms(message) => message.client_ref.as_ref(),
            Self::Mms(message) => message.client_ref.as_ref(),
            Self::Whatsapp(message) => message.client_ref.as_ref(),
            Self::ViberServiceMsg(message) => message.client_ref.as_ref(),
            Self::Messenger(message) => message.client_ref.as_ref(),
        }
    }

    /// Sets or removes the sender's own reference.
    pub fn set_client_ref(&mut self, reference: Option<ClientRef>) {
        match self {
            Self::Sms(message) => message.client_ref = reference,
            Self::Mms(message) => message.client_ref = reference,
            Self::Whatsapp(message) => message.client_ref = reference,
            Self::ViberServiceMsg(message) => message.client_ref = reference,
            Self::Messenger(message) => message.client_ref = reference,
        }
    }

    pub(super) fn put<M: SerializeMap>(&self, out: &mut M) -> Result<(), M::Error> {
        match self {
            Self::Sms(message) => message.put(out),
            Self::Mms(message) => message.put(out),
            Self::Whatsapp(message) => message.put(out),
            Self::ViberServiceMsg(message) => message.put(out),
            Self::Messenger(message) => message.put(out),
        }
    }
}

impl Decode for Message {
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        let channel = |side| {
            let name = value.get(side)?.get("type")?.as_str()?;
            Some(Channel::from(name)).filter(|channel| !matches!(channel, Channel::Unknown(_)))
        };
        // The recipient names the channel; if it does not, the sender may.
        match channel("to").or_else(|| channel("from")) {
            Some(Channel::Sms) => Sms::decode(value, cx).map(Self::Sms),
            Some(Channel::Mms) => Mms::decode(value, cx).map(Self::Mms),
            Some(Channel::Whatsapp) => Whatsapp::decode(value, cx).map(Self::Whatsapp),
            Some(Channel::ViberServiceMsg) => Viber::decode(value, cx).map(Self::ViberServiceMsg),
            Some(Channel::Messenger) => Messenger::decode(value, cx).map(Self::Messenger),
            Some(Channel::Unknown(_)) | None => {
                report_no_channel(&value, cx);
                Err(value)
            }
        }
    }
}

/// Reports the missing or invalid channel of both sides.
fn report_no_channel(value: &Json<'_>, cx: &mut Context) {
    let Json::Object(map) = value else {
        cx.report(Rule::Type, "must be an object");
        return;
    };
    for side in ["from", "to"] {
        match map.get(side) {
            None | Some(Json::Null) => cx.report_at(side, Rule::Required, "is required"),
            Some(Json::Object(address)) => cx.within(side, |cx| match address.get("type") {
                Some(Json::String(_)) => {
                    cx.report_one_of("type", Channel::KNOWN.iter().map(Channel::as_str));
                }
                other => cx.report_not_string("type", other),
            }),
            Some(_) => cx.report_at(side, Rule::Type, "must be an object"),
        }
    }
    if map.get("message").is_none_or(Json::is_null) {
        cx.report_at("message", Rule::Required, "is required");
    }
}
