//! Writing what a request changed of campaigns, in one statement for each kind of change and campaign.

use std::collections::BTreeMap;

use messages_outbox::RowId;
use messages_outbox::campaign::{Campaign, Recipient};
use messages_outbox::window::Zone;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::CampaignWrites;
use crate::set::row::{stored, uuid};
use crate::set::runs::json;
use crate::transaction::{Failure, Transaction};

const INSERT: &str = "WITH written AS ( \
    INSERT INTO messages_outbox.campaigns (name, version, digest, settings, progress) \
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING 1 \
  ) SELECT messages_outbox.check_count((SELECT count(*) FROM written), 1)";

const UPDATE: &str = "WITH written AS ( \
    UPDATE messages_outbox.campaigns SET version = $3, progress = $4 \
    WHERE name = $1 AND version = $2 RETURNING 1 \
  ) SELECT messages_outbox.check_count((SELECT count(*) FROM written), 1)";

const INSERT_RECIPIENTS: &str = "WITH written AS ( \
    INSERT INTO messages_outbox.recipients (campaign, number, recipient_hash, digest, line, \
      variant, state, due_at, zone, variables) \
    SELECT c.num, u.* FROM messages_outbox.campaigns AS c, \
      unnest($2::bigint[], $3::bytea[], $4::bytea[], $5::bigint[], $6::int[], $7::text[], \
        $8::bigint[], $9::text[], $10::text[]) AS u \
    WHERE c.name = $1 ON CONFLICT DO NOTHING RETURNING 1 \
  ) SELECT messages_outbox.check_count((SELECT count(*) FROM written), $11)";

/// Only pending recipients change.
const UPDATE_RECIPIENTS: &str = "WITH written AS ( \
    UPDATE messages_outbox.recipients AS r SET state = u.state, due_at = u.due_at, \
      variables = u.variables, reason = u.reason, id = u.id, place = u.place \
    FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::uuid[], \
      $8::bigint[]) AS u (number, state, due_at, variables, reason, id, place) \
    WHERE r.campaign = (SELECT num FROM messages_outbox.campaigns WHERE name = $1) \
      AND r.number = u.number AND r.state = 'pending' RETURNING 1 \
  ) SELECT messages_outbox.check_count((SELECT count(*) FROM written), $9)";

impl CampaignWrites {
    /// Writes everything. Changes are guarded by what was loaded: if another transaction was faster, the result is a conflict.
    pub(in crate::set) async fn flush(&self, transaction: &Transaction) -> Result<(), Failure> {
        for campaign in &self.inserted {
            insert(transaction, campaign).await?;
        }
        for (version, campaign) in self.updated.values() {
            let (old, new): (i64, i64) = (stored(*version), stored(campaign.version));
            let progress = json(&campaign.progress)?;
            let parameters: [&(dyn ToSql + Sync); 4] = [&campaign.name, &old, &new, &progress];
            transaction.query(UPDATE, &parameters).await?;
        }
        for (campaign, recipients) in &self.inserted_recipients {
            insert_recipients(transaction, campaign, recipients).await?;
        }
        for (campaign, recipients) in &self.updated_recipients {
            update_recipients(transaction, campaign, recipients).await?;
        }
        Ok(())
    }
}

async fn insert(transaction: &Transaction, campaign: &Campaign) -> Result<(), Failure> {
    let version: i64 = stored(campaign.version);
    let digest = campaign.digest.to_bytes().to_vec();
    let (settings, progress) = (json(&campaign.settings)?, json(&campaign.progress)?);
    let parameters: [&(dyn ToSql + Sync); 5] =
        [&campaign.name, &version, &digest, &settings, &progress];
    transaction.query(INSERT, &parameters).await?;
    Ok(())
}

async fn insert_recipients(
    transaction: &Transaction,
    campaign: &str,
    recipients: &[Recipient],
) -> Result<(), Failure> {
    let all = || recipients.iter();
    let numbers: Vec<i64> = all().map(|one| stored(one.number)).collect();
    let hashes: Vec<Vec<u8>> = all().map(|one| one.hash.to_bytes().to_vec()).collect();
    let digests: Vec<Vec<u8>> = all().map(|one| one.digest.to_bytes().to_vec()).collect();
    let lines: Vec<Option<i64>> = all().map(|one| one.line.map(stored)).collect();
    let variants: Vec<i32> = all().map(|one| i32::from(one.variant)).collect();
    let states: Vec<&str> = all().map(|one| one.state.as_str()).collect();
    let due: Vec<i64> = all().map(|one| one.due_at.as_microsecond()).collect();
    let zones: Vec<Option<&str>> = all()
        .map(|one| one.zone.as_ref().map(Zone::as_str))
        .collect();
    let variables = all().map(|one| one.variables.as_ref().map(json).transpose());
    let variables: Vec<Option<String>> = variables.collect::<Result<_, _>>()?;
    let expected = recipients.len() as i64;
    let parameters: [&(dyn ToSql + Sync); 11] = [
        &campaign, &numbers, &hashes, &digests, &lines, &variants, &states, &due, &zones,
        &variables, &expected,
    ];
    transaction.query(INSERT_RECIPIENTS, &parameters).await?;
    Ok(())
}

async fn update_recipients(
    transaction: &Transaction,
    campaign: &str,
    recipients: &BTreeMap<u64, Recipient>,
) -> Result<(), Failure> {
    let all = || recipients.values();
    let numbers: Vec<i64> = all().map(|one| stored(one.number)).collect();
    let states: Vec<&str> = all().map(|one| one.state.as_str()).collect();
    let due: Vec<i64> = all().map(|one| one.due_at.as_microsecond()).collect();
    let variables = all().map(|one| one.variables.as_ref().map(json).transpose());
    let variables: Vec<Option<String>> = variables.collect::<Result<_, _>>()?;
    let reasons: Vec<Option<&str>> = all().map(|one| one.reason.as_deref()).collect();
    let ids: Vec<Option<Uuid>> = all().map(|one| one.id.map(|id: RowId| uuid(id))).collect();
    let places: Vec<Option<i64>> = all().map(|one| one.place.map(stored)).collect();
    let expected = recipients.len() as i64;
    let parameters: [&(dyn ToSql + Sync); 9] = [
        &campaign, &numbers, &states, &due, &variables, &reasons, &ids, &places, &expected,
    ];
    transaction.query(UPDATE_RECIPIENTS, &parameters).await?;
    Ok(())
}
