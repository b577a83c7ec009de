//! The contract of campaigns.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Affected, StoreError};
use crate::campaign::{Campaign, CampaignCounts, CampaignSettings, Recipient, RecipientIntent};
use crate::row::Row;
use crate::run::Run;

/// Campaigns of a store.
///
/// As of [`OutboxStore`](super::OutboxStore), each method is the function of
/// [`ledger::campaign`](crate::ledger::campaign) for it, over [`CampaignTables`](crate::ledger::CampaignTables) in a
/// transaction. The contract, one case of the conformance suite for each number:
///
/// 30. `import_recipients` is idempotent by campaign and recipient: a repetition is `Existing`, another line of the same
///     recipient `Duplicate`, other values `Conflict`. A list is added as a whole or not at all.
/// 31. A recipient is released once, whichever workers ask: record, row and progress are one commit.
/// 32. A campaign that is paused or cancelled releases nothing, and its released rows are not claimed while it is paused.
/// 33. The store's clock rules ramp, window and the beginning of a campaign. Brake and spend cap pause it.
/// 34. The counts of `show_campaign` are of one instant: they add up to the number of recipients.
/// 35. A recipient that opted out is not sent to, and one that is forgotten is not released; its values are erased.
#[async_trait]
pub trait CampaignStore: Send + Sync {
    /// Creates a campaign.
    async fn create_campaign(
        &self,
        name: &str,
        settings: &CampaignSettings,
    ) -> Result<Created, StoreError>;

    /// Adds recipients: all or none. One result for each, in the order of the request.
    ///
    /// Fails with [`Request`](super::StoreErrorKind::Request) if the campaign is unknown or cancelled.
    async fn import_recipients(
        &self,
        name: &str,
        recipients: &[RecipientIntent],
    ) -> Result<Vec<Imported>, StoreError>;

    /// Releases recipients whose turn it is, of all campaigns.
    async fn release_recipients(&self, request: &ReleaseRequest) -> Result<Releases, StoreError>;

    /// Pauses, resumes or cancels a campaign. `None` if it is unknown.
    async fn control_campaign(
        &self,
        request: &ControlRequest,
    ) -> Result<Option<Affected>, StoreError>;

    /// All campaigns, by name.
    async fn list_campaigns(&self) -> Result<Vec<CampaignStatus>, StoreError>;

    /// One campaign with its counts.
    async fn show_campaign(&self, name: &str) -> Result<Option<CampaignReport>, StoreError>;

    /// Recipients of a campaign from this number on, in their order, with their rows or runs of the same instant.
    async fn list_recipients(
        &self,
        name: &str,
        from: u64,
        limit: u32,
    ) -> Result<Vec<RecipientDetail>, StoreError>;
}

/// Result of creating a campaign.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Created {
    /// It was created.
    New(Campaign),
    /// The name was known, with the same settings: nothing was changed.
    Existing(Campaign),
    /// The name was known, with other settings: nothing was changed.
    Conflict(Campaign),
}

/// Result of importing one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Imported {
    /// Added.
    New,
    /// Known with the same values, of the same line: a repetition of the import.
    Existing,
    /// Known with the same values, of another line.
    Duplicate {
        /// The line it was added from.
        line: Option<u64>,
    },
    /// Known with other values: nothing was changed.
    Conflict {
        /// The line it was added from.
        line: Option<u64>,
    },
}

/// Request to release recipients.
#[derive(Debug, Clone)]
pub struct ReleaseRequest {
    /// Accounts whose messages the worker can send.
    pub accounts: Vec<String>,
    /// Largest number of rows and runs to add.
    pub limit: u32,
    /// Number of a campaign's due rows that wait to be claimed, above which nothing more is released.
    pub backlog: u32,
}

/// Recipients that were released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Releases {
    /// Number of rows and runs added.
    pub released: u64,
    /// Number of recipients that were passed over or have to wait.
    pub moved: u64,
    /// Number of campaigns that were paused.
    pub paused: u64,
    /// Number of campaigns with a brake whose rows are queued.
    pub watched: u64,
    /// The store's clock.
    pub now: Timestamp,
    /// Time at which more may be released. `None`: nothing waits for a time.
    pub next: Option<Timestamp>,
}

/// Request to pause, resume or cancel a campaign.
#[derive(Debug, Clone)]
pub struct ControlRequest {
    /// Name of the campaign.
    pub name: String,
    /// Command.
    pub control: Control,
    /// Largest number of recipients to change, of a cancellation.
    pub limit: u32,
}

/// Command for a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Control {
    /// Stops releases, and the sends of what was released.
    Pause,
    /// Ends a pause. Earlier failures do not count for the brake any more.
    Resume,
    /// Ends it: recipients that were not released are passed over. Rows that were released are cancelled by
    /// [`Command::Cancel`](super::Command::Cancel).
    Cancel,
}

/// A campaign at an instant.
#[derive(Debug, Clone, PartialEq)]
pub struct CampaignStatus {
    /// Settings and progress.
    pub campaign: Campaign,
    /// It is paused.
    pub held: bool,
    /// Recipients wait for their turn.
    pub pending: bool,
}

impl CampaignStatus {
    /// State in one word: `cancelled`, `paused`, `running`, or `released` once no recipient waits for its turn.
    #[must_use]
    pub const fn state(&self) -> &'static str {
        match self {
            Self { campaign, .. } if campaign.progress.cancelled => "cancelled",
            Self { held: true, .. } => "paused",
            Self { pending: true, .. } => "running",
            Self { .. } => "released",
        }
    }
}

/// A recipient of a campaign with its row or run.
#[derive(Debug, Clone, PartialEq)]
pub struct RecipientDetail {
    /// Recipient.
    pub recipient: Recipient,
    /// Its row, if a row was released.
    pub row: Option<Row>,
    /// Its run, if a run was released.
    pub run: Option<Run>,
}

/// A campaign with its counts.
#[derive(Debug, Clone, PartialEq)]
pub struct CampaignReport {
    /// The campaign.
    pub status: CampaignStatus,
    /// Counts.
    pub counts: CampaignCounts,
    /// The store's clock.
    pub now: Timestamp,
}
