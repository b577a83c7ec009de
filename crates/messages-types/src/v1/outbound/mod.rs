//! Messages to be sent: one type a channel, so that a pair the API would refuse, such as a video
//! over SMS, cannot be written.

mod channel_message;
mod constructors;
mod custom;
pub mod email;
mod envelope;
pub mod media;
mod message;
pub mod messenger;
pub mod mms;
pub mod rcs;
pub mod sms;
pub mod update;
pub mod viber;
pub mod whatsapp;

pub use channel_message::ChannelMessage;
pub(crate) use constructors::{constructors, written_as};
pub use custom::Custom;
pub use envelope::{ClientRef, Envelope, WebhookVersion};
pub(crate) use envelope::{ELSEWHERE, OPTIONS_ELSEWHERE, envelope_setters};
pub use message::Message;
pub use update::{ReplyingIndicator, Update, UpdateStatus};
