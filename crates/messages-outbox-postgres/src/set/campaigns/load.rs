//! Loading campaigns and their recipients.

use std::collections::{BTreeMap, HashSet};

use messages_outbox::campaign::{
    Campaign, CampaignCounts, CountKey, Ended, Recipient, RecipientState, ReleasedState,
};
use messages_outbox::window::Zone;
use messages_outbox::{RecipientHash, RunState, State, StoreError};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::{CampaignNeed, Pending, of};
use crate::error::corrupt;
use crate::set::load::{Loader, get};
use crate::set::row::{digest, hash_of, id, number, time};
use crate::set::{Loaded, Need};
use crate::transaction::Failure;

const CAMPAIGN: &str = "name, version, digest, settings, progress";

/// Columns of a recipient.
const COLUMNS: &str = "number, recipient_hash, digest, line, variant, state, due_at, zone, \
    variables, reason, id, place";

/// Number of the campaign whose name is the first parameter.
const OF_NAME: &str = "(SELECT num FROM messages_outbox.campaigns WHERE name = $1)";

impl Loader<'_> {
    pub(in crate::set) async fn load_campaigns(
        &self,
        needs: &HashSet<Need>,
        loaded: &mut Loaded,
    ) -> Result<(), Failure> {
        let mut hashes: BTreeMap<&str, Vec<RecipientHash>> = BTreeMap::new();
        for need in of(needs) {
            match need {
                CampaignNeed::Recipient(campaign, hash) => {
                    hashes.entry(campaign).or_default().push(*hash);
                }
                CampaignNeed::Campaign(name) => {
                    let lock = self.locking.campaigns.clause();
                    let rest = format!("WHERE name = $1 {lock}");
                    let found = self.campaigns(&rest, &[name]).await?.pop();
                    // A release names campaigns that exist: another transaction has this one locked.
                    loaded.skipped |= found.is_none();
                    loaded.campaigns.campaigns.insert(name.clone(), found);
                }
                CampaignNeed::All => {
                    let all = self.campaigns("ORDER BY name", &[]).await?;
                    loaded.campaigns.all = Some(all);
                }
                CampaignNeed::Active => {
                    let sql = "SELECT name FROM messages_outbox.campaigns AS c WHERE EXISTS ( \
                                 SELECT FROM messages_outbox.recipients AS r \
                                 WHERE r.campaign = c.num AND r.state = 'pending') \
                               OR EXISTS ( \
                                 SELECT FROM messages_outbox.lanes AS l, LATERAL ( \
                                   SELECT FROM messages_outbox.rows AS r WHERE r.lane = l.num \
                                     AND r.state = 'queued' AND NOT r.held LIMIT 1) AS queued \
                                 WHERE l.campaign = c.name) ORDER BY name";
                    let names = self.transaction.query(sql, &[]).await?;
                    let names = names.iter().map(|row| get(row, 0));
                    loaded.campaigns.active = Some(names.collect::<Result<_, _>>()?);
                }
                CampaignNeed::Due(campaign, now, limit) => {
                    // A release skips recipients that another transaction erases.
                    let lock = self.locking.campaigns.clause();
                    let rest = format!(
                        "WHERE campaign = {OF_NAME} AND state = 'pending' AND due_at <= $2 \
                         ORDER BY due_at, number LIMIT $3 {lock}"
                    );
                    let now_micros = now.as_microsecond();
                    let limit_wide = i64::from(*limit);
                    let found = self
                        .recipients(&rest, &[campaign, &now_micros, &limit_wide])
                        .await?;
                    let key = (campaign.clone(), *now);
                    loaded.campaigns.due.insert(key, (*limit, found));
                }
                CampaignNeed::Next(campaign, limit) => {
                    let sql = format!(
                        "SELECT due_at, number FROM messages_outbox.recipients \
                         WHERE campaign = {OF_NAME} AND state = 'pending' \
                         ORDER BY due_at, number LIMIT $2"
                    );
                    let rows = self
                        .transaction
                        .query(&sql, &[campaign, &i64::from(*limit)])
                        .await?;
                    let read = |row: &Row| Ok((time(get(row, 0)?)?, number(get::<i64>(row, 1)?)?));
                    let next = Pending {
                        asked: *limit,
                        recipients: rows.iter().map(read).collect::<Result<_, StoreError>>()?,
                    };
                    loaded.campaigns.next.insert(campaign.clone(), next);
                }
                CampaignNeed::Erase(hash, reason) => {
                    let count = self.erase(*hash, reason).await?;
                    loaded.campaigns.erased.insert(*hash, count);
                }
                CampaignNeed::From(campaign, from, limit) => {
                    let rest = format!(
                        "WHERE campaign = {OF_NAME} AND number >= $2 ORDER BY number LIMIT $3"
                    );
                    let first = i64::try_from(*from).unwrap_or(i64::MAX);
                    let parameters: [&(dyn ToSql + Sync); 3] =
                        [campaign, &first, &i64::from(*limit)];
                    let found = self.recipients(&rest, &parameters).await?;
                    let key = (campaign.clone(), *from, *limit);
                    loaded.campaigns.from.insert(key, found);
                }
                CampaignNeed::Queued(campaign, now, limit) => {
                    let sql = "SELECT count(*) FROM (SELECT FROM messages_outbox.rows \
                               WHERE state = 'queued' AND NOT held AND lane IN \
                                 (SELECT num FROM messages_outbox.lanes WHERE campaign = $1) \
                               AND priority IN (0, 1, 2) AND due_at <= $2 LIMIT $3) AS queued";
                    let parameters: [&(dyn ToSql + Sync); 3] =
                        [campaign, &now.as_microsecond(), &i64::from(*limit)];
                    let rows = self.transaction.query(sql, &parameters).await?;
                    let row = rows.first().ok_or_else(corrupt)?;
                    let key = (campaign.clone(), *now, *limit);
                    let count = number(get::<i64>(row, 0)?)?;
                    loaded.campaigns.queued.insert(key, count);
                }
                CampaignNeed::Ended(campaign, limit) => {
                    let ended = self.ended(campaign, *limit).await?;
                    let key = (campaign.clone(), *limit);
                    loaded.campaigns.ended.insert(key, ended);
                }
                CampaignNeed::Counts(campaign) => {
                    let counts = self.counts(campaign).await?;
                    loaded.campaigns.counts.insert(campaign.clone(), counts);
                }
            }
        }
        for (campaign, hashes) in hashes {
            let rest = format!("WHERE campaign = {OF_NAME} AND recipient_hash = ANY ($2)");
            let bytes: Vec<Vec<u8>> = hashes.iter().map(|hash| hash.to_bytes().to_vec()).collect();
            let recipients = &mut loaded.campaigns.recipients;
            let found = self.recipients(&rest, &[&campaign, &bytes]).await?;
            let key = |hash| (campaign.to_owned(), hash);
            recipients.extend(hashes.into_iter().map(|hash| (key(hash), None)));
            recipients.extend(
                found
                    .into_iter()
                    .map(|found| (key(found.hash), Some(found))),
            );
        }
        Ok(())
    }

    async fn campaigns(
        &self,
        rest: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Campaign>, Failure> {
        let sql = format!("SELECT {CAMPAIGN} FROM messages_outbox.campaigns {rest}");
        let read = |row: &Row| {
            let (settings, progress): (&str, &str) = (get(row, 3)?, get(row, 4)?);
            Ok(Campaign {
                name: get(row, 0)?,
                version: number(get::<i64>(row, 1)?)?,
                digest: digest(get(row, 2)?)?,
                settings: serde_json::from_str(settings).map_err(|_| corrupt())?,
                progress: serde_json::from_str(progress).map_err(|_| corrupt())?,
            })
        };
        let rows = self.transaction.query(&sql, parameters).await?;
        Ok(rows.iter().map(read).collect::<Result<_, StoreError>>()?)
    }

    async fn recipients(
        &self,
        rest: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Recipient>, Failure> {
        let sql = format!("SELECT {COLUMNS} FROM messages_outbox.recipients {rest}");
        let rows = self.transaction.query(&sql, parameters).await?;
        Ok(rows.iter().map(recipient).collect::<Result<_, _>>()?)
    }

    /// Waits for a release of the recipient that is in flight: the statements after this one see its row.
    async fn erase(&self, hash: RecipientHash, reason: &str) -> Result<u64, Failure> {
        let sql = "WITH erased AS ( \
                     UPDATE messages_outbox.recipients \
                     SET state = 'skipped', variables = NULL, reason = $2 \
                     WHERE recipient_hash = $1 AND state = 'pending' RETURNING 1 \
                   ) SELECT count(*) FROM erased";
        let hash = hash.to_bytes().to_vec();
        let rows = self.transaction.query(sql, &[&hash, &reason]).await?;
        Ok(number(get::<i64>(rows.first().ok_or_else(corrupt)?, 0)?)?)
    }

    async fn ended(&self, campaign: &str, limit: u32) -> Result<Vec<Ended>, Failure> {
        let sql = format!(
            "SELECT r.state, n.state, r.status, coalesce(r.since, n.since) FROM ( \
               SELECT id FROM messages_outbox.recipients \
               WHERE campaign = {OF_NAME} AND place IS NOT NULL ORDER BY place DESC LIMIT $2 \
             ) AS p \
             LEFT JOIN messages_outbox.rows AS r ON r.id = p.id \
             LEFT JOIN messages_outbox.runs AS n ON n.id = p.id"
        );
        let parameters: [&(dyn ToSql + Sync); 2] = [&campaign, &i64::from(limit)];
        let mut ended = Vec::new();
        for row in self.transaction.query(&sql, &parameters).await? {
            let outcome = outcome(get(&row, 0)?, get(&row, 1)?)?;
            let since: Option<i64> = get(&row, 3)?;
            if let (Some(outcome), Some(since)) = (outcome, since) {
                let status: Option<String> = get(&row, 2)?;
                let status = status.map(Into::into);
                ended.extend(Ended::of(outcome, status.as_ref(), time(since)?));
            }
        }
        Ok(ended)
    }

    async fn counts(&self, campaign: &str) -> Result<CampaignCounts, Failure> {
        let sql = format!(
            "SELECT p.variant, p.state, p.reason, r.state, n.state, r.status, count(*) \
             FROM messages_outbox.recipients AS p \
             LEFT JOIN messages_outbox.rows AS r ON r.id = p.id \
             LEFT JOIN messages_outbox.runs AS n ON n.id = p.id \
             WHERE p.campaign = {OF_NAME} GROUP BY 1, 2, 3, 4, 5, 6"
        );
        let mut counts = CampaignCounts::default();
        for group in self.transaction.query(&sql, &[&campaign]).await? {
            let state: RecipientState = get::<&str>(&group, 1)?.parse().map_err(|_| corrupt())?;
            let outcome = outcome(get(&group, 3)?, get(&group, 4)?)?;
            let state = outcome.map_or(state.as_str(), ReleasedState::as_str);
            let key = CountKey {
                variant: number(get::<i32>(&group, 0)?)?,
                state: state.to_owned(),
                reason: get(&group, 2)?,
            };
            let count: u64 = number(get::<i64>(&group, 6)?)?;
            *counts.states.entry(key).or_default() += count;
            if let Some(status) = get::<Option<String>>(&group, 5)? {
                *counts.statuses.entry(status).or_default() += count;
            }
        }
        Ok(counts)
    }
}

/// Reads the columns of [`COLUMNS`].
fn recipient(row: &Row) -> Result<Recipient, StoreError> {
    let line: Option<i64> = get(row, 3)?;
    let zone: Option<String> = get(row, 7)?;
    let variables: Option<&str> = get(row, 8)?;
    let released: Option<Uuid> = get(row, 10)?;
    let place: Option<i64> = get(row, 11)?;
    Ok(Recipient {
        number: number(get::<i64>(row, 0)?)?,
        hash: hash_of(get(row, 1)?)?,
        digest: digest(get(row, 2)?)?,
        line: line.map(number).transpose()?,
        variant: number(get::<i32>(row, 4)?)?,
        state: get::<&str>(row, 5)?.parse().map_err(|_| corrupt())?,
        due_at: time(get(row, 6)?)?,
        zone: zone.map(Zone::new).transpose().map_err(|_| corrupt())?,
        variables: match variables {
            Some(variables) => Some(serde_json::from_str(variables).map_err(|_| corrupt())?),
            None => None,
        },
        reason: get(row, 9)?,
        id: released.map(id),
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
