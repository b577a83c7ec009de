//! Leasing due rows.

use std::sync::Arc;

use jiff::Timestamp;

use super::Tables;
use super::send::write;
use crate::digest::RecipientHash;
use crate::quota::Grant;
use crate::row::{Event, Lane, Priority, Reason, Row, after, transition};
use crate::store::{
    Claim, ClaimRequest, Claimed, Consent, Policy, Scope, StoreError, StoreErrorKind,
};
use crate::window::{self, Gate};

/// Leases due rows, and decides those that may not be sent any more.
///
/// # Errors
///
/// [`StoreErrorKind::Restored`] if the store is a restored backup; an error of the tables.
pub fn claim(
    tables: &mut (impl Tables + ?Sized),
    request: &ClaimRequest,
    now: Timestamp,
) -> Result<Claim, StoreError> {
    let meta = tables.meta()?;
    if meta.restored {
        return Err(StoreError::not_done(StoreErrorKind::Restored));
    }
    let holds = tables.holds()?;
    let mut claim = Claim {
        rows: Vec::new(),
        now,
        retry_at: None,
    };
    if holds.contains(&Scope::All) {
        return Ok(claim);
    }
    claim.retry_at = tables.next_due(now)?;
    let mut round = Round {
        request,
        now,
        hash_key: meta.hash_key,
        held_campaigns: holds.iter().filter_map(campaign).collect(),
        claim,
    };
    let mut lanes = tables.due_lanes(now)?;
    lanes.retain(|lane| {
        let is_held = holds.iter().any(|scope| holds_lane(scope, lane));
        !is_held && request.accounts.contains(&lane.account)
    });
    for priority in Priority::ALL {
        round.share_out(tables, &mut lanes, priority)?;
    }
    Ok(round.claim)
}

/// A claim in the making.
struct Round<'a> {
    request: &'a ClaimRequest,
    now: Timestamp,
    hash_key: [u8; 32],
    held_campaigns: Vec<String>,
    claim: Claim,
}

impl Round<'_> {
    fn room(&self) -> u32 {
        let claimed = self.claim.rows.len() as u32;
        self.request.limit.saturating_sub(claimed)
    }

    /// Gives each lane an equal share of the room, and what one leaves to the others: a lane with a million rows does not
    /// stop the rest. Removes the lanes that have no slot left.
    fn share_out(
        &mut self,
        tables: &mut (impl Tables + ?Sized),
        lanes: &mut Vec<Lane>,
        priority: Priority,
    ) -> Result<(), StoreError> {
        let mut hungry = lanes.clone();
        while !hungry.is_empty() && self.room() > 0 {
            let share = self.room().div_ceil(hungry.len() as u32);
            for lane in std::mem::take(&mut hungry) {
                let share = share.min(self.room());
                if share == 0 {
                    break;
                }
                match self.serve(tables, &lane, priority, share)? {
                    Served::InFull => hungry.push(lane),
                    Served::Empty => {}
                    Served::NoSlot => lanes.retain(|other| *other != lane),
                }
            }
        }
        if self.room() == 0 {
            self.retry_at(self.now);
        }
        Ok(())
    }

    /// Claims up to `share` rows of a lane, and decides those that may not be sent any more.
    fn serve(
        &mut self,
        tables: &mut (impl Tables + ?Sized),
        lane: &Lane,
        priority: Priority,
        share: u32,
    ) -> Result<Served, StoreError> {
        let rows = tables.due_rows(lane, priority, self.now, &self.held_campaigns, share)?;
        let is_full = rows.len() as u32 == share;
        let mut sendable = Vec::with_capacity(rows.len());
        for row in rows {
            let row = hashed(row, &self.hash_key);
            let payload = tables.payload(row.id)?;
            let refusal = refusal(tables, &self.request.policy, &row, self.now)?;
            match (refusal, payload) {
                (None, Some(payload)) => sendable.push((row, payload)),
                (Some(event), _) => {
                    self.decide(tables, &row, &event)?;
                    if let Event::Defer { opens_at } = event {
                        self.retry_at(opens_at);
                    }
                }
                (None, None) => {
                    let event = Event::Suppress(Reason::new("payload_missing"));
                    self.decide(tables, &row, &event)?;
                }
            }
        }
        let wanted = sendable.len() as u32;
        if wanted > 0 {
            let grant = take_slots(tables, &self.request.policy, lane, wanted, self.now)?;
            self.take(tables, sendable, grant)?;
            if grant.count < wanted {
                self.retry_at(grant.again);
                return Ok(Served::NoSlot);
            }
        }
        Ok(if is_full {
            Served::InFull
        } else {
            Served::Empty
        })
    }

    /// Claims the first rows, one for each granted slot.
    fn take(
        &mut self,
        tables: &mut (impl Tables + ?Sized),
        rows: Vec<(Row, Vec<u8>)>,
        grant: Grant,
    ) -> Result<(), StoreError> {
        let slots = (0..grant.count).map(|n| after(grant.first, grant.interval * n));
        for ((row, payload), send_at) in rows.into_iter().zip(slots) {
            // The lease begins with the slot, so that a row that waits for it has as long as any other.
            let lease = self.request.lease.saturating_add(wait(self.now, send_at));
            let change = transition(&row, &Event::Claim { lease }, self.now);
            if let Ok(change) = change
                && write(tables, &row, &change, None, self.now)?
            {
                self.claim.rows.push(Claimed {
                    row: change.row,
                    payload,
                    send_at,
                    is_paced: !grant.interval.is_zero(),
                });
            }
        }
        Ok(())
    }

    fn decide(
        &self,
        tables: &mut (impl Tables + ?Sized),
        row: &Row,
        event: &Event,
    ) -> Result<(), StoreError> {
        if let Ok(change) = transition(row, event, self.now) {
            write(tables, row, &change, None, self.now)?;
        }
        Ok(())
    }

    /// Asking again at this time, or earlier if that was known.
    fn retry_at(&mut self, time: Timestamp) {
        let time = time.max(self.now);
        let known = self.claim.retry_at.unwrap_or(time);
        self.claim.retry_at = Some(known.min(time));
    }
}

/// Result of serving a lane.
enum Served {
    /// The lane got its share, and may have more.
    InFull,
    /// The lane has no more rows.
    Empty,
    /// The lane has no more slots.
    NoSlot,
}

/// The event that decides a row that must not be sent.
fn refusal(
    tables: &mut (impl Tables + ?Sized),
    policy: &Policy,
    row: &Row,
    now: Timestamp,
) -> Result<Option<Event>, StoreError> {
    let details = &row.details;
    if details.send_before.is_some_and(|before| before <= now) {
        return Ok(Some(Event::Expire));
    }
    if let (Some(allow), Some(recipient)) = (&policy.allow, &details.recipient)
        && !allow.contains(recipient)
    {
        return Ok(Some(Event::Suppress(Reason::new("not_allowed"))));
    }
    if let Some(recipient) = details.recipient_hash {
        let own = policy.groups.of(&details.lane.sender);
        for group in [&*own, Consent::EVERY_GROUP] {
            let consent = tables.consent(group, recipient)?;
            if consent.is_some_and(|consent| consent.opted_out) {
                return Ok(Some(Event::Suppress(Reason::new("opted_out"))));
            }
        }
    }
    Ok(match window::gate(details, now) {
        Gate::Open => None,
        Gate::ClosedUntil(opens_at) => Some(Event::Defer { opens_at }),
        Gate::ZoneUnknown => Some(Event::Suppress(Reason::new("zone_unknown"))),
        Gate::NeverOpen => Some(Event::Suppress(Reason::new("window_never_open"))),
    })
}

/// The row with the hash of its recipient, which a row that another program wrote lacks.
fn hashed(mut row: Row, hash_key: &[u8; 32]) -> Row {
    if let (None, Some(recipient)) = (row.details.recipient_hash, &row.details.recipient) {
        let hash = RecipientHash::of(recipient, hash_key);
        Arc::make_mut(&mut row.details).recipient_hash = Some(hash);
    }
    row
}

fn take_slots(
    tables: &mut (impl Tables + ?Sized),
    policy: &Policy,
    lane: &Lane,
    wanted: u32,
    now: Timestamp,
) -> Result<Grant, StoreError> {
    let scopes = policy.quotas.of(lane);
    let mut slots = Vec::with_capacity(scopes.len());
    for (scope, quota) in &scopes {
        slots.push((tables.slots(scope)?, *quota));
    }
    let grant = policy.quotas.reserve(&mut slots, wanted, now);
    if grant.count > 0 {
        for ((scope, quota), (slots, _)) in scopes.iter().zip(&slots) {
            if quota.is_some() {
                tables.set_slots(scope, slots)?;
            }
        }
    }
    Ok(grant)
}

fn campaign(scope: &Scope) -> Option<String> {
    match scope {
        Scope::Campaign(name) => Some(name.clone()),
        _ => None,
    }
}

fn holds_lane(scope: &Scope, lane: &Lane) -> bool {
    match scope {
        Scope::Sender(sender) => *sender == lane.sender,
        Scope::Channel(channel) => *channel == lane.channel,
        _ => false,
    }
}

fn wait(now: Timestamp, send_at: Timestamp) -> std::time::Duration {
    std::time::Duration::try_from(send_at.duration_since(now)).unwrap_or_default()
}
