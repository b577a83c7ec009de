//! Campaigns and their recipients.

use jiff::Timestamp;
use messages_outbox::campaign::{
    Campaign, CampaignCounts, CountKey, Ended, Recipient, RecipientState, ReleasedState,
};
use messages_outbox::ledger::CampaignTables;
use messages_outbox::window::Zone;
use messages_outbox::{Digest, RecipientHash, RowId, RunState, State, StoreError};
use rusqlite::{Params, params};

use super::row::{number, stored, time};
use super::values::json;
use super::{SqliteTables, corrupt, not_done};

const COLUMNS: &str = "number, recipient_hash, digest, line, variant, state, due_at, zone, \
    variables, reason, id, place";

/// Number of the campaign of a name, for statements.
const OF_NAME: &str = "(SELECT num FROM messages_outbox_campaigns WHERE name = ?1)";

impl SqliteTables<'_> {
    fn read_campaigns(
        &self,
        rest: &str,
        parameters: impl Params,
    ) -> Result<Vec<Campaign>, StoreError> {
        let sql = format!(
            "SELECT name, version, digest, settings, progress FROM messages_outbox_campaigns {rest}"
        );
        let campaigns = self.all(&sql, parameters, |row| {
            let (settings, progress): (String, String) = (row.get(3)?, row.get(4)?);
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, settings, progress))
        })?;
        let campaigns = campaigns.into_iter();
        campaigns
            .map(|(name, version, digest, settings, progress)| {
                Ok(Campaign {
                    name,
                    version: number(version)?,
                    digest: Digest::from_bytes(digest),
                    settings: serde_json::from_str(&settings).map_err(|_| corrupt())?,
                    progress: serde_json::from_str(&progress).map_err(|_| corrupt())?,
                })
            })
            .collect()
    }

    fn read_recipients(
        &self,
        rest: &str,
        parameters: impl Params,
    ) -> Result<Vec<Recipient>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM messages_outbox_recipients {rest}");
        let mut statement = self.connection.prepare_cached(&sql).map_err(not_done)?;
        let mut rows = statement.query(parameters).map_err(not_done)?;
        let mut recipients = Vec::new();
        while let Some(row) = rows.next().map_err(not_done)? {
            recipients.push(recipient(row)?);
        }
        Ok(recipients)
    }
}

fn recipient(row: &rusqlite::Row<'_>) -> Result<Recipient, StoreError> {
    macro_rules! get {
        ($index:literal) => {
            row.get($index).map_err(not_done)?
        };
    }
    let (line, place): (Option<i64>, Option<i64>) = (get!(3), get!(11));
    let state: String = get!(5);
    let (zone, variables): (Option<String>, Option<String>) = (get!(7), get!(8));
    let id: Option<[u8; 16]> = get!(10);
    Ok(Recipient {
        number: number(get!(0))?,
        hash: RecipientHash::from_bytes(get!(1)),
        digest: Digest::from_bytes(get!(2)),
        line: line.map(number).transpose()?,
        variant: number(get!(4))?,
        state: state.parse().map_err(|_| corrupt())?,
        due_at: time(get!(6))?,
        zone: zone.map(Zone::new).transpose().map_err(|_| corrupt())?,
        variables: match variables {
            Some(variables) => Some(serde_json::from_str(&variables).map_err(|_| corrupt())?),
            None => None,
        },
        reason: get!(9),
        id: id.map(RowId::from_bytes),
        place: place.map(number).transpose()?,
    })
}

/// State of a row, or else of a run.
fn outcome(row: Option<&str>, run: Option<&str>) -> Result<Option<ReleasedState>, StoreError> {
    Ok(match (row, run) {
        (Some(state), _) => Some(ReleasedState::Row(
            state.parse::<State>().map_err(|_| corrupt())?,
        )),
        (None, Some(state)) => Some(ReleasedState::Run(
            state.parse::<RunState>().map_err(|_| corrupt())?,
        )),
        (None, None) => None,
    })
}

impl CampaignTables for SqliteTables<'_> {
    fn campaign(&mut self, name: &str) -> Result<Option<Campaign>, StoreError> {
        Ok(self.read_campaigns("WHERE name = ?1", [name])?.pop())
    }

    fn campaigns(&mut self) -> Result<Vec<Campaign>, StoreError> {
        self.read_campaigns("ORDER BY name", [])
    }

    fn active_campaigns(&mut self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT name FROM messages_outbox_campaigns c WHERE EXISTS ( \
                   SELECT 1 FROM messages_outbox_recipients \
                   INDEXED BY messages_outbox_recipient_pending \
                   WHERE campaign = c.num AND state = 'pending') OR name IN ( \
                   SELECT l.campaign FROM messages_outbox_lanes l \
                   WHERE l.campaign IS NOT NULL AND EXISTS ( \
                   SELECT 1 FROM messages_outbox_rows INDEXED BY messages_outbox_due \
                   WHERE state = 'queued' AND held = 0 AND lane = l.num)) ORDER BY name";
        self.all(sql, [], |row| row.get(0))
    }

    fn insert_campaign(&mut self, campaign: &Campaign) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO messages_outbox_campaigns (name, version, digest, settings, progress) \
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                campaign.name,
                stored(campaign.version),
                campaign.digest.to_bytes(),
                json(&campaign.settings)?,
                json(&campaign.progress)?,
            ],
        )?;
        Ok(())
    }

    fn update_campaign(&mut self, before: &Campaign, after: &Campaign) -> Result<bool, StoreError> {
        let changed = self.execute(
            "UPDATE messages_outbox_campaigns SET version = ?3, progress = ?4 \
             WHERE name = ?1 AND version = ?2",
            params![
                before.name,
                stored(before.version),
                stored(after.version),
                json(&after.progress)?,
            ],
        )?;
        Ok(changed > 0)
    }

    fn recipient(
        &mut self,
        campaign: &str,
        hash: RecipientHash,
    ) -> Result<Option<Recipient>, StoreError> {
        let rest = format!("WHERE campaign = {OF_NAME} AND recipient_hash = ?2");
        let found = self.read_recipients(&rest, params![campaign, hash.to_bytes()])?;
        Ok(found.into_iter().next())
    }

    fn insert_recipient(
        &mut self,
        campaign: &str,
        recipient: &Recipient,
    ) -> Result<(), StoreError> {
        self.execute(
            &format!(
                "INSERT INTO messages_outbox_recipients (campaign, {COLUMNS}) \
                 VALUES ({OF_NAME}, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
            ),
            params![
                campaign,
                stored(recipient.number),
                recipient.hash.to_bytes(),
                recipient.digest.to_bytes(),
                recipient.line.map(stored),
                recipient.variant,
                recipient.state.as_str(),
                recipient.due_at.as_microsecond(),
                recipient.zone.as_ref().map(Zone::as_str),
                recipient.variables.as_ref().map(json).transpose()?,
                recipient.reason,
                recipient.id.map(RowId::to_bytes),
                recipient.place.map(stored),
            ],
        )?;
        Ok(())
    }

    fn update_recipient(
        &mut self,
        campaign: &str,
        recipient: &Recipient,
    ) -> Result<(), StoreError> {
        self.execute(
            &format!(
                "UPDATE messages_outbox_recipients SET state = ?3, due_at = ?4, variables = ?5, \
                 reason = ?6, id = ?7, place = ?8 WHERE campaign = {OF_NAME} AND number = ?2"
            ),
            params![
                campaign,
                stored(recipient.number),
                recipient.state.as_str(),
                recipient.due_at.as_microsecond(),
                recipient.variables.as_ref().map(json).transpose()?,
                recipient.reason,
                recipient.id.map(RowId::to_bytes),
                recipient.place.map(stored),
            ],
        )?;
        Ok(())
    }

    fn pending_recipients(
        &mut self,
        campaign: &str,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Recipient>, StoreError> {
        let rest = format!(
            "INDEXED BY messages_outbox_recipient_pending WHERE campaign = {OF_NAME} \
             AND state = 'pending' AND due_at <= ?2 ORDER BY due_at, number LIMIT ?3"
        );
        self.read_recipients(&rest, params![campaign, now.as_microsecond(), limit])
    }

    fn next_recipient(&mut self, campaign: &str) -> Result<Option<Timestamp>, StoreError> {
        let sql = format!(
            "SELECT min(due_at) FROM messages_outbox_recipients \
             INDEXED BY messages_outbox_recipient_pending \
             WHERE campaign = {OF_NAME} AND state = 'pending'"
        );
        let due: Option<Option<i64>> = self.first(&sql, [campaign], |row| row.get(0))?;
        due.flatten().map(time).transpose()
    }

    fn erase_recipient(&mut self, hash: RecipientHash, reason: &str) -> Result<u64, StoreError> {
        let changed = self.execute(
            "UPDATE messages_outbox_recipients INDEXED BY messages_outbox_recipient_hash \
             SET state = 'skipped', variables = NULL, \
             reason = ?2 WHERE state = 'pending' AND recipient_hash = ?1 \
             AND campaign IN (SELECT num FROM messages_outbox_campaigns)",
            params![hash.to_bytes(), reason],
        )?;
        Ok(changed as u64)
    }

    fn recipients(
        &mut self,
        campaign: &str,
        from: u64,
        limit: u32,
    ) -> Result<Vec<Recipient>, StoreError> {
        let rest = format!("WHERE campaign = {OF_NAME} AND number >= ?2 ORDER BY number LIMIT ?3");
        self.read_recipients(&rest, params![campaign, stored(from), limit])
    }

    fn queued_rows(
        &mut self,
        campaign: &str,
        now: Timestamp,
        limit: u32,
    ) -> Result<u32, StoreError> {
        let sql = "SELECT count(*) FROM (SELECT 1 FROM messages_outbox_rows \
                   INDEXED BY messages_outbox_due WHERE state = 'queued' AND held = 0 \
                   AND lane IN (SELECT num FROM messages_outbox_lanes WHERE campaign = ?1) \
                   AND priority IN (0, 1, 2) AND due_at <= ?2 LIMIT ?3)";
        let values = params![campaign, now.as_microsecond(), limit];
        let count: Option<i64> = self.first(sql, values, |row| row.get(0))?;
        number(count.unwrap_or_default())
    }

    fn last_ended(&mut self, campaign: &str, limit: u32) -> Result<Vec<Ended>, StoreError> {
        let sql = format!(
            "SELECT r.state, n.state, r.status, coalesce(r.since, n.since) FROM ( \
             SELECT id FROM messages_outbox_recipients INDEXED BY messages_outbox_recipient_place \
             WHERE campaign = {OF_NAME} AND place IS NOT NULL ORDER BY place DESC LIMIT ?2) p \
             LEFT JOIN messages_outbox_rows r ON r.id = p.id \
             LEFT JOIN messages_outbox_runs n ON n.id = p.id"
        );
        let found = self.all(&sql, params![campaign, limit], |row| {
            let texts: [Option<String>; 3] = [row.get(0)?, row.get(1)?, row.get(2)?];
            let since: Option<i64> = row.get(3)?;
            Ok((texts, since))
        })?;
        let mut ended = Vec::new();
        for ([row, run, status], since) in found {
            let outcome = outcome(row.as_deref(), run.as_deref())?;
            if let (Some(outcome), Some(since)) = (outcome, since) {
                let status = status.map(Into::into);
                ended.extend(Ended::of(outcome, status.as_ref(), time(since)?));
            }
        }
        Ok(ended)
    }

    fn campaign_counts(&mut self, campaign: &str) -> Result<CampaignCounts, StoreError> {
        let sql = format!(
            "SELECT p.variant, p.state, p.reason, r.state, n.state, r.status, count(*) \
             FROM messages_outbox_recipients p \
             LEFT JOIN messages_outbox_rows r ON r.id = p.id \
             LEFT JOIN messages_outbox_runs n ON n.id = p.id \
             WHERE p.campaign = {OF_NAME} GROUP BY 1, 2, 3, 4, 5, 6"
        );
        let groups = self.all(&sql, [campaign], |group| {
            let states: [Option<String>; 4] =
                [group.get(1)?, group.get(3)?, group.get(4)?, group.get(5)?];
            Ok((
                group.get(0)?,
                group.get(2)?,
                states,
                group.get::<_, i64>(6)?,
            ))
        })?;
        let mut counts = CampaignCounts::default();
        for (variant, reason, [state, row, run, status], count) in groups {
            let state: RecipientState = match state {
                Some(state) => state.parse().map_err(|_| corrupt())?,
                None => return Err(corrupt()),
            };
            let outcome = outcome(row.as_deref(), run.as_deref())?;
            let key = CountKey {
                variant: number::<u16>(variant)?,
                state: outcome
                    .map_or(state.as_str(), ReleasedState::as_str)
                    .to_owned(),
                reason,
            };
            let count: u64 = number(count)?;
            *counts.states.entry(key).or_default() += count;
            if let Some(status) = status {
                *counts.statuses.entry(status).or_default() += count;
            }
        }
        Ok(counts)
    }
}
