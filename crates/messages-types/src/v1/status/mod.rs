//! The message-status webhook.

mod error;
mod whatsapp;
mod workflow;

pub use error::StatusError;
pub use whatsapp::{
    Conversation, ConversationOrigin, OriginType, Pricing, PricingCategory, PricingModel,
    PricingType, WhatsappStatus,
};
pub use workflow::WorkflowPosition;

use super::{Channel, Destination, Profile};
use crate::status::Status;
use crate::value::{NumberOrString, Timestamp};
use crate::wire::Wire;
use crate::{Extra, Usage};

/// Status of a message: the body of a message-status webhook.
///
/// Statuses are delivered at least once and in no guaranteed order; see [`Status::merge`].
#[derive(Clone, PartialEq, Wire)]
#[wire(open, new, document)]
#[non_exhaustive]
pub struct MessageStatus {
    /// Message ID from the API's response.
    pub message_uuid: String,
    /// Channel of the message.
    pub channel: Option<Channel>,
    /// Sender.
    pub from: Option<String>,
    /// Recipient: a phone number or an ID.
    pub to: Option<String>,
    /// Time the status was reached.
    pub timestamp: Option<Timestamp>,
    /// Status.
    pub status: Status,
    /// Error, if the message was rejected or could not be delivered.
    pub error: Option<StatusError>,
    /// The sender's own reference.
    pub client_ref: Option<String>,
    /// Cost of the message. Not reported for RCS and e-mail.
    pub usage: Option<Usage>,
    /// Position of this message in its failover workflow.
    pub workflow: Option<WorkflowPosition>,
    /// Network of the recipient (SMS, MMS, RCS).
    pub destination: Option<Destination>,
    /// Fields specific to SMS.
    pub sms: Option<SmsStatus>,
    /// Fields specific to WhatsApp.
    pub whatsapp: Option<Box<WhatsappStatus>>,
    /// Profile of the recipient (WhatsApp).
    pub profile: Option<Profile>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

/// Fields specific to the status of an SMS.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct SmsStatus {
    /// Number of segments of the text.
    pub count_total: Option<NumberOrString>,
    /// Status of each segment.
    pub segments: Option<Vec<SmsSegment>>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

/// Status of one segment of a long SMS.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct SmsSegment {
    /// Time of the status.
    pub timestamp: Option<Timestamp>,
    /// Status; never `read` for a segment.
    pub status: Option<Status>,
    /// Error code of a failed segment, as in [`DeliveryErrorCode`](crate::DeliveryErrorCode).
    pub error_code: Option<NumberOrString>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}
