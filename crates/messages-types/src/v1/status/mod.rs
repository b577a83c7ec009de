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
use crate::Extra;
use crate::Usage;
use crate::status::Status;
use crate::value::{NumberOrString, Timestamp};
use crate::wire::Wire;

/// What has become of a message: the body of a status webhook.
///
/// Statuses are delivered at least once and in no guaranteed order; see [`Status::merge`].
#[derive(Clone, PartialEq, Wire)]
#[wire(open, new, document)]
#[non_exhaustive]
pub struct MessageStatus {
    /// The id that the answer to the message named.
    pub message_uuid: String,
    /// The channel.
    pub channel: Channel,
    /// The sender.
    pub from: String,
    /// The recipient: a phone number or an id.
    pub to: String,
    /// When the status was reached.
    pub timestamp: Timestamp,
    /// The status.
    pub status: Status,
    /// Why, when the message was rejected or could not be delivered.
    pub error: Option<StatusError>,
    /// The sender's own reference.
    pub client_ref: Option<String>,
    /// What the message cost. Not told for RCS and e-mail.
    pub usage: Option<Usage>,
    /// Which alternative of a message with failover this one is.
    pub workflow: Option<WorkflowPosition>,
    /// The network that the recipient is in (SMS, MMS, RCS).
    pub destination: Option<Destination>,
    /// What only an SMS has.
    pub sms: Option<SmsStatus>,
    /// What only a WhatsApp message has.
    pub whatsapp: Option<Box<WhatsappStatus>>,
    /// The person (WhatsApp).
    pub profile: Option<Profile>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

/// What only the status of an SMS has.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct SmsStatus {
    /// How many segments the text took.
    pub count_total: Option<NumberOrString>,
    /// What became of each segment.
    pub segments: Option<Vec<SmsSegment>>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

/// What became of one segment of a long SMS.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct SmsSegment {
    /// When.
    pub timestamp: Option<Timestamp>,
    /// The status; a segment is never read.
    pub status: Option<Status>,
    /// Why it failed: a code as in [`DeliveryErrorCode`](crate::DeliveryErrorCode).
    pub error_code: Option<NumberOrString>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}
