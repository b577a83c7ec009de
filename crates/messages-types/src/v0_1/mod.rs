//! The first generation: nested messages with `from`, `to` and `message.content`, posted to
//! `/v0.1/messages` (2018: `/beta/messages`), and failover workflows of such messages, posted to
//! `/v0.1/dispatch` (2018: `/beta/workflows`).

pub mod address;
mod channel;
pub mod content;
pub mod inbound;
mod message;
pub mod messenger;
pub mod mms;
mod reply_text;
pub mod report;
mod response;
pub mod sms;
pub mod status;
pub mod template;
pub mod viber;
pub mod whatsapp;
pub mod workflow;

pub use crate::v1::Custom;
pub use address::Address;
pub use channel::Channel;
pub use inbound::Inbound;
pub use message::{ClientRef, Message};
pub use messenger::Messenger;
pub use mms::Mms;
pub use report::WorkflowReport;
pub use response::{Accepted, WorkflowAccepted, WorkflowUuid};
pub use sms::Sms;
pub use status::MessageStatus;
pub use viber::Viber;
pub use whatsapp::Whatsapp;
pub use workflow::{Condition, ExpiryTime, Failover, Step, Workflow};
