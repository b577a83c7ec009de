//! The current generation: flat messages with `channel` and `message_type`, posted to
//! `/v1/messages`.

mod channel;
pub mod inbound;
pub mod outbound;
mod person;
mod response;
pub mod status;

pub use channel::Channel;
pub use inbound::Inbound;
pub use outbound::email::Email;
pub use outbound::messenger::Messenger;
pub use outbound::mms::Mms;
pub use outbound::rcs::Rcs;
pub use outbound::sms::Sms;
pub use outbound::viber::Viber;
pub use outbound::whatsapp::Whatsapp;
pub use outbound::{ChannelMessage, ClientRef, Envelope, Message, Update, WebhookVersion};
pub use person::{Destination, Profile, WhatsappIdentity};
pub use response::Accepted;
pub use status::MessageStatus;
