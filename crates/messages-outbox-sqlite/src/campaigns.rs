//! Campaigns of the store.

use async_trait::async_trait;
use messages_outbox::campaign::{CampaignSettings, RecipientIntent};
use messages_outbox::ledger::campaign;
use messages_outbox::{
    Affected, CampaignReport, CampaignStatus, CampaignStore, ControlRequest, Created, Imported,
    RecipientDetail, ReleaseRequest, Releases, StoreError,
};

use crate::store::SqliteStore;
use crate::writer::Mode;

#[async_trait]
impl CampaignStore for SqliteStore {
    async fn create_campaign(
        &self,
        name: &str,
        settings: &CampaignSettings,
    ) -> Result<Created, StoreError> {
        let (name, settings) = (name.to_owned(), settings.clone());
        self.write(Mode::Ordinary, move |tables, now| {
            campaign::create(tables, &name, &settings, now)
        })
        .await
    }

    async fn import_recipients(
        &self,
        name: &str,
        recipients: &[RecipientIntent],
    ) -> Result<Vec<Imported>, StoreError> {
        let (name, recipients) = (name.to_owned(), recipients.to_vec());
        self.write(Mode::Ordinary, move |tables, now| {
            campaign::import(tables, &name, &recipients, now)
        })
        .await
    }

    async fn release_recipients(&self, request: &ReleaseRequest) -> Result<Releases, StoreError> {
        let request = request.clone();
        let releases = self
            .writer
            .run(Mode::Ordinary, move |tables, now| {
                campaign::release(tables, &request, now)
            })
            .await;
        // Most requests find nothing to release; they must not wake workers that wait for rows.
        if releases
            .as_ref()
            .is_ok_and(|releases| releases.released > 0)
        {
            self.notify();
        }
        releases
    }

    async fn control_campaign(
        &self,
        request: &ControlRequest,
    ) -> Result<Option<Affected>, StoreError> {
        let request = request.clone();
        self.write(Mode::Erase, move |tables, now| {
            campaign::control(tables, &request, now)
        })
        .await
    }

    async fn list_campaigns(&self) -> Result<Vec<CampaignStatus>, StoreError> {
        self.reader.run(|tables, _| campaign::list(tables)).await
    }

    async fn show_campaign(&self, name: &str) -> Result<Option<CampaignReport>, StoreError> {
        let name = name.to_owned();
        self.reader
            .run(move |tables, now| campaign::show(tables, &name, now))
            .await
    }

    async fn list_recipients(
        &self,
        name: &str,
        from: u64,
        limit: u32,
    ) -> Result<Vec<RecipientDetail>, StoreError> {
        let name = name.to_owned();
        self.reader
            .run(move |tables, _| campaign::list_recipients(tables, &name, from, limit))
            .await
    }
}
