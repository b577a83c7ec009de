//! Requests of [`CampaignStore`](crate::CampaignStore).

use jiff::Timestamp;

use super::{CampaignTables, enqueue, start};
use crate::campaign::{
    Campaign, CampaignProgress, CampaignSettings, PauseReason, Recipient, RecipientIntent,
    RecipientState, Released, RenderedDocument,
};
use crate::digest::RecipientHash;
use crate::id::RowId;
use crate::row::State;
use crate::run::RunId;
use crate::store::{
    Affected, CampaignReport, CampaignStatus, Control, ControlRequest, Created, Filter, Forgotten,
    Imported, RecipientDetail, ReleaseRequest, Releases, Scope, Started, StoreError,
    StoreErrorKind,
};
use crate::window::{self, Gate};

/// Rows of a recipient that are looked at for its cap.
const CAP_ROWS: u32 = 1_000;

/// Creates a campaign.
///
/// # Errors
///
/// [`StoreErrorKind::Request`] without a variant that has a weight; an error of the tables.
pub fn create(
    tables: &mut (impl CampaignTables + ?Sized),
    name: &str,
    settings: &CampaignSettings,
    now: Timestamp,
) -> Result<Created, StoreError> {
    if settings.variants.iter().all(|variant| variant.weight == 0) {
        return Err(StoreError::not_done(StoreErrorKind::Request));
    }
    let campaign = Campaign::new(name, settings.clone(), now);
    Ok(match tables.campaign(name)? {
        Some(known) if known.digest == campaign.digest => Created::Existing(known),
        Some(known) => Created::Conflict(known),
        None => {
            tables.insert_campaign(&campaign)?;
            Created::New(campaign)
        }
    })
}

/// Adds recipients.
///
/// # Errors
///
/// [`StoreErrorKind::Request`] if the campaign is unknown or cancelled; [`StoreErrorKind::Busy`] if another writer has
/// changed it; an error of the tables.
pub fn import(
    tables: &mut (impl CampaignTables + ?Sized),
    name: &str,
    recipients: &[RecipientIntent],
    now: Timestamp,
) -> Result<Vec<Imported>, StoreError> {
    let campaign = tables.campaign(name)?;
    let campaign = campaign.filter(|campaign| !campaign.progress.cancelled);
    let campaign = campaign.ok_or_else(|| StoreError::not_done(StoreErrorKind::Request))?;
    let hash_key = tables.meta()?.hash_key;
    let due_at = campaign.settings.send_at.unwrap_or(now);
    let mut progress = campaign.progress.clone();
    let mut results = Vec::with_capacity(recipients.len());
    for intent in recipients {
        let hash = RecipientHash::of(&intent.recipient, &hash_key);
        results.push(match tables.recipient(name, hash)? {
            None => {
                let record = intent.record(progress.recipients, hash, due_at);
                tables.insert_recipient(name, &record)?;
                progress.recipients += 1;
                Imported::New
            }
            Some(known) if known.digest != intent.digest => Imported::Conflict { line: known.line },
            Some(known) if known.line == intent.line => Imported::Existing,
            Some(known) => Imported::Duplicate { line: known.line },
        });
    }
    if progress != campaign.progress {
        write(tables, &campaign, progress)?;
    }
    Ok(results)
}

/// Releases recipients whose turn it is.
///
/// # Errors
///
/// [`StoreErrorKind::Restored`] if the store is a restored backup; [`StoreErrorKind::Busy`] if another writer has changed
/// a campaign; an error of the tables.
pub fn release(
    tables: &mut (impl CampaignTables + ?Sized),
    request: &ReleaseRequest,
    now: Timestamp,
) -> Result<Releases, StoreError> {
    if tables.meta()?.restored {
        return Err(StoreError::not_done(StoreErrorKind::Restored));
    }
    let mut releases = Releases {
        released: 0,
        moved: 0,
        paused: 0,
        watched: 0,
        now,
        next: None,
    };
    let names = tables.active_campaigns()?;
    if names.is_empty() {
        return Ok(releases);
    }
    let holds = tables.holds()?;
    for name in names {
        let is_held = |scope: &Scope| match scope {
            Scope::All => true,
            Scope::Campaign(held) => *held == name,
            _ => false,
        };
        if holds.iter().any(is_held) {
            continue;
        }
        let Some(campaign) = tables.campaign(&name)? else {
            continue;
        };
        let is_served = request.accounts.contains(&campaign.settings.account);
        if campaign.progress.cancelled || !is_served {
            continue;
        }
        Round {
            progress: campaign.progress.clone(),
            campaign,
            now,
        }
        .release(tables, request, &mut releases)?;
    }
    Ok(releases)
}

/// Releases of one campaign.
struct Round {
    campaign: Campaign,
    progress: CampaignProgress,
    now: Timestamp,
}

/// Decision about a recipient.
enum Decision {
    Release(Box<RenderedDocument>, u64),
    Skip(&'static str),
    Defer(Timestamp),
    Pause(PauseReason),
}

impl Round {
    fn release(
        mut self,
        tables: &mut (impl CampaignTables + ?Sized),
        request: &ReleaseRequest,
        releases: &mut Releases,
    ) -> Result<(), StoreError> {
        let name = self.campaign.name.clone();
        let settings = &self.campaign.settings;
        let (ramp, brake) = (settings.ramp, settings.brake);
        let mut backlog = request.backlog;
        if let Some(brake) = brake {
            // At most as many rows are queued when the brake trips as it looked at.
            backlog = backlog.min(brake.of());
            let limit = brake.of().saturating_add(backlog).saturating_mul(2);
            let ended = tables.last_ended(&name, limit)?;
            if brake.trips(ended, self.progress.watched_since) {
                return self.pause(tables, PauseReason::Failures, releases);
            }
        }
        let queued = tables.queued_rows(&name, self.now, backlog)?;
        releases.watched += u64::from(brake.is_some() && queued > 0);
        let room = backlog.saturating_sub(queued);
        let mut room = room.min(request.limit.saturating_sub(releases.released as u32));
        let (released, slot) = (self.progress.released, self.progress.next_slot);
        if let Some(ramp) = ramp {
            room = ramp.slots(released, slot, self.now, room).0;
        }
        let mut pause = None;
        for mut recipient in tables.pending_recipients(&name, self.now, room)? {
            match self.decide(tables, &recipient)? {
                Decision::Release(document, price) => {
                    let id = self.add(tables, *document, &recipient)?;
                    recipient.state = RecipientState::Released;
                    recipient.id = Some(id);
                    recipient.place = Some(self.progress.released);
                    recipient.variables = None;
                    self.progress.released += 1;
                    self.progress.spent = self.progress.spent.saturating_add(price);
                    releases.released += 1;
                }
                Decision::Skip(reason) => {
                    recipient.state = RecipientState::Skipped;
                    recipient.reason = Some(reason.to_owned());
                    recipient.variables = None;
                    releases.moved += 1;
                }
                Decision::Defer(time) => {
                    recipient.due_at = time;
                    releases.moved += 1;
                }
                Decision::Pause(reason) => {
                    // What was released is sent first: a pause would hold it.
                    let is_sent = queued == 0 && self.progress.released == released;
                    pause = is_sent.then_some(reason);
                    break;
                }
            }
            tables.update_recipient(&name, &recipient)?;
        }
        let count = (self.progress.released - released) as u32;
        if let (Some(ramp), true) = (ramp, count > 0) {
            let (_, next) = ramp.slots(released, slot, self.now, count);
            self.progress.next_slot = Some(next);
        }
        if let Some(reason) = pause {
            return self.pause(tables, reason, releases);
        }
        let next = tables.next_recipient(&name)?;
        let next = next.map(|next| next.max(self.progress.next_slot.unwrap_or(next)));
        releases.next = [releases.next, next].into_iter().flatten().min();
        self.write(tables)
    }

    fn decide(
        &self,
        tables: &mut (impl CampaignTables + ?Sized),
        recipient: &Recipient,
    ) -> Result<Decision, StoreError> {
        let settings = &self.campaign.settings;
        if settings
            .send_before
            .is_some_and(|before| before <= self.now)
        {
            return Ok(Decision::Skip("expired"));
        }
        let Some(variables) = &recipient.variables else {
            return Ok(Decision::Skip("values_missing"));
        };
        // It was rendered when it was imported.
        let Ok(document) = RenderedDocument::new(&self.campaign, recipient.variant, variables)
        else {
            return Ok(Decision::Skip("invalid"));
        };
        match window::gate(&document.details(&self.campaign, recipient), self.now) {
            Gate::Open => {}
            Gate::ClosedUntil(opens_at) => return Ok(Decision::Defer(opens_at)),
            Gate::ZoneUnknown => return Ok(Decision::Skip("zone_unknown")),
            Gate::NeverOpen => return Ok(Decision::Skip("window_never_open")),
        }
        if let Some(cap) = settings.recipient_cap {
            let filter = Filter {
                recipient: Some(recipient.hash),
                ..Filter::default()
            };
            let begin = cap.begin(self.now);
            let rows = tables.select(&filter, None, CAP_ROWS)?;
            let counted = rows.iter().filter(|row| {
                let is_sent = row.state.is_open() || row.state == State::Sent;
                let is_of_campaign = row.details.campaign.is_some();
                is_sent && is_of_campaign && row.details.enqueued_at > begin
            });
            if counted.count() as u64 >= u64::from(cap.messages()) {
                return Ok(Decision::Skip("recipient_cap"));
            }
        }
        let prices = settings.prices.as_ref();
        let price = prices.map(|prices| prices.of_all(&document.estimates()));
        let price = match (price, settings.spend_cap) {
            (Some(Some(price)), cap) => {
                let spent = self.progress.spent.saturating_add(price);
                if cap.is_some_and(|cap| spent > cap.millionths()) {
                    return Ok(Decision::Pause(PauseReason::SpendCap));
                }
                price
            }
            (_, Some(_)) => return Ok(Decision::Skip("price_unknown")),
            _ => 0,
        };
        Ok(Decision::Release(Box::new(document), price))
    }

    /// Adds the row or run of a recipient.
    fn add(
        &self,
        tables: &mut (impl CampaignTables + ?Sized),
        document: RenderedDocument,
        recipient: &Recipient,
    ) -> Result<RowId, StoreError> {
        let corrupt = || StoreError::not_done(StoreErrorKind::Corrupt);
        match document.release(&self.campaign, recipient) {
            Released::Row(intent) => {
                let added = enqueue(tables, std::slice::from_ref(&*intent), None, self.now)?;
                Ok(added.first().ok_or_else(corrupt)?.id())
            }
            Released::Run(intent) => {
                let started = start(tables, std::slice::from_ref(&*intent), None, self.now)?;
                Ok(match started.first().ok_or_else(corrupt)? {
                    Started::New(run) | Started::Existing(run) => (*run).into(),
                    Started::Conflict(id) => *id,
                })
            }
        }
    }

    fn pause(
        mut self,
        tables: &mut (impl CampaignTables + ?Sized),
        reason: PauseReason,
        releases: &mut Releases,
    ) -> Result<(), StoreError> {
        tables.set_hold(&Scope::Campaign(self.campaign.name.clone()), true)?;
        self.progress.pause = Some(reason);
        releases.paused += 1;
        self.write(tables)
    }

    fn write(self, tables: &mut (impl CampaignTables + ?Sized)) -> Result<(), StoreError> {
        if self.progress == self.campaign.progress {
            return Ok(());
        }
        write(tables, &self.campaign, self.progress)
    }
}

fn write(
    tables: &mut (impl CampaignTables + ?Sized),
    campaign: &Campaign,
    progress: CampaignProgress,
) -> Result<(), StoreError> {
    let changed = campaign.changed(progress);
    if tables.update_campaign(campaign, &changed)? {
        return Ok(());
    }
    Err(StoreError::not_done(StoreErrorKind::Busy))
}

/// Pauses, resumes or cancels a campaign.
///
/// # Errors
///
/// [`StoreErrorKind::Busy`] if another writer has changed it; an error of the tables.
pub fn control(
    tables: &mut (impl CampaignTables + ?Sized),
    request: &ControlRequest,
    now: Timestamp,
) -> Result<Option<Affected>, StoreError> {
    let Some(campaign) = tables.campaign(&request.name)? else {
        return Ok(None);
    };
    let scope = Scope::Campaign(request.name.clone());
    let mut progress = campaign.progress.clone();
    let mut affected = Affected::default();
    match request.control {
        Control::Pause => {
            affected.count = u64::from(tables.set_hold(&scope, true)?);
            if affected.count > 0 {
                progress.pause = Some(PauseReason::Operator);
            }
        }
        Control::Resume => {
            affected.count = u64::from(tables.set_hold(&scope, false)?);
            progress.pause = None;
            progress.watched_since = now;
        }
        Control::Cancel => {
            progress.cancelled = true;
            let pending = tables.pending_recipients(
                &request.name,
                Timestamp::MAX,
                request.limit.saturating_add(1),
            )?;
            affected.more = pending.len() > request.limit as usize;
            for mut recipient in pending.into_iter().take(request.limit as usize) {
                recipient.state = RecipientState::Skipped;
                recipient.reason = Some("cancelled".to_owned());
                recipient.variables = None;
                tables.update_recipient(&request.name, &recipient)?;
                affected.count += 1;
            }
        }
    }
    if progress != campaign.progress {
        write(tables, &campaign, progress)?;
    }
    Ok(Some(affected))
}

/// All campaigns.
///
/// # Errors
///
/// An error of the tables.
pub fn list(
    tables: &mut (impl CampaignTables + ?Sized),
) -> Result<Vec<CampaignStatus>, StoreError> {
    let campaigns = tables.campaigns()?;
    campaigns
        .into_iter()
        .map(|campaign| status(tables, campaign))
        .collect()
}

/// One campaign with its counts.
///
/// # Errors
///
/// An error of the tables.
pub fn show(
    tables: &mut (impl CampaignTables + ?Sized),
    name: &str,
    now: Timestamp,
) -> Result<Option<CampaignReport>, StoreError> {
    let Some(campaign) = tables.campaign(name)? else {
        return Ok(None);
    };
    Ok(Some(CampaignReport {
        status: status(tables, campaign)?,
        counts: tables.campaign_counts(name)?,
        now,
    }))
}

/// Recipients from this number on, with their rows or runs.
///
/// # Errors
///
/// An error of the tables.
pub fn list_recipients(
    tables: &mut (impl CampaignTables + ?Sized),
    name: &str,
    from: u64,
    limit: u32,
) -> Result<Vec<RecipientDetail>, StoreError> {
    let recipients = tables.recipients(name, from, limit)?;
    let mut details = Vec::with_capacity(recipients.len());
    for recipient in recipients {
        let (mut row, mut run) = (None, None);
        if let Some(id) = recipient.id {
            row = tables.load(id)?;
            if row.is_none() {
                run = tables.load_run(RunId::of(id))?;
            }
        }
        details.push(RecipientDetail {
            recipient,
            row,
            run,
        });
    }
    Ok(details)
}

fn status(
    tables: &mut (impl CampaignTables + ?Sized),
    campaign: Campaign,
) -> Result<CampaignStatus, StoreError> {
    let scope = Scope::Campaign(campaign.name.clone());
    Ok(CampaignStatus {
        held: tables.holds()?.contains(&scope),
        pending: tables.next_recipient(&campaign.name)?.is_some(),
        campaign,
    })
}

/// As [`forget`](super::forget), also of recipients that were not released: their values are erased, and they are skipped.
///
/// # Errors
///
/// An error of the tables.
pub fn forget(
    tables: &mut (impl CampaignTables + ?Sized),
    recipients: &[String],
    now: Timestamp,
) -> Result<Forgotten, StoreError> {
    let mut forgotten = super::forget(tables, recipients, now)?;
    let hash_key = tables.meta()?.hash_key;
    for recipient in recipients {
        let hash = RecipientHash::of(recipient, &hash_key);
        forgotten.erased += tables.erase_recipient(hash, "forgotten")?;
    }
    Ok(forgotten)
}
