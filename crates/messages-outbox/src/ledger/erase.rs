//! Erasing personal data.

use std::time::Duration;

use jiff::Timestamp;

use super::run::react;
use super::send::write;
use super::{LastConsent, Tables};
use crate::digest::RecipientHash;
use crate::row::{Event, Row, State, transition};
use crate::run::{RunEvent, RunState};
use crate::store::{Affected, Consent, Filter, Forgotten, PurgeRequest, RunFilter, StoreError};

/// Rows read at once.
const PAGE: u32 = 256;

/// Erases payload, key and recipient of settled rows, and key, document and recipients of runs that have ended. Row, run,
/// digests and counts stay, so a repeated key still adds nothing. A running run and its rows stay as they are.
///
/// # Errors
///
/// An error of the tables.
pub fn purge(
    tables: &mut (impl Tables + ?Sized),
    request: &PurgeRequest,
    now: Timestamp,
) -> Result<Affected, StoreError> {
    let mut affected = Affected::default();
    let before = earlier(now, request.older_than);
    for state in State::ALL.into_iter().filter(|state| !state.is_open()) {
        let filter = Filter {
            state: Some(state),
            unpurged_since_before: Some(before),
            ..Filter::default()
        };
        let left = u64::from(request.limit) - affected.count;
        let limit = u32::try_from(left + 1).unwrap_or(u32::MAX);
        let mut last = None;
        loop {
            let rows = tables.select(&filter, last, limit)?;
            let Some(end) = rows.last() else {
                break;
            };
            last = Some(end.id);
            for row in rows {
                if affected.count >= u64::from(request.limit) {
                    affected.more = true;
                    return Ok(affected);
                }
                if !is_of_running(tables, &row)?
                    && let Ok(change) = transition(&row, &Event::Purge, now)
                    && write(tables, &row, &change, None, now)?
                {
                    tables.erase_payload(row.id)?;
                    affected.count += 1;
                }
            }
        }
    }
    purge_runs(tables, request.limit, before, &mut affected, now)?;
    Ok(affected)
}

/// A running run decides by what its rows know.
fn is_of_running(tables: &mut (impl Tables + ?Sized), row: &Row) -> Result<bool, StoreError> {
    let Some(place) = row.details.run else {
        return Ok(false);
    };
    let run = tables.load_run(place.run)?;
    Ok(run.is_some_and(|run| run.state == RunState::Running))
}

/// Erases key, document and recipients of runs that have ended.
fn purge_runs(
    tables: &mut (impl Tables + ?Sized),
    limit: u32,
    before: Timestamp,
    affected: &mut Affected,
    now: Timestamp,
) -> Result<(), StoreError> {
    for state in RunState::ALL {
        if state == RunState::Running {
            continue;
        }
        let filter = RunFilter {
            state: Some(state),
            unpurged_since_before: Some(before),
            ..RunFilter::default()
        };
        let left = u64::from(limit) - affected.count;
        let page = u32::try_from(left + 1).unwrap_or(u32::MAX);
        for run in tables.select_runs(&filter, None, page)? {
            if affected.count >= u64::from(limit) {
                affected.more = true;
                return Ok(());
            }
            if let Some(reaction) = react(tables, run.id, &RunEvent::Purge, now)? {
                tables.erase_run(&reaction.run)?;
                affected.count += 1;
            }
        }
    }
    Ok(())
}

/// Erases recipients: the payload, key and recipient of all their rows, and key, document and recipients of all their runs.
/// Rows that were not posted and running runs are cancelled, and the recipient is suppressed for every sender group.
///
/// # Errors
///
/// An error of the tables.
pub fn forget(
    tables: &mut (impl Tables + ?Sized),
    recipients: &[String],
    now: Timestamp,
) -> Result<Forgotten, StoreError> {
    let hash_key = tables.meta()?.hash_key;
    let mut forgotten = Forgotten::default();
    for recipient in recipients {
        let hash = RecipientHash::of(recipient, &hash_key);
        let opted_out = LastConsent {
            opted_out: true,
            at: now,
        };
        tables.set_consent(Consent::EVERY_GROUP, hash, opted_out)?;
        for run in tables.runs_of(hash)? {
            if let Some(reaction) = react(tables, run.id, &RunEvent::Forget, now)? {
                tables.erase_run(&reaction.run)?;
                forgotten.runs += 1;
            }
        }
        let filter = Filter {
            recipient: Some(hash),
            ..Filter::default()
        };
        let mut last = None;
        loop {
            let rows = tables.select(&filter, last, PAGE)?;
            let Some(end) = rows.last() else {
                break;
            };
            last = Some(end.id);
            for row in rows {
                match transition(&row, &Event::Forget, now) {
                    Ok(change) => {
                        if write(tables, &row, &change, None, now)? {
                            tables.erase_payload(row.id)?;
                            forgotten.erased += 1;
                        }
                    }
                    Err(_) if row.state == State::Sending => forgotten.in_flight += 1,
                    Err(_) => {}
                }
            }
        }
    }
    Ok(forgotten)
}

fn earlier(now: Timestamp, age: Duration) -> Timestamp {
    now.checked_sub(age).unwrap_or(Timestamp::MIN)
}
