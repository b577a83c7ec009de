//! The tables of campaigns, as the decisions see them.

use jiff::Timestamp;

use super::Tables;
use crate::campaign::{Campaign, CampaignCounts, Ended, Recipient};
use crate::digest::RecipientHash;
use crate::store::StoreError;

/// The tables of campaigns within the transaction of [`Tables`]. As there, each method is one statement.
pub trait CampaignTables: Tables {
    /// Campaign of this name.
    fn campaign(&mut self, name: &str) -> Result<Option<Campaign>, StoreError>;

    /// All campaigns, by name.
    fn campaigns(&mut self) -> Result<Vec<Campaign>, StoreError>;

    /// Names of the campaigns with pending recipients or queued rows, in order. Cheap: asked by each worker several times a
    /// second.
    fn active_campaigns(&mut self) -> Result<Vec<String>, StoreError>;

    /// Adds a campaign. The caller has checked that the name is free.
    fn insert_campaign(&mut self, campaign: &Campaign) -> Result<(), StoreError>;

    /// Writes a campaign's progress, guarded by the name and version of `before`. Returns `false` if the guard does not
    /// match; nothing is written then.
    fn update_campaign(&mut self, before: &Campaign, after: &Campaign) -> Result<bool, StoreError>;

    /// Recipient with this hash.
    fn recipient(
        &mut self,
        campaign: &str,
        hash: RecipientHash,
    ) -> Result<Option<Recipient>, StoreError>;

    /// Adds a recipient. The caller has checked that neither number nor hash exists.
    fn insert_recipient(&mut self, campaign: &str, recipient: &Recipient)
    -> Result<(), StoreError>;

    /// Writes a recipient, found by its number.
    fn update_recipient(&mut self, campaign: &str, recipient: &Recipient)
    -> Result<(), StoreError>;

    /// Pending recipients that are due, by `due_at`, then number.
    fn pending_recipients(
        &mut self,
        campaign: &str,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Recipient>, StoreError>;

    /// The earliest `due_at` of pending recipients.
    fn next_recipient(&mut self, campaign: &str) -> Result<Option<Timestamp>, StoreError>;

    /// Erases the values of pending recipients with this hash, of all campaigns, and skips them for this reason. Returns
    /// their number.
    fn erase_recipient(&mut self, hash: RecipientHash, reason: &str) -> Result<u64, StoreError>;

    /// Recipients from this number on, in their order.
    fn recipients(
        &mut self,
        campaign: &str,
        from: u64,
        limit: u32,
    ) -> Result<Vec<Recipient>, StoreError>;

    /// Number of queued rows of a campaign that are due and not held, up to a limit.
    fn queued_rows(
        &mut self,
        campaign: &str,
        now: Timestamp,
        limit: u32,
    ) -> Result<u32, StoreError>;

    /// Ends of the recipients that were released last, up to this number of recipients, in any order.
    fn last_ended(&mut self, campaign: &str, limit: u32) -> Result<Vec<Ended>, StoreError>;

    /// Counts of a campaign.
    fn campaign_counts(&mut self, campaign: &str) -> Result<CampaignCounts, StoreError>;
}
