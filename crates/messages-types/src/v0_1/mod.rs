//! The first generation: nested messages with `from`, `to` and `message.content`, posted to
//! `/v0.1/messages` (2018: `/beta/messages`), and failover workflows of them, posted to
//! `/v0.1/dispatch` (2018: `/beta/workflows`).

mod address;
mod channel;
pub mod inbound;
pub mod outbound;
pub mod report;
mod response;
pub mod status;
pub mod workflow;

pub use address::Address;
pub use channel::Channel;
pub use inbound::Inbound;
pub use outbound::messenger::Messenger;
pub use outbound::mms::Mms;
pub use outbound::sms::Sms;
pub use outbound::viber::Viber;
pub use outbound::whatsapp::Whatsapp;
pub use outbound::{ClientRef, Message};
pub use report::WorkflowReport;
pub use response::{Accepted, WorkflowAccepted, WorkflowUuid};
pub use status::MessageStatus;
pub use workflow::{Condition, ExpiryTime, Failover, Step, Workflow};
