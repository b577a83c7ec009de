//! Campaigns in memory.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::MemoryTables;
use crate::campaign::{
    Campaign, CampaignCounts, CountKey, Ended, Recipient, RecipientState, ReleasedState,
};
use crate::digest::RecipientHash;
use crate::ledger::CampaignTables;
use crate::run::RunId;
use crate::store::StoreError;

/// A campaign with its recipients and their indexes.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    campaign: Campaign,
    recipients: BTreeMap<u64, Recipient>,
    by_hash: BTreeMap<RecipientHash, u64>,
    pending: BTreeSet<(Timestamp, u64)>,
    /// Numbers of the released recipients, in the order of their release.
    released: Vec<u64>,
}

impl Stored {
    fn put(&mut self, recipient: &Recipient) {
        let number = recipient.number;
        if let Some(before) = self.recipients.insert(number, recipient.clone()) {
            self.pending.remove(&(before.due_at, number));
        }
        match recipient.state {
            RecipientState::Pending => {
                self.pending.insert((recipient.due_at, number));
            }
            RecipientState::Released => self.released.push(number),
            RecipientState::Skipped => {}
        }
    }
}

impl MemoryTables {
    fn outcome(
        &self,
        recipient: &Recipient,
    ) -> (Option<ReleasedState>, Option<Ended>, Option<String>) {
        let Some(id) = recipient.id else {
            return (None, None, None);
        };
        if let Some(row) = self.rows.get(&id) {
            let (outcome, status) = (ReleasedState::Row(row.state), row.status.as_ref());
            let ended = Ended::of(outcome, status, row.since);
            let status = status.map(|status| status.as_str().to_owned());
            return (Some(outcome), ended, status);
        }
        let Some(run) = self.runs.get(RunId::of(id)) else {
            return (None, None, None);
        };
        let outcome = ReleasedState::Run(run.state);
        (Some(outcome), Ended::of(outcome, None, run.since), None)
    }
}

impl CampaignTables for MemoryTables {
    fn campaign(&mut self, name: &str) -> Result<Option<Campaign>, StoreError> {
        let stored = self.campaigns.get(name);
        Ok(stored.map(|stored| stored.campaign.clone()))
    }

    fn campaigns(&mut self) -> Result<Vec<Campaign>, StoreError> {
        let stored = self.campaigns.values();
        Ok(stored.map(|stored| stored.campaign.clone()).collect())
    }

    fn active_campaigns(&mut self) -> Result<Vec<String>, StoreError> {
        let queued = self.queue.values().flatten();
        let queued = queued.filter_map(|(_, id)| self.rows.get(id)?.details.campaign.as_ref());
        let queued: BTreeSet<&String> = queued.collect();
        let stored = self.campaigns.iter();
        let active =
            stored.filter(|(name, stored)| !stored.pending.is_empty() || queued.contains(name));
        Ok(active.map(|(name, _)| name.clone()).collect())
    }

    fn insert_campaign(&mut self, campaign: &Campaign) -> Result<(), StoreError> {
        let stored = Stored {
            campaign: campaign.clone(),
            recipients: BTreeMap::new(),
            by_hash: BTreeMap::new(),
            pending: BTreeSet::new(),
            released: Vec::new(),
        };
        self.campaigns.insert(campaign.name.clone(), stored);
        Ok(())
    }

    fn update_campaign(&mut self, before: &Campaign, after: &Campaign) -> Result<bool, StoreError> {
        let Some(stored) = self.campaigns.get_mut(&before.name) else {
            return Ok(false);
        };
        if stored.campaign.version != before.version {
            return Ok(false);
        }
        stored.campaign.clone_from(after);
        Ok(true)
    }

    fn recipient(
        &mut self,
        campaign: &str,
        hash: RecipientHash,
    ) -> Result<Option<Recipient>, StoreError> {
        let stored = self.campaigns.get(campaign);
        Ok(stored.and_then(|stored| {
            let number = stored.by_hash.get(&hash)?;
            stored.recipients.get(number).cloned()
        }))
    }

    fn insert_recipient(
        &mut self,
        campaign: &str,
        recipient: &Recipient,
    ) -> Result<(), StoreError> {
        if let Some(stored) = self.campaigns.get_mut(campaign) {
            stored.by_hash.insert(recipient.hash, recipient.number);
            stored.put(recipient);
        }
        Ok(())
    }

    fn update_recipient(
        &mut self,
        campaign: &str,
        recipient: &Recipient,
    ) -> Result<(), StoreError> {
        if let Some(stored) = self.campaigns.get_mut(campaign) {
            stored.put(recipient);
        }
        Ok(())
    }

    fn pending_recipients(
        &mut self,
        campaign: &str,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Recipient>, StoreError> {
        let stored = self.campaigns.get(campaign).into_iter();
        let due = stored.flat_map(|stored| {
            let due = stored.pending.iter().take_while(|(due, _)| *due <= now);
            due.filter_map(|(_, number)| stored.recipients.get(number))
        });
        Ok(due.take(limit as usize).cloned().collect())
    }

    fn next_recipient(&mut self, campaign: &str) -> Result<Option<Timestamp>, StoreError> {
        let stored = self.campaigns.get(campaign);
        let first = stored.and_then(|stored| stored.pending.first());
        Ok(first.map(|(due, _)| *due))
    }

    fn erase_recipient(&mut self, hash: RecipientHash, reason: &str) -> Result<u64, StoreError> {
        let mut count = 0;
        for stored in self.campaigns.values_mut() {
            let number = stored.by_hash.get(&hash);
            let known = number.and_then(|number| stored.recipients.get(number));
            let pending = known.filter(|known| known.state == RecipientState::Pending);
            if let Some(mut recipient) = pending.cloned() {
                recipient.state = RecipientState::Skipped;
                recipient.reason = Some(reason.to_owned());
                recipient.variables = None;
                stored.put(&recipient);
                count += 1;
            }
        }
        Ok(count)
    }

    fn recipients(
        &mut self,
        campaign: &str,
        from: u64,
        limit: u32,
    ) -> Result<Vec<Recipient>, StoreError> {
        let stored = self.campaigns.get(campaign).into_iter();
        let after = stored.flat_map(|stored| stored.recipients.range(from..));
        let recipients = after.map(|(_, recipient)| recipient.clone());
        Ok(recipients.take(limit as usize).collect())
    }

    fn queued_rows(
        &mut self,
        campaign: &str,
        now: Timestamp,
        limit: u32,
    ) -> Result<u32, StoreError> {
        let due = self.queue.values().flat_map(|rows| {
            let due = rows.iter().take_while(|(due, _)| *due <= now);
            due.filter_map(|(_, id)| self.rows.get(id))
        });
        let of_campaign = due.filter(|row| row.details.campaign.as_deref() == Some(campaign));
        Ok(of_campaign.take(limit as usize).count() as u32)
    }

    fn last_ended(&mut self, campaign: &str, limit: u32) -> Result<Vec<Ended>, StoreError> {
        let Some(stored) = self.campaigns.get(campaign) else {
            return Ok(Vec::new());
        };
        let last = stored.released.iter().rev().take(limit as usize);
        let recipients = last.filter_map(|number| stored.recipients.get(number));
        Ok(recipients
            .filter_map(|recipient| self.outcome(recipient).1)
            .collect())
    }

    fn campaign_counts(&mut self, campaign: &str) -> Result<CampaignCounts, StoreError> {
        let mut counts = CampaignCounts::default();
        let stored = self.campaigns.get(campaign).into_iter();
        for recipient in stored.flat_map(|stored| stored.recipients.values()) {
            let (outcome, _, status) = self.outcome(recipient);
            let state = outcome.map_or(recipient.state.as_str(), ReleasedState::as_str);
            let key = CountKey {
                variant: recipient.variant,
                state: state.to_owned(),
                reason: recipient.reason.clone(),
            };
            *counts.states.entry(key).or_default() += 1;
            if let Some(status) = status {
                *counts.statuses.entry(status).or_default() += 1;
            }
        }
        Ok(counts)
    }
}
