//! The way of a claimed row: begin, settle, or release.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Tables;
use super::apply::join_parked;
use super::command::pause_account;
use super::run::observe;
use crate::quota::SlotScope;
use crate::row::{Change, Event, Outcome, Refused, Row, after, transition};
use crate::store::{
    BeginRequest, Begun, HistoryEntry, Release, Scope, Settle, Settled, StoreError, StoreErrorKind,
};
use crate::window::{self, Gate};

/// Records which rows are about to be posted. A row that is paused, whose account is paused, whose window has closed or whose
/// time is over returns to the queue.
///
/// # Errors
///
/// [`StoreErrorKind::Restored`] if the store is a restored backup; an error of the tables.
pub fn begin(
    tables: &mut (impl Tables + ?Sized),
    request: &BeginRequest,
    now: Timestamp,
) -> Result<Vec<Begun>, StoreError> {
    if tables.meta()?.restored {
        return Err(StoreError::not_done(StoreErrorKind::Restored));
    }
    let mut pauses = Pauses {
        holds: tables.holds()?,
        accounts: BTreeMap::new(),
    };
    let mut results = Vec::with_capacity(request.rows.len());
    for &(id, epoch) in &request.rows {
        let result = match tables.load(id)? {
            Some(row) => begin_row(tables, &row, epoch, request, &mut pauses, now)?,
            None => Err(Refused::Stale),
        };
        let result = result.and_then(|row| row.reference().ok_or(Refused::NoResend));
        results.push(Begun { id, result });
    }
    Ok(results)
}

/// Pauses of scopes, and the ends of the pauses of accounts, which are read once for all rows of a request.
struct Pauses {
    holds: Vec<Scope>,
    accounts: BTreeMap<String, Timestamp>,
}

impl Pauses {
    fn of_account(
        &mut self,
        tables: &mut (impl Tables + ?Sized),
        account: &str,
    ) -> Result<Timestamp, StoreError> {
        if let Some(until) = self.accounts.get(account) {
            return Ok(*until);
        }
        let scope = SlotScope::Account(account.to_owned());
        let until = tables.slots(&scope)?.paused_until;
        self.accounts.insert(account.to_owned(), until);
        Ok(until)
    }
}

fn begin_row(
    tables: &mut (impl Tables + ?Sized),
    row: &Row,
    epoch: u64,
    request: &BeginRequest,
    pauses: &mut Pauses,
    now: Timestamp,
) -> Result<Result<Row, Refused>, StoreError> {
    let paused_until = pauses.of_account(tables, &row.details.lane.account)?;
    let is_held = pauses.holds.iter().any(|scope| scope.contains(row));
    let is_closed = window::gate(&row.details, now) != Gate::Open;
    let begun = if is_held || is_closed || paused_until > now {
        Err(Refused::TooEarly)
    } else {
        let lease = request.lease;
        transition(row, &Event::Begin { epoch, lease }, now)
    };
    match begun {
        Ok(change) => {
            let written = write(tables, row, &change, None, now)?;
            Ok(if written {
                Ok(change.row)
            } else {
                Err(Refused::Stale)
            })
        }
        Err(Refused::TooEarly) => {
            let due_at = row.due_at.max(paused_until);
            let release = Event::Release { epoch, due_at };
            Ok(Err(match transition(row, &release, now) {
                Ok(change) => {
                    write(tables, row, &change, None, now)?;
                    Refused::TooEarly
                }
                Err(refused) => refused,
            }))
        }
        Err(refused) => Ok(Err(refused)),
    }
}

/// Stores outcomes.
///
/// # Errors
///
/// An error of the tables.
pub fn settle(
    tables: &mut (impl Tables + ?Sized),
    outcomes: &[Settle],
    now: Timestamp,
) -> Result<Vec<Settled>, StoreError> {
    let mut results = Vec::with_capacity(outcomes.len());
    let mut awaits_status = false;
    for settle in outcomes {
        let result = match tables.load(settle.id)? {
            Some(row) => settle_row(tables, &row, settle, &mut awaits_status, now)?,
            None => Settled::Stale,
        };
        results.push(result);
    }
    if awaits_status {
        let mut sight = tables.sight()?;
        if sight.on_accepted(now) {
            tables.set_sight(&sight)?;
        }
    }
    Ok(results)
}

fn settle_row(
    tables: &mut (impl Tables + ?Sized),
    row: &Row,
    settle: &Settle,
    awaits_status: &mut bool,
    now: Timestamp,
) -> Result<Settled, StoreError> {
    let event = Event::Settle {
        epoch: settle.epoch,
        outcome: settle.outcome.clone(),
    };
    let change = match transition(row, &event, now) {
        Ok(change) => change,
        Err(Refused::Unchanged) => return Ok(Settled::Applied(row.state)),
        Err(_) => return Ok(Settled::Stale),
    };
    if !write(tables, row, &change, None, now)? {
        return Ok(Settled::Stale);
    }
    match &settle.outcome {
        Outcome::Refused { delay, .. } => {
            pause_account(tables, &row.details.lane.account, after(now, *delay))?;
        }
        Outcome::Accepted {
            message_uuid,
            workflow_id,
        } => {
            let mut has_status = change.row.status.is_some();
            for uuid in [message_uuid, workflow_id].into_iter().flatten() {
                has_status |= join_parked(tables, row.id, uuid, now)?;
            }
            *awaits_status |= !has_status;
        }
        _ => {}
    }
    Ok(Settled::Applied(change.row.state))
}

/// Returns claimed rows to the queue.
///
/// # Errors
///
/// An error of the tables.
pub fn release(
    tables: &mut (impl Tables + ?Sized),
    rows: &[Release],
    now: Timestamp,
) -> Result<(), StoreError> {
    for release in rows {
        let Some(row) = tables.load(release.id)? else {
            continue;
        };
        let event = Event::Release {
            epoch: release.epoch,
            due_at: row.due_at.max(after(now, release.delay)),
        };
        if let Ok(change) = transition(&row, &event, now) {
            write(tables, &row, &change, None, now)?;
        }
    }
    Ok(())
}

/// Writes a change with its entry in the history, and passes it to the row's run; `by` is an operator. `false` if the row has changed since it was loaded.
pub(super) fn write(
    tables: &mut (impl Tables + ?Sized),
    before: &Row,
    change: &Change,
    by: Option<&str>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let detail = by.map(str::to_owned).or_else(|| match change.event {
        "status" => change
            .row
            .status
            .as_ref()
            .map(|status| status.as_str().to_owned()),
        _ => change.row.reason.as_ref().map(|reason| reason.code.clone()),
    });
    let entry = HistoryEntry {
        at: now,
        event: change.event.to_owned(),
        from: change.from,
        to: change.row.state,
        attempt: change.row.attempt,
        detail,
    };
    let is_routine = matches!(change.event, "claim" | "release")
        || (change.event == "lease_over" && !change.row.state.eq(&crate::row::State::InDoubt));
    let is_written = tables.update(before, &change.row, (!is_routine).then_some(&entry))?;
    if is_written {
        observe(tables, change, now)?;
    }
    Ok(is_written)
}
