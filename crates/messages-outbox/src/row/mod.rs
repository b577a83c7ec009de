//! Rows: one per message to be sent, their states, and the transitions between them.

mod event;
mod state;
mod transition;

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use messages_sdk::types::Status;
use messages_sdk::types::journey::{Window, Zone};
use serde::{Deserialize, Serialize};

use crate::digest::{Digest, RecipientHash};
use crate::id::{Reference, RowId};
use crate::run::RunId;

pub use event::{Event, Outcome, Reason, Refused, Resolution, StatusFact};
pub use state::State;
pub use transition::{Change, transition};
pub(crate) use transition::{after, to_micros};

/// Row of the ledger: one message or workflow to be sent, and what is known about it.
///
/// All times are the store's, to the microsecond. `Debug` shows neither numbers nor texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// ID of the row.
    pub id: RowId,
    /// Fields that do not change while the row is sent.
    pub details: Arc<Details>,
    /// State.
    pub state: State,
    /// Time at which the row entered its state.
    pub since: Timestamp,
    /// Number of claims: each claim increments it, nothing resets it. It fences the writes of earlier holders.
    pub epoch: u64,
    /// Number of times the row entered [`State::Sending`].
    pub attempt: u32,
    /// Number of resends by an operator, 0 to 9.
    pub resend: u8,
    /// Time from which the row may be claimed.
    pub due_at: Timestamp,
    /// End of the lease: set exactly while the row is claimed or sending.
    pub lease_until: Option<Timestamp>,
    /// Paused on its own, apart from pauses of its scope.
    pub held: bool,
    /// ID of the message, once known.
    pub message_uuid: Option<String>,
    /// ID of the workflow or failover run, once known.
    pub workflow_id: Option<String>,
    /// Most advanced status, by [`Status::merge`].
    pub status: Option<Status>,
    /// Reason of a state that is not [`State::Sent`], or of the last delay.
    pub reason: Option<Reason>,
    /// Number of facts that contradict what the ledger did: a status of a message that was not to be sent, or of a second
    /// copy. Anything above 0 deserves an alarm.
    pub contradictions: u32,
    /// Payload, key and recipient were erased.
    pub purged: bool,
}

impl Row {
    /// The client reference that the row's next or last POST carries.
    #[must_use]
    pub fn reference(&self) -> Option<Reference> {
        let reference = Reference::new(self.id, self.resend)?;
        Some(match self.details.run {
            Some(_) => reference.of_run(),
            None => reference,
        })
    }
}

/// Properties of a row that are fixed at its enqueueing. Purging erases key and recipient.
#[derive(Clone, PartialEq, Eq)]
pub struct Details {
    /// Namespace of the key.
    pub namespace: String,
    /// Key of the application, until it is purged.
    pub key: Option<String>,
    /// Digest of namespace and key: unique in the store.
    pub key_digest: Digest,
    /// Digest of the payload.
    pub digest: Digest,
    /// Account, sender and channel.
    pub lane: Lane,
    /// Precedence over other due rows of the lane.
    pub priority: Priority,
    /// Recipient, until purged.
    pub recipient: Option<String>,
    /// Keyed hash of the recipient. `None` only for a row that was written without the store's key; the first claim adds it.
    pub recipient_hash: Option<RecipientHash>,
    /// Campaign.
    pub campaign: Option<String>,
    /// Labels of the application.
    pub tags: Vec<String>,
    /// Time after which the row must not be sent.
    pub send_before: Option<Timestamp>,
    /// Times of the week at which the row may be claimed.
    pub window: Option<Window>,
    /// Time zone of the recipient, for the window; by default that of the country of a phone number.
    pub zone: Option<Zone>,
    /// Time of the enqueueing.
    pub enqueued_at: Timestamp,
    /// Place in a run, if it belongs to one.
    pub run: Option<RunStep>,
}

/// Place of a row in a [`Run`](crate::Run).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunStep {
    /// Run.
    pub run: RunId,
    /// Index of the step, from 0.
    pub step: u16,
    /// Index among the step's alternatives, from 0.
    pub choice: u16,
}

impl fmt::Debug for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Details")
            .field("lane", &self.lane)
            .field("priority", &self.priority)
            .field("send_before", &self.send_before)
            .field("enqueued_at", &self.enqueued_at)
            .field("run", &self.run)
            .finish_non_exhaustive()
    }
}

/// Account, sender and channel of a row: what rates and pauses go by.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Lane {
    /// Name of the account; not a credential.
    pub account: String,
    /// Sender: a number, a name or an ID.
    pub sender: String,
    /// Channel, by its name on the wire.
    pub channel: String,
}

impl fmt::Debug for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lane")
            .field("channel", &self.channel)
            .finish_non_exhaustive()
    }
}

/// Precedence of a row over other due rows of its lane.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Before all others: codes, alarms.
    High,
    /// Default.
    #[default]
    Normal,
    /// After all others: campaigns.
    Low,
}

impl Priority {
    /// All priorities, the first to be sent first.
    pub const ALL: [Self; 3] = [Self::High, Self::Normal, Self::Low];
}
