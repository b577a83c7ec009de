//! Campaigns of the store.

use async_trait::async_trait;
use messages_outbox::campaign::{CampaignSettings, RecipientIntent};
use messages_outbox::ledger::campaign;
use messages_outbox::{
    Affected, CampaignReport, CampaignStatus, CampaignStore, ControlRequest, Created, Imported,
    RecipientDetail, RecipientHash, ReleaseRequest, Releases, StoreError,
};

use crate::PostgresStore;
use crate::listen::wake;
use crate::set::{CampaignLock, CampaignNeed, Need};
use crate::store::{HOLDS_ALONE, HOLDS_SHARED, Plan, SKIPPED};

#[async_trait]
impl CampaignStore for PostgresStore {
    async fn create_campaign(
        &self,
        name: &str,
        settings: &CampaignSettings,
    ) -> Result<Created, StoreError> {
        let plan = Plan::writing(&[], [need(CampaignNeed::Campaign(name.to_owned()))]);
        self.write(plan, |tables, now| {
            campaign::create(tables, name, settings, now)
        })
        .await
    }

    async fn import_recipients(
        &self,
        name: &str,
        recipients: &[RecipientIntent],
    ) -> Result<Vec<Imported>, StoreError> {
        let plan = Plan::writing(&[], [need(CampaignNeed::Campaign(name.to_owned()))]);
        self.write(plan, |tables, now| {
            campaign::import(tables, name, recipients, now)
        })
        .await
    }

    async fn release_recipients(&self, request: &ReleaseRequest) -> Result<Releases, StoreError> {
        let mut plan = Plan::writing(HOLDS_SHARED, [need(CampaignNeed::Active)]);
        // A release only adds rows, so those that a cap counts are not locked; and it skips a campaign that another worker
        // releases.
        plan.locking.rows = false;
        plan.locking.campaigns = CampaignLock::Skip;
        let (mut releases, skipped) = self
            .run(plan, |tables, now| campaign::release(tables, request, now))
            .await?;
        if skipped {
            let soon = releases.now.checked_add(SKIPPED).unwrap_or(releases.now);
            releases.next = Some(releases.next.map_or(soon, |known| known.min(soon)));
        }
        // Most requests find nothing to release; they must not wake workers that wait for rows.
        if releases.released > 0 {
            wake(&self.changed);
        }
        Ok(releases)
    }

    async fn control_campaign(
        &self,
        request: &ControlRequest,
    ) -> Result<Option<Affected>, StoreError> {
        let known = need(CampaignNeed::Campaign(request.name.clone()));
        let plan = Plan::writing(HOLDS_ALONE, [known, Need::Holds]);
        self.write(plan, |tables, now| campaign::control(tables, request, now))
            .await
    }

    async fn list_campaigns(&self) -> Result<Vec<CampaignStatus>, StoreError> {
        let needs = [need(CampaignNeed::All), Need::Holds];
        self.read(needs, |tables, _| campaign::list(tables)).await
    }

    async fn show_campaign(&self, name: &str) -> Result<Option<CampaignReport>, StoreError> {
        let needs = [
            need(CampaignNeed::Campaign(name.to_owned())),
            need(CampaignNeed::Counts(name.to_owned())),
            Need::Holds,
        ];
        self.read(needs, |tables, now| campaign::show(tables, name, now))
            .await
    }

    async fn list_recipients(
        &self,
        name: &str,
        from: u64,
        limit: u32,
    ) -> Result<Vec<RecipientDetail>, StoreError> {
        self.read([], |tables, _| {
            campaign::list_recipients(tables, name, from, limit)
        })
        .await
    }
}

impl PostgresStore {
    /// Erasures of recipients that are to be forgotten. Loaded before their rows are listed.
    pub(crate) fn erasures(&self, recipients: &[String]) -> impl Iterator<Item = Need> {
        let hashes = recipients
            .iter()
            .map(|recipient| RecipientHash::of(recipient, &self.hash_key));
        hashes.map(|hash| need(CampaignNeed::Erase(hash, "forgotten".to_owned())))
    }
}

const fn need(need: CampaignNeed) -> Need {
    Need::Campaign(need)
}
