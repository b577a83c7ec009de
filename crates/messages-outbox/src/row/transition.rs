//! Transitions of a row: pure functions, without I/O and without a clock.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use messages_sdk::types::{Status, Usage};

use super::{Event, Outcome, Reason, Refused, Resolution, Row, State, StatusFact};
use crate::id::Reference;

/// Change of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The row afterwards.
    pub row: Row,
    /// State before.
    pub from: State,
    /// Stable name of the event, for the row's history.
    pub event: &'static str,
    /// The event contradicts what the ledger did before.
    pub contradiction: bool,
    /// Cost of the message, if the event names it.
    pub usage: Option<Usage>,
}

/// The row after an event at this time of the store's clock.
///
/// A store writes the result only if the stored row still has the ID, state and epoch of `row`.
///
/// # Errors
///
/// [`Refused`] if the row stays as it is.
pub fn transition(row: &Row, event: &Event, now: Timestamp) -> Result<Change, Refused> {
    match event {
        Event::Claim { lease } => claim(row, *lease, now),
        Event::Begin { epoch, lease } => begin(row, *epoch, *lease, now),
        Event::Release { epoch, due_at } => {
            guard(row, *epoch, State::Claimed)?;
            let mut next = enter(row, State::Queued, now);
            next.due_at = *due_at;
            changed(row, next, "release")
        }
        Event::Settle { epoch, outcome } => settle(row, *epoch, outcome, now),
        Event::Status(fact) => status(row, fact, now),
        Event::LeaseOver => lease_over(row, now),
        Event::Expire => {
            state(row, &[State::Queued])?;
            if !is_past(row, now) {
                return Err(Refused::TooEarly);
            }
            changed(row, enter(row, State::Expired, now), "expire")
        }
        Event::Defer { opens_at } => defer(row, *opens_at, now),
        Event::Suppress(reason) => {
            state(row, &[State::Queued])?;
            let mut next = enter(row, State::Suppressed, now);
            next.reason = Some(reason.clone());
            changed(row, next, "suppress")
        }
        Event::Cancel => {
            state(row, &[State::Queued, State::Claimed])?;
            changed(row, enter(row, State::Cancelled, now), "cancel")
        }
        Event::Hold(held) => {
            if !row.state.is_open() {
                return Err(Refused::State(row.state));
            }
            let next = Row {
                held: *held,
                ..row.clone()
            };
            changed(row, next, if *held { "pause" } else { "resume" })
        }
        Event::Resolve(resolution) => resolve(row, *resolution, now),
        Event::GiveUp => {
            state(row, &[State::InDoubt])?;
            changed(row, enter(row, State::Abandoned, now), "give_up")
        }
        Event::Purge => {
            if row.state.is_open() {
                return Err(Refused::State(row.state));
            }
            changed(row, erased(row.clone()), "purge")
        }
        Event::Forget => {
            let next = match row.state {
                State::Sending => return Err(Refused::State(row.state)),
                State::Queued | State::Claimed => enter(row, State::Cancelled, now),
                _ => row.clone(),
            };
            changed(row, erased(next), "forget")
        }
    }
}

fn claim(row: &Row, lease: Duration, now: Timestamp) -> Result<Change, Refused> {
    state(row, &[State::Queued])?;
    if row.held || row.due_at > now || is_past(row, now) {
        return Err(Refused::TooEarly);
    }
    let mut next = enter(row, State::Claimed, now);
    next.epoch += 1;
    next.lease_until = Some(after(now, lease));
    changed(row, next, "claim")
}

fn defer(row: &Row, opens_at: Timestamp, now: Timestamp) -> Result<Change, Refused> {
    state(row, &[State::Queued])?;
    // A row that expires before the opening is due then, so that it does not stay in the queue.
    let expires = row.details.send_before.unwrap_or(Timestamp::MAX);
    let next = Row {
        due_at: opens_at.min(expires).max(now),
        reason: Some(Reason::new("window_closed")),
        ..row.clone()
    };
    changed(row, next, "defer")
}

fn begin(row: &Row, epoch: u64, lease: Duration, now: Timestamp) -> Result<Change, Refused> {
    guard(row, epoch, State::Claimed)?;
    if row.lease_until.is_none_or(|until| until <= now) {
        return Err(Refused::LeaseOver);
    }
    if row.held || is_past(row, now) {
        return Err(Refused::TooEarly);
    }
    let mut next = enter(row, State::Sending, now);
    next.attempt += 1;
    next.lease_until = Some(after(now, lease));
    next.reason = None;
    changed(row, next, "begin")
}

/// The response may come late: the reaper or a status may have moved the row on, but it proves the same.
fn settle(row: &Row, epoch: u64, outcome: &Outcome, now: Timestamp) -> Result<Change, Refused> {
    if row.epoch != epoch {
        return Err(Refused::Stale);
    }
    match (row.state, outcome) {
        (
            State::Sending | State::InDoubt | State::Abandoned,
            Outcome::Accepted {
                message_uuid,
                workflow_id,
            },
        ) => {
            let mut next = enter(row, State::Sent, now);
            next.reason = None;
            name(&mut next, message_uuid.as_ref(), workflow_id.as_ref());
            changed(row, next, "accepted")
        }
        // A status came before the response.
        (
            State::Sent,
            Outcome::Accepted {
                message_uuid,
                workflow_id,
            },
        ) => {
            let mut next = row.clone();
            name(&mut next, message_uuid.as_ref(), workflow_id.as_ref());
            changed(row, next, "accepted")
        }
        // The row was queued for a resend, or cancelled after that: the first copy had been accepted.
        (
            State::Queued | State::Cancelled | State::Expired | State::Suppressed,
            Outcome::Accepted {
                message_uuid,
                workflow_id,
            },
        ) if row.resend > 0 => {
            let mut next = enter(row, State::Sent, now);
            name(&mut next, message_uuid.as_ref(), workflow_id.as_ref());
            contradicted(row, next, "accepted")
        }
        (State::Sending | State::InDoubt, Outcome::Rejected(reason)) => {
            let mut next = enter(row, State::Failed, now);
            next.reason = Some(reason.clone());
            changed(row, next, "rejected")
        }
        (State::Sending | State::InDoubt, Outcome::NotSent { reason, delay }) => {
            changed(row, requeued(row, reason, *delay, now), "not_sent")
        }
        (State::Sending | State::InDoubt, Outcome::Refused { reason, delay }) => {
            changed(row, requeued(row, reason, *delay, now), "refused")
        }
        (State::Sending, Outcome::InDoubt(reason)) => {
            let mut next = enter(row, State::InDoubt, now);
            next.reason = Some(reason.clone());
            changed(row, next, "in_doubt")
        }
        _ => Err(Refused::Stale),
    }
}

/// Any status proves that the API accepted the message. Statuses come twice, late and in any order.
fn status(row: &Row, fact: &StatusFact, now: Timestamp) -> Result<Change, Refused> {
    let mut next = match row.state {
        State::Sent => row.clone(),
        _ => enter(row, State::Sent, now),
    };
    let message_uuid = Some(&fact.message_uuid);
    name(&mut next, message_uuid, fact.workflow_id.as_ref());
    next.status = Some(match &row.status {
        Some(known) => known.clone().merge(fact.status.clone()),
        None => fact.status.clone(),
    });
    next.reason = failure(next.status.as_ref(), fact, row);
    let expected = match row.state {
        State::Sending => is_current(row, fact.reference),
        State::InDoubt | State::Abandoned | State::Sent => true,
        _ => false,
    };
    let change = if expected {
        changed(row, next, "status")
    } else {
        contradicted(row, next, "status")
    };
    Ok(Change {
        usage: fact.usage.clone(),
        ..change?
    })
}

/// The reason of a failed message: that of the status that decides.
fn failure(merged: Option<&Status>, fact: &StatusFact, row: &Row) -> Option<Reason> {
    let merged = merged.filter(|status| status.is_failure())?;
    if *merged != fact.status || row.status.as_ref() == Some(merged) {
        return row.reason.clone();
    }
    Some(Reason::new(&match fact.code {
        Some(code) => format!("status_{code}"),
        None => merged.as_str().to_owned(),
    }))
}

/// `false` if the status is about a copy before the last resend.
fn is_current(row: &Row, reference: Option<Reference>) -> bool {
    reference.is_none_or(|reference| reference.resend() == row.resend)
}

fn lease_over(row: &Row, now: Timestamp) -> Result<Change, Refused> {
    state(row, &[State::Claimed, State::Sending])?;
    if row.lease_until.is_some_and(|until| until > now) {
        return Err(Refused::TooEarly);
    }
    if row.state == State::Claimed {
        // Its holder cannot begin any more, so nothing was or will be posted.
        return changed(row, enter(row, State::Queued, now), "lease_over");
    }
    // Its holder may have posted, or may still do so: it never returns to the queue.
    let mut next = enter(row, State::InDoubt, now);
    next.reason = Some(Reason::new("lease_over"));
    changed(row, next, "lease_over")
}

fn resolve(row: &Row, resolution: Resolution, now: Timestamp) -> Result<Change, Refused> {
    match resolution {
        Resolution::Sent => {
            state(row, &[State::InDoubt, State::Abandoned])?;
            let next = Row {
                reason: Some(Reason::new("resolved")),
                ..enter(row, State::Sent, now)
            };
            changed(row, next, "resolve_sent")
        }
        Resolution::Abandon => {
            state(row, &[State::InDoubt])?;
            changed(row, enter(row, State::Abandoned, now), "resolve_abandon")
        }
        Resolution::Resend => {
            state(row, &[State::InDoubt, State::Abandoned])?;
            if row.purged || row.resend >= Reference::RESENDS_MAX {
                return Err(Refused::NoResend);
            }
            let mut next = enter(row, State::Queued, now);
            next.resend += 1;
            next.due_at = now;
            next.reason = None;
            changed(row, next, "resolve_resend")
        }
    }
}

fn requeued(row: &Row, reason: &Reason, delay: Duration, now: Timestamp) -> Row {
    let mut next = enter(row, State::Queued, now);
    next.due_at = after(now, delay);
    next.reason = Some(reason.clone());
    next
}

fn erased(mut row: Row) -> Row {
    row.purged = true;
    let details = Arc::make_mut(&mut row.details);
    details.key = None;
    details.recipient = None;
    row
}

/// The row in another state, without a lease.
fn enter(row: &Row, state: State, now: Timestamp) -> Row {
    Row {
        state,
        since: now,
        lease_until: None,
        ..row.clone()
    }
}

/// Adds IDs that are not known yet. Of two copies the first one keeps its ID; statuses of both carry the reference.
fn name(row: &mut Row, message_uuid: Option<&String>, workflow_id: Option<&String>) {
    if row.message_uuid.is_none() {
        row.message_uuid = message_uuid.cloned();
    }
    if row.workflow_id.is_none() {
        row.workflow_id = workflow_id.cloned();
    }
}

fn changed(before: &Row, after: Row, event: &'static str) -> Result<Change, Refused> {
    if *before == after {
        return Err(Refused::Unchanged);
    }
    Ok(Change {
        row: after,
        from: before.state,
        event,
        contradiction: false,
        usage: None,
    })
}

fn contradicted(before: &Row, mut after: Row, event: &'static str) -> Result<Change, Refused> {
    after.contradictions = after.contradictions.saturating_add(1);
    let change = changed(before, after, event)?;
    Ok(Change {
        contradiction: true,
        ..change
    })
}

fn state(row: &Row, allowed: &[State]) -> Result<(), Refused> {
    if allowed.contains(&row.state) {
        Ok(())
    } else {
        Err(Refused::State(row.state))
    }
}

fn guard(row: &Row, epoch: u64, state: State) -> Result<(), Refused> {
    if row.epoch == epoch && row.state == state {
        Ok(())
    } else {
        Err(Refused::Stale)
    }
}

fn is_past(row: &Row, now: Timestamp) -> bool {
    row.details.send_before.is_some_and(|before| before <= now)
}

/// The time to the microsecond, as stores compare it.
pub(crate) fn to_micros(time: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(time.as_microsecond()).unwrap_or(time)
}

/// A time later by this duration; the end of time if there is none.
pub(crate) fn after(time: Timestamp, duration: Duration) -> Timestamp {
    time.checked_add(duration).unwrap_or(Timestamp::MAX)
}
