//! A message over any channel.

use super::ClientRef;
use super::messenger::Messenger;
use super::mms::Mms;
use super::sms::Sms;
use super::viber::Viber;
use super::whatsapp::Whatsapp;
use crate::channels::over_channels;
use crate::problem::{Problems, Rule};
use crate::v0_1::Channel;
use crate::wire::{Context, Decode, Json, document, validate};

/// Declares [`Message`] over the channels' own types.
macro_rules! channels {
    ($( $(#[$meta:meta])* $channel:ident($type:ty) = $name:literal, )*) => {
        over_channels! {
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
            enum Message by Channel { $( $(#[$meta])* $channel($type), )* }
        }

        impl Message {
            /// The sender's own reference, if there is one.
            #[must_use]
            pub const fn client_ref(&self) -> Option<&ClientRef> {
                match self { $( Self::$channel(message) => message.client_ref.as_ref(), )* }
            }

            /// Sets or removes the sender's own reference.
            pub fn set_client_ref(&mut self, reference: Option<ClientRef>) {
                match self { $( Self::$channel(message) => message.client_ref = reference, )* }
            }
        }

        impl Decode for Message {
            fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
                let side = |side| value.get(side)?.get("type")?.as_str();
                let known = |name: &&str| matches!(*name, $( $name )|*);
                // The recipient decides; where it names no channel, the sender may.
                match side("to").filter(known).or_else(|| side("from").filter(known)) {
                    $( Some($name) => <$type>::decode(value, cx).map(Self::$channel), )*
                    _ => {
                        report_no_channel(&value, cx, concat!("must be one of:" $(, " ", $name)*));
                        Err(value)
                    }
                }
            }
        }
    };
}

channels! {
    /// An SMS.
    Sms(Sms) = "sms",
    /// An MMS.
    Mms(Mms) = "mms",
    /// A WhatsApp message.
    Whatsapp(Whatsapp) = "whatsapp",
    /// A Viber Service Message.
    ViberServiceMsg(Viber) = "viber_service_msg",
    /// A message over Facebook Messenger.
    Messenger(Messenger) = "messenger",
}

/// Says why no channel could be found on either side.
fn report_no_channel(value: &Json<'_>, cx: &mut Context, choice: &'static str) {
    let Json::Object(map) = value else {
        cx.report(Rule::Type, "must be an object");
        return;
    };
    for side in ["from", "to"] {
        match map.get(side) {
            None | Some(Json::Null) => cx.report_at(side, Rule::Required, "is required"),
            Some(Json::Object(address)) => cx.within(side, |cx| match address.get("type") {
                None | Some(Json::Null) => cx.report_at("type", Rule::Required, "is required"),
                Some(Json::String(_)) => cx.report_at("type", Rule::OneOf, choice),
                Some(_) => cx.report_at("type", Rule::Type, "must be a string"),
            }),
            Some(_) => cx.report_at(side, Rule::Type, "must be an object"),
        }
    }
    if map.get("message").is_none_or(Json::is_null) {
        cx.report_at("message", Rule::Required, "is required");
    }
}

impl Message {
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

document!(Message, Strict);
