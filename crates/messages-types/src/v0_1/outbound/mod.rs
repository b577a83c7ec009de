//! Messages to be sent: one type a channel, so that a pair the API would refuse, such as a video
//! over SMS, cannot be written.

pub mod address;
mod channel_message;
pub mod content;
mod message;
pub mod messenger;
pub mod mms;
pub mod sms;
pub mod template;
pub mod viber;
pub mod whatsapp;

pub(crate) use channel_message::channel_message;
pub use message::Message;

pub use crate::v1::outbound::Custom;

use crate::limits;
use crate::value::Text;

/// The sender's own reference: 1 to 40 characters, repeated in every status of the message.
pub type ClientRef = Text<1, { limits::V0_1_CLIENT_REF_MAX }>;
