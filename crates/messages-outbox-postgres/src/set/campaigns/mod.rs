//! Campaigns and their recipients.
//!
//! A request that writes recipients locks the row of their campaign: imports and controls wait for it, a release skips the
//! campaign. Only the erasure of a recipient does without it: it locks the recipient.

mod flush;
mod load;

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use messages_outbox::campaign::{Campaign, CampaignCounts, Ended, Recipient, RecipientState};
use messages_outbox::ledger::CampaignTables;
use messages_outbox::{RecipientHash, StoreError};

use super::{Need, WorkingSet};

/// A value about campaigns that a request reads.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum CampaignNeed {
    Campaign(String),
    All,
    /// Names of campaigns with pending recipients or queued rows.
    Active,
    Recipient(String, RecipientHash),
    /// Pending recipients that are due at this time, up to a number.
    Due(String, Timestamp, u32),
    /// The first pending recipients, up to a number.
    Next(String, u32),
    /// Erases the values of pending recipients, and skips them for this reason.
    Erase(RecipientHash, String),
    /// Recipients from this number on, up to a number.
    From(String, u64, u32),
    /// Number of queued rows that are due at this time, up to a number.
    Queued(String, Timestamp, u32),
    /// Ends of the recipients that were released last, up to a number.
    Ended(String, u32),
    Counts(String),
}

/// Pending recipients that were loaded.
struct Pending {
    /// Number that was asked for.
    asked: u32,
    recipients: Vec<(Timestamp, u64)>,
}

/// Values about campaigns that were loaded.
#[derive(Default)]
pub(super) struct LoadedCampaigns {
    campaigns: HashMap<String, Option<Campaign>>,
    all: Option<Vec<Campaign>>,
    active: Option<Vec<String>>,
    recipients: HashMap<(String, RecipientHash), Option<Recipient>>,
    due: HashMap<(String, Timestamp), (u32, Vec<Recipient>)>,
    next: HashMap<String, Pending>,
    erased: HashMap<RecipientHash, u64>,
    from: HashMap<(String, u64, u32), Vec<Recipient>>,
    queued: HashMap<(String, Timestamp, u32), u32>,
    ended: HashMap<(String, u32), Vec<Ended>>,
    counts: HashMap<String, CampaignCounts>,
}

/// Writes about campaigns.
#[derive(Default)]
pub(super) struct CampaignWrites {
    inserted: Vec<Campaign>,
    /// Campaigns with the versions that they were changed from.
    updated: BTreeMap<String, (u64, Campaign)>,
    inserted_recipients: BTreeMap<String, Vec<Recipient>>,
    /// By campaign and number.
    updated_recipients: BTreeMap<String, BTreeMap<u64, Recipient>>,
    hashes: HashMap<(String, RecipientHash), Recipient>,
}

impl WorkingSet<'_> {
    fn campaign_value<T: Clone>(
        &mut self,
        value: Option<&T>,
        need: impl FnOnce() -> CampaignNeed,
    ) -> Option<T> {
        self.loaded(value.cloned(), || Need::Campaign(need()))
    }
}

impl CampaignTables for WorkingSet<'_> {
    fn campaign(&mut self, name: &str) -> Result<Option<Campaign>, StoreError> {
        let writes = &self.writes.campaigns;
        let inserted = writes.inserted.iter().find(|known| known.name == name);
        let updated = writes.updated.get(name).map(|(_, campaign)| campaign);
        if let Some(campaign) = updated.or(inserted) {
            return Ok(Some(campaign.clone()));
        }
        let found = self.loaded.campaigns.campaigns.get(name);
        Ok(self
            .campaign_value(found, || CampaignNeed::Campaign(name.to_owned()))
            .flatten())
    }

    fn campaigns(&mut self) -> Result<Vec<Campaign>, StoreError> {
        let found = self.loaded.campaigns.all.as_ref();
        let campaigns = self.campaign_value(found, || CampaignNeed::All);
        Ok(campaigns.unwrap_or_default())
    }

    fn active_campaigns(&mut self) -> Result<Vec<String>, StoreError> {
        let found = self.loaded.campaigns.active.as_ref();
        let names = self.campaign_value(found, || CampaignNeed::Active);
        Ok(names.unwrap_or_default())
    }

    fn insert_campaign(&mut self, campaign: &Campaign) -> Result<(), StoreError> {
        self.writes.campaigns.inserted.push(campaign.clone());
        Ok(())
    }

    fn update_campaign(&mut self, before: &Campaign, after: &Campaign) -> Result<bool, StoreError> {
        let current = self.campaign(&before.name)?;
        let is_current = current.is_some_and(|known| known.version == before.version);
        if is_current {
            let writes = &mut self.writes.campaigns;
            let changed = writes.updated.entry(before.name.clone());
            let (_, campaign) = changed.or_insert_with(|| (before.version, after.clone()));
            campaign.clone_from(after);
        }
        Ok(is_current)
    }

    fn recipient(
        &mut self,
        campaign: &str,
        hash: RecipientHash,
    ) -> Result<Option<Recipient>, StoreError> {
        let key = (campaign.to_owned(), hash);
        if let Some(recipient) = self.writes.campaigns.hashes.get(&key) {
            return Ok(Some(recipient.clone()));
        }
        let found = self.loaded.campaigns.recipients.get(&key);
        let need = || CampaignNeed::Recipient(campaign.to_owned(), hash);
        Ok(self.campaign_value(found, need).flatten())
    }

    fn insert_recipient(
        &mut self,
        campaign: &str,
        recipient: &Recipient,
    ) -> Result<(), StoreError> {
        let writes = &mut self.writes.campaigns;
        let key = (campaign.to_owned(), recipient.hash);
        writes.hashes.insert(key, recipient.clone());
        let inserted = writes.inserted_recipients.entry(campaign.to_owned());
        inserted.or_default().push(recipient.clone());
        Ok(())
    }

    fn update_recipient(
        &mut self,
        campaign: &str,
        recipient: &Recipient,
    ) -> Result<(), StoreError> {
        let writes = &mut self.writes.campaigns;
        let updated = writes.updated_recipients.entry(campaign.to_owned());
        updated
            .or_default()
            .insert(recipient.number, recipient.clone());
        Ok(())
    }

    fn pending_recipients(
        &mut self,
        campaign: &str,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Recipient>, StoreError> {
        let loaded = self.loaded.campaigns.due.get(&(campaign.to_owned(), now));
        let loaded = loaded.filter(|(asked, _)| *asked >= limit);
        let Some((_, recipients)) = loaded else {
            let need = CampaignNeed::Due(campaign.to_owned(), now, limit);
            self.missing.insert(Need::Campaign(need));
            return Ok(Vec::new());
        };
        Ok(recipients.iter().take(limit as usize).cloned().collect())
    }

    fn next_recipient(&mut self, campaign: &str) -> Result<Option<Timestamp>, StoreError> {
        let updated = self.writes.campaigns.updated_recipients.get(campaign);
        let number = updated.map_or(0, |updated| updated.len() as u32);
        let loaded = self.loaded.campaigns.next.get(campaign);
        // One more than those that this request changes.
        let Some(Pending { recipients, .. }) = loaded.filter(|next| next.asked > number) else {
            let need = CampaignNeed::Next(campaign.to_owned(), number + 1);
            self.missing.insert(Need::Campaign(need));
            return Ok(None);
        };
        let is_updated = |number: &u64| updated.is_some_and(|known| known.contains_key(number));
        let mut unchanged = recipients.iter().filter(|(_, number)| !is_updated(number));
        let unchanged = unchanged.next().map(|(due, _)| *due);
        let updated = updated.into_iter().flat_map(BTreeMap::values);
        let pending = updated.filter(|recipient| recipient.state == RecipientState::Pending);
        let earliest = pending.map(|recipient| recipient.due_at).min();
        Ok([earliest, unchanged].into_iter().flatten().min())
    }

    fn erase_recipient(&mut self, hash: RecipientHash, reason: &str) -> Result<u64, StoreError> {
        let found = self.loaded.campaigns.erased.get(&hash);
        let need = || CampaignNeed::Erase(hash, reason.to_owned());
        Ok(self.campaign_value(found, need).unwrap_or_default())
    }

    fn recipients(
        &mut self,
        campaign: &str,
        from: u64,
        limit: u32,
    ) -> Result<Vec<Recipient>, StoreError> {
        let key = (campaign.to_owned(), from, limit);
        let found = self.loaded.campaigns.from.get(&key);
        let need = || CampaignNeed::From(campaign.to_owned(), from, limit);
        Ok(self.campaign_value(found, need).unwrap_or_default())
    }

    fn queued_rows(
        &mut self,
        campaign: &str,
        now: Timestamp,
        limit: u32,
    ) -> Result<u32, StoreError> {
        let key = (campaign.to_owned(), now, limit);
        let found = self.loaded.campaigns.queued.get(&key);
        let need = || CampaignNeed::Queued(campaign.to_owned(), now, limit);
        Ok(self.campaign_value(found, need).unwrap_or_default())
    }

    fn last_ended(&mut self, campaign: &str, limit: u32) -> Result<Vec<Ended>, StoreError> {
        let found = self
            .loaded
            .campaigns
            .ended
            .get(&(campaign.to_owned(), limit));
        let need = || CampaignNeed::Ended(campaign.to_owned(), limit);
        Ok(self.campaign_value(found, need).unwrap_or_default())
    }

    fn campaign_counts(&mut self, campaign: &str) -> Result<CampaignCounts, StoreError> {
        let found = self.loaded.campaigns.counts.get(campaign);
        let need = || CampaignNeed::Counts(campaign.to_owned());
        Ok(self.campaign_value(found, need).unwrap_or_default())
    }
}

/// The needs about campaigns among others.
fn of(needs: &HashSet<Need>) -> impl Iterator<Item = &CampaignNeed> {
    needs.iter().filter_map(|need| match need {
        Need::Campaign(need) => Some(need),
        _ => None,
    })
}
