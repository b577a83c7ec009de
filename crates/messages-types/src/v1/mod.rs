//! The current API, v1: flat messages with `channel` and `message_type`, posted to
//! `/v1/messages`.
//!
//! Each channel has a module with its message, contents and options. A channel's message has only what the channel supports:
//! a video over SMS cannot be represented.

mod channel;
mod contact;
mod custom;
pub mod email;
mod envelope;
pub mod inbound;
pub mod media;
mod message;
pub mod messenger;
mod misplaced;
pub mod mms;
pub mod rcs;
mod response;
pub mod sms;
pub mod status;
pub mod update;
pub mod viber;
pub mod whatsapp;

pub use channel::Channel;
pub use contact::{Destination, Profile, WhatsappIdentity};
pub use custom::Custom;
pub use email::Email;
pub use envelope::{ClientRef, Envelope, WebhookVersion};
pub use inbound::Inbound;
pub use message::{ChannelMessage, Message};
pub use messenger::Messenger;
pub use mms::Mms;
pub use rcs::Rcs;
pub use response::Accepted;
pub use sms::Sms;
pub use status::MessageStatus;
pub use update::Update;
pub use viber::Viber;
pub use whatsapp::Whatsapp;

pub(crate) use misplaced::{IN_MEDIA, IN_MESSAGE, IN_OPTIONS};
