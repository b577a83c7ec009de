//! A webhook, and how it went.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Moment;
use crate::state::message::MessageId;
use crate::state::status::Status;
use crate::state::text_bytes;
use crate::state::webhook::body::WebhookKind;
use messages_types::v1::WebhookVersion;

/// The number of a webhook in its workspace.
pub(crate) type DeliveryId = u64;

/// Kind of signature of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Signature {
    Right,
    Wrong,
    None,
}

/// A webhook: what is posted where, and how it went.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct WebhookDelivery {
    pub(crate) kind: WebhookKind,
    pub(crate) message: MessageId,
    /// The state it tells of.
    pub(crate) status: Option<Status>,
    pub(crate) order_key: u64,
    pub(crate) url: Arc<str>,
    /// Absent for a status, which is rendered from the message: there may be hundreds of thousands that wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<Box<Body>>,
    /// Format of a status.
    pub(crate) version: WebhookVersion,
    /// Index of a status in the message's history.
    pub(crate) history_index: u32,
    pub(crate) jti: Uuid,
    pub(crate) signature: Signature,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) state: DeliveryState,
    /// Time of the next attempt, if it is delayed or retried.
    pub(crate) due: Option<Moment>,
}

/// The bytes of a webhook.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Body(#[serde(with = "text_bytes")] pub(crate) Bytes);

impl Body {
    pub(crate) fn boxed(bytes: Bytes) -> Box<Self> {
        Box::new(Self(bytes))
    }
}

/// Delivery state of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Waits for an earlier webhook, for its time, or for a place at its receiver.
    Waiting,
    /// An attempt is in flight.
    InFlight,
    /// The last attempt failed; the next one is scheduled.
    Retrying,
    /// The receiver accepted it.
    Acknowledged,
    /// The receiver refused it with a status code that is not retried.
    Refused,
    /// All attempts of 24 hours failed.
    GivenUp,
    /// Never sent, by a fault.
    Dropped,
}

impl DeliveryState {
    /// The last attempt failed.
    pub(crate) const fn is_failure(self) -> bool {
        matches!(self, Self::Retrying | Self::Refused | Self::GivenUp)
    }
}

/// One try of a webhook.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Attempt {
    pub(crate) at: Moment,
    pub(crate) outcome: Outcome,
    /// Milliseconds of real time.
    pub(crate) took_ms: u64,
}

/// The end of an attempt.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// The receiver responded.
    Answer {
        status: u16,
        /// The beginning of it.
        #[serde(with = "text_bytes")]
        body: Bytes,
    },
    /// There was no response, for this reason: the emulator's own text, without addresses.
    Failed {
        reason: Cow<'static, str>,
        forbidden: bool,
    },
}

impl WebhookDelivery {
    /// Estimated memory, without its attempts.
    pub(crate) fn bytes(&self) -> usize {
        /// Its places in queues and indexes.
        const INDEXED: usize = 128;
        size_of::<Self>() + INDEXED + self.body.as_ref().map_or(0, |body| body.0.len())
    }
}

impl Attempt {
    /// Estimated memory.
    pub(crate) fn bytes(&self) -> usize {
        let text = match &self.outcome {
            Outcome::Answer { body, .. } => body.len(),
            Outcome::Failed { reason, .. } => reason.len(),
        };
        size_of::<Self>() + text
    }
}

impl Outcome {
    /// The end of an attempt during an outage that a rule brings about.
    pub(crate) const fn cut_off() -> Self {
        Self::Failed {
            reason: Cow::Borrowed("the receiver cannot be reached: a rule says so"),
            forbidden: false,
        }
    }

    /// The state that follows from it, if the webhook can still be tried again.
    pub(crate) fn state(&self) -> DeliveryState {
        match self {
            Self::Answer { status, .. } if (200..300).contains(status) => {
                DeliveryState::Acknowledged
            }
            Self::Answer { status, .. } if *status == 429 || *status >= 500 => {
                DeliveryState::Retrying
            }
            Self::Answer { .. }
            | Self::Failed {
                forbidden: true, ..
            } => DeliveryState::Refused,
            Self::Failed { .. } => DeliveryState::Retrying,
        }
    }
}
