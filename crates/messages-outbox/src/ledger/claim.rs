//! Leasing due rows.

use std::sync::Arc;

use jiff::Timestamp;

use super::Tables;
use super::send::write;
use crate::digest::RecipientHash;
use crate::quota::{Grant, reserve};
use crate::row::{Event, Lane, Priority, Reason, Row, after, transition};
use crate::store::{
    Claim, ClaimRequest, Claimed, Consent, Policy, Scope, StoreError, StoreErrorKind,
};

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
    let campaigns: Vec<String> = holds.iter().filter_map(campaign).collect();
    claim.retry_at = tables.next_due(now)?;
    for lane in tables.due_lanes(now)? {
        let room = request.limit.saturating_sub(claim.rows.len() as u32);
        if room == 0 {
            claim.retry_at = Some(now);
            break;
        }
        let is_held = holds.iter().any(|scope| holds_lane(scope, &lane));
        if is_held || !request.accounts.contains(&lane.account) {
            continue;
        }
        let rows = candidates(
            tables,
            &lane,
            &campaigns,
            room,
            request,
            &meta.hash_key,
            now,
        )?;
        // A page that is full, or of which rows were decided, may have more behind it.
        if rows.more {
            claim.retry_at = Some(now);
        }
        let wanted = rows.sendable.len() as u32;
        if wanted == 0 {
            continue;
        }
        let grant = take_slots(tables, &request.policy, &lane, wanted, now)?;
        if grant.count < wanted {
            let again = after(grant.first, grant.interval.saturating_mul(grant.count));
            let known = claim.retry_at.unwrap_or(again);
            claim.retry_at = Some(known.min(again).max(now));
        }
        let slots = (0..grant.count).map(|n| after(grant.first, grant.interval * n));
        for (row, send_at) in rows.sendable.into_iter().zip(slots) {
            // The lease begins with the slot, so that a row that waits for it has as long as any other.
            let lease = request.lease.saturating_add(wait(now, send_at));
            let Ok(change) = transition(&row, &Event::Claim { lease }, now) else {
                continue;
            };
            if let Some(payload) = tables.payload(row.id)?
                && write(tables, &row, &change, None, now)?
            {
                claim.rows.push(Claimed {
                    row: change.row,
                    payload,
                    send_at,
                    is_paced: !grant.interval.is_zero(),
                });
            }
        }
    }
    Ok(claim)
}

/// Due rows of a lane.
struct Candidates {
    sendable: Vec<Row>,
    more: bool,
}

/// The due rows of a lane that may be sent. Those that may not are decided.
fn candidates(
    tables: &mut (impl Tables + ?Sized),
    lane: &Lane,
    held_campaigns: &[String],
    room: u32,
    request: &ClaimRequest,
    hash_key: &[u8; 32],
    now: Timestamp,
) -> Result<Candidates, StoreError> {
    let mut found = Candidates {
        sendable: Vec::new(),
        more: false,
    };
    for priority in Priority::ALL {
        let left = room - found.sendable.len() as u32;
        if left == 0 {
            break;
        }
        let rows = tables.due_rows(lane, priority, now, held_campaigns, left)?;
        found.more |= rows.len() as u32 == left;
        for row in rows {
            let row = hashed(row, hash_key);
            let event = refusal(tables, &request.policy, &row, now)?;
            let Some(event) = event else {
                found.sendable.push(row);
                continue;
            };
            if let Ok(change) = transition(&row, &event, now) {
                write(tables, &row, &change, None, now)?;
            }
        }
    }
    Ok(found)
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
        for group in [policy.groups.of(&details.lane.sender), Consent::EVERY_GROUP] {
            let consent = tables.consent(group, recipient)?;
            if consent.is_some_and(|consent| consent.opted_out) {
                return Ok(Some(Event::Suppress(Reason::new("opted_out"))));
            }
        }
    }
    Ok(None)
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
    let grant = reserve(&mut slots, wanted, now);
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
