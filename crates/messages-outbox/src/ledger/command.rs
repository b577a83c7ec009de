//! Commands of operators.

use jiff::Timestamp;

use super::Tables;
use super::send::write;
use crate::quota::SlotScope;
use crate::row::{Event, Row, State, after, transition};
use crate::store::{
    Affected, Command, CommandRequest, Filter, Selection, StoreError, StoreErrorKind,
};

/// Applies a command.
///
/// # Errors
///
/// [`StoreErrorKind::Request`] if the limit is 0; an error of the tables.
pub fn command(
    tables: &mut (impl Tables + ?Sized),
    request: &CommandRequest,
    now: Timestamp,
) -> Result<Affected, StoreError> {
    if request.limit == 0 {
        return Err(StoreError::not_done(StoreErrorKind::Request));
    }
    let (event, states): (Event, &[State]) = match (request.command, &request.selection) {
        (command @ (Command::Pause | Command::Resume), Selection::Scope(scope)) => {
            let changed = tables.set_hold(scope, command == Command::Pause)?;
            return Ok(Affected {
                count: u64::from(changed),
                more: false,
            });
        }
        (Command::Pause, _) => (Event::Hold(true), &[]),
        (Command::Resume, _) => (Event::Hold(false), &[]),
        (Command::Cancel, _) => (Event::Cancel, &[State::Queued, State::Claimed]),
        (Command::Resolve(resolution), _) => (
            Event::Resolve(resolution),
            // Abandoned rows are decided by their IDs alone.
            &[State::InDoubt],
        ),
    };
    match &request.selection {
        Selection::Rows(ids) => {
            let mut rows = Vec::new();
            for id in ids {
                rows.extend(tables.load(*id)?);
            }
            apply_to(tables, rows, &event, request, now)
        }
        Selection::Scope(scope) => {
            let mut rows = Vec::new();
            for state in states {
                let filter = Filter {
                    state: Some(*state),
                    scope: Some(scope.clone()),
                    ..Filter::default()
                };
                // One more than the limit, to know whether there are more.
                let limit = request.limit.saturating_add(1) - rows.len() as u32;
                rows.extend(tables.select(&filter, None, limit)?);
            }
            apply_to(tables, rows, &event, request, now)
        }
    }
}

fn apply_to(
    tables: &mut (impl Tables + ?Sized),
    rows: Vec<Row>,
    event: &Event,
    request: &CommandRequest,
    now: Timestamp,
) -> Result<Affected, StoreError> {
    let mut affected = Affected::default();
    for row in rows {
        if affected.count >= u64::from(request.limit) {
            affected.more = true;
            break;
        }
        if let Ok(change) = transition(&row, event, now) {
            affected.count += u64::from(write(tables, &row, &change, Some(&request.by), now)?);
        }
    }
    Ok(affected)
}

/// Stops the sends of an account for this long.
///
/// # Errors
///
/// An error of the tables.
pub fn throttle(
    tables: &mut (impl Tables + ?Sized),
    account: &str,
    pause: std::time::Duration,
    now: Timestamp,
) -> Result<(), StoreError> {
    pause_account(tables, account, after(now, pause))
}

/// Stops the sends of an account until this time. An earlier end of a pause does not shorten it.
pub(super) fn pause_account(
    tables: &mut (impl Tables + ?Sized),
    account: &str,
    until: Timestamp,
) -> Result<(), StoreError> {
    let scope = SlotScope::Account(account.to_owned());
    let mut slots = tables.slots(&scope)?;
    if slots.paused_until < until {
        slots.paused_until = until;
        tables.set_slots(&scope, &slots)?;
    }
    Ok(())
}

/// Declares that a restored backup may send.
///
/// # Errors
///
/// An error of the tables.
pub fn adopt(tables: &mut (impl Tables + ?Sized)) -> Result<(), StoreError> {
    tables.set_adopted()
}
