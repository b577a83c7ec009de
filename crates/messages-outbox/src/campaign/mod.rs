//! Campaigns: one document for many recipients, filled in for each of them when it is their turn.
//!
//! A store has one record for each recipient of a campaign, with the values of the document's placeholders. A worker
//! releases recipients a few at a time: it renders the document, adds it as an ordinary row or run, and erases the values.
//! Everything that follows is that of rows and runs. A program of an earlier version sees the rows alone, and sends them.

mod document;
mod limits;
mod number;
mod price;
mod recipient;
mod settings;

use std::collections::BTreeMap;

use jiff::Timestamp;
use messages_sdk::types::Status;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::row::State;
use crate::run::{RunState, micros};

pub(crate) use document::Released;
pub use document::{Estimate, RenderedDocument, RenderingError};
pub use limits::{Brake, Ramp, RecipientCap};
pub use number::calling_code;
pub use price::{InvalidPrice, Prices, SpendCap};
pub use recipient::{Recipient, RecipientIntent, RecipientState};
pub use settings::{CampaignSettings, Variant};

/// Campaign: its settings, which do not change, and its progress.
#[derive(Debug, Clone, PartialEq)]
pub struct Campaign {
    /// Name: unique in the store. Its rows and runs have it as their campaign.
    pub name: String,
    /// Number of changes: guards writes.
    pub version: u64,
    /// Settings and documents.
    pub settings: CampaignSettings,
    /// Digest of the settings.
    pub digest: Digest,
    /// Progress.
    pub progress: CampaignProgress,
}

impl Campaign {
    /// A campaign without recipients.
    #[must_use]
    pub fn new(name: impl Into<String>, settings: CampaignSettings, now: Timestamp) -> Self {
        Self {
            name: name.into(),
            version: 0,
            digest: settings.digest(),
            settings,
            progress: CampaignProgress {
                created_at: now,
                recipients: 0,
                released: 0,
                spent: 0,
                next_slot: None,
                watched_since: now,
                pause: None,
                cancelled: false,
            },
        }
    }

    /// The campaign after a change of its progress.
    #[must_use]
    pub fn changed(&self, progress: CampaignProgress) -> Self {
        Self {
            version: self.version + 1,
            progress,
            ..self.clone()
        }
    }
}

/// Progress of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignProgress {
    /// Time at which it was created.
    #[serde(with = "micros")]
    pub created_at: Timestamp,
    /// Number of its recipients.
    pub recipients: u64,
    /// Number of recipients released as rows or runs.
    pub released: u64,
    /// Sum of the estimated prices of what was released, in millionths.
    pub spent: u64,
    /// Time of the next release, of a campaign with a ramp.
    #[serde(
        with = "micros::option",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub next_slot: Option<Timestamp>,
    /// Time since which failures count for the brake.
    #[serde(with = "micros")]
    pub watched_since: Timestamp,
    /// Reason of the present pause, or of the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<PauseReason>,
    /// It was cancelled: nothing more is released.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cancelled: bool,
}

/// Reason of a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PauseReason {
    /// An operator asked for it.
    Operator,
    /// Too many of the last messages failed.
    Failures,
    /// The next message would exceed the spend cap.
    SpendCap,
}

impl PauseReason {
    /// The reason's stable name, in snake case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Failures => "failures",
            Self::SpendCap => "spend_cap",
        }
    }
}

/// State of a released recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReleasedState {
    /// State of its row.
    Row(State),
    /// State of its run.
    Run(RunState),
}

impl ReleasedState {
    /// The state's stable name; that of a run that has not ended is `active`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Row(state) => state.as_str(),
            Self::Run(RunState::Running) => "active",
            Self::Run(state) => state.as_str(),
        }
    }
}

/// End of a message of a campaign, for the [`Brake`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Time at which its row or run entered its state.
    pub at: Timestamp,
    /// It failed: refused, rejected, undeliverable, or abandoned.
    pub failed: bool,
}

impl Ended {
    /// The end of a row or run that entered its state at this time, with the status of the row's message. `None` while its
    /// outcome is pending, or if it was not to be sent.
    #[must_use]
    pub fn of(outcome: ReleasedState, status: Option<&Status>, at: Timestamp) -> Option<Self> {
        let failed = match outcome {
            ReleasedState::Row(State::Failed | State::Abandoned) => true,
            ReleasedState::Row(State::Sent) => {
                matches!(status, Some(Status::Rejected | Status::Undeliverable))
            }
            ReleasedState::Run(RunState::Completed) => false,
            ReleasedState::Run(RunState::Failed | RunState::Exhausted) => true,
            _ => return None,
        };
        Some(Self { at, failed })
    }
}

/// Counts of a campaign, of one instant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CampaignCounts {
    /// Number of recipients by the name of their variant, their state or that of their row or run, and the reason of a
    /// skipped one.
    pub states: BTreeMap<CountKey, u64>,
    /// Number of rows by the most advanced status of their message.
    pub statuses: BTreeMap<String, u64>,
}

/// Recipients that are counted together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CountKey {
    /// Index of the variant.
    pub variant: u16,
    /// State of the recipient, or of its row or run.
    pub state: String,
    /// Reason of a skipped recipient.
    pub reason: Option<String>,
}

impl CampaignCounts {
    /// Number of recipients.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.states.values().sum()
    }

    /// Number of recipients in this state.
    #[must_use]
    pub fn of(&self, state: &str) -> u64 {
        let counts = self.states.iter();
        counts
            .filter(|(key, _)| key.state == state)
            .map(|(_, count)| count)
            .sum()
    }
}
