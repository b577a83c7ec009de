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
use crate::Usage;
use crate::status::Status;
use crate::value::{Scalar, Timestamp};
use crate::wire::{document, wire_object};

wire_object! {
    /// What has become of a message: the body of a status webhook.
    ///
    /// Statuses are delivered at least once and in no guaranteed order; see [`Status::merge`].
    inbound struct MessageStatus {
        required {
            /// The id that the answer to the message named.
            message_uuid: String = "message_uuid",
            /// The channel.
            channel: Channel = "channel",
            /// The sender.
            from: String = "from",
            /// The recipient: a phone number or an id.
            to: String = "to",
            /// When the status was reached.
            timestamp: Timestamp = "timestamp",
            /// The status.
            status: Status = "status",
        }
        optional {
            /// Why, when the message was rejected or could not be delivered.
            error: StatusError = "error",
            /// The sender's own reference.
            client_ref: String = "client_ref",
            /// What the message cost. Not told for RCS and e-mail.
            usage: Usage = "usage",
            /// Which alternative of a message with failover this one is.
            workflow: WorkflowPosition = "workflow",
            /// The network that the recipient is in (SMS, MMS, RCS).
            destination: Destination = "destination",
            /// What only an SMS has.
            sms: SmsStatus = "sms",
            /// What only a WhatsApp message has.
            whatsapp: Box<WhatsappStatus> = "whatsapp",
            /// The person (WhatsApp).
            profile: Profile = "profile",
        }
    }
}

document!(MessageStatus, Open);

wire_object! {
    /// What only the status of an SMS has.
    #[derive(Default)]
    inbound struct SmsStatus {
        optional {
            /// How many segments the text took.
            count_total: Scalar = "count_total",
            /// What became of each segment.
            segments: Vec<SmsSegment> = "segments",
        }
    }
}

wire_object! {
    /// What became of one segment of a long SMS.
    #[derive(Default)]
    inbound struct SmsSegment {
        optional {
            /// When.
            timestamp: Timestamp = "timestamp",
            /// The status; a segment is never read.
            status: Status = "status",
            /// Why it failed: a code as in [`ErrorCode`](crate::ErrorCode).
            error_code: Scalar = "error_code",
        }
    }
}
