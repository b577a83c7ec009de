//! A message over any channel.

use super::Envelope;
use super::email::Email;
use super::messenger::Messenger;
use super::mms::Mms;
use super::rcs::Rcs;
use super::sms::Sms;
use super::viber::Viber;
use super::whatsapp::Whatsapp;
use crate::channels::over_channels;
use crate::problem::{Problems, Rule};
use crate::v1::Channel;
use crate::wire::{Context, Decode, Json, validate};

/// Declares [`ChannelMessage`] over the channels' own types.
macro_rules! channels {
    ($( $(#[$meta:meta])* $channel:ident($type:ty) = $name:literal, )*) => {
        over_channels! {
            /// One message over one channel, without alternatives.
            enum ChannelMessage by Channel { $( $(#[$meta])* $channel($type), )* }
        }

        impl ChannelMessage {
            /// What every channel's messages have in common.
            #[must_use]
            pub const fn envelope(&self) -> &Envelope {
                match self { $( Self::$channel(message) => &message.envelope, )* }
            }

            /// What every channel's messages have in common, to be changed.
            pub const fn envelope_mut(&mut self) -> &mut Envelope {
                match self { $( Self::$channel(message) => &mut message.envelope, )* }
            }

            pub(super) fn extra_mut(&mut self) -> &mut crate::Extra {
                match self { $( Self::$channel(message) => &mut message.extra, )* }
            }
        }

        $( impl $type {
            /// Checks what must be seen together.
            ///
            /// # Errors
            ///
            /// *All* problems, each with its JSON pointer.
            pub fn validate(&self) -> Result<(), Problems> {
                validate(self)
            }
        } )*

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
