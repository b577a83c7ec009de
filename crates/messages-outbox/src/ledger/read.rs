//! Reading.

use jiff::Timestamp;

use super::Tables;
use crate::digest::Digest;
use crate::id::RowId;
use crate::row::{Row, State};
use crate::store::{ListRequest, RowDetail, Status, StoreError};

/// Counts and ages.
///
/// # Errors
///
/// An error of the tables.
pub fn status(tables: &mut (impl Tables + ?Sized), now: Timestamp) -> Result<Status, StoreError> {
    let restored = tables.meta()?.restored;
    let aggregates = tables.aggregates(now)?;
    let count = |state| aggregates.states.get(&state).copied().unwrap_or(0);
    Ok(Status {
        now,
        states: State::ALL.map(|state| (state, count(state))).into(),
        statuses: aggregates.statuses,
        oldest_due: aggregates.oldest_due,
        oldest_sending: aggregates.oldest_sending,
        oldest_in_doubt: aggregates.oldest_in_doubt,
        parked: aggregates.parked,
        contradictions: aggregates.contradictions,
        restored,
    })
}

/// A page of rows.
///
/// # Errors
///
/// An error of the tables.
pub fn list(
    tables: &mut (impl Tables + ?Sized),
    request: &ListRequest,
) -> Result<Vec<Row>, StoreError> {
    tables.select(&request.filter, request.after, request.limit)
}

/// One row with its payload and history.
///
/// # Errors
///
/// An error of the tables.
pub fn show(
    tables: &mut (impl Tables + ?Sized),
    id: RowId,
) -> Result<Option<RowDetail>, StoreError> {
    let Some(row) = tables.load(id)? else {
        return Ok(None);
    };
    Ok(Some(RowDetail {
        row,
        payload: tables.payload(id)?,
        history: tables.history(id)?,
    }))
}

/// The row with this key, purged or not.
///
/// # Errors
///
/// An error of the tables.
pub fn find(
    tables: &mut (impl Tables + ?Sized),
    namespace: &str,
    key: &str,
) -> Result<Option<RowId>, StoreError> {
    let found = tables.find_key(&Digest::of_key(namespace, key))?;
    Ok(found.map(|(id, _)| id))
}
