//! Reading.

use jiff::Timestamp;

use super::Tables;
use crate::digest::Digest;
use crate::id::RowId;
use crate::row::{Row, State};
use crate::run::{Run, RunId, RunState};
use crate::store::{ListRequest, RowDetail, RunDetail, RunListRequest, Status, StoreError};

/// Counts and ages.
///
/// # Errors
///
/// An error of the tables.
pub fn status(tables: &mut (impl Tables + ?Sized), now: Timestamp) -> Result<Status, StoreError> {
    let restored = tables.meta()?.restored;
    let aggregates = tables.aggregates(now)?;
    let sight = tables.sight()?;
    let runs = |state| aggregates.runs.get(&state).copied().unwrap_or(0);
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
        runs: RunState::ALL.map(|state| (state, runs(state))).into(),
        next_wake: aggregates.next_wake,
        late_reads: aggregates.late_reads,
        late_deliveries: aggregates.late_deliveries,
        last_webhook: sight.last_webhook,
        blind_since: sight.blind_since(now),
        restored,
    })
}

/// A page of runs.
///
/// # Errors
///
/// An error of the tables.
pub fn list_runs(
    tables: &mut (impl Tables + ?Sized),
    request: &RunListRequest,
) -> Result<Vec<Run>, StoreError> {
    tables.select_runs(&request.filter, request.after, request.limit)
}

/// One run with its document and rows.
///
/// # Errors
///
/// An error of the tables.
pub fn show_run(
    tables: &mut (impl Tables + ?Sized),
    id: RunId,
) -> Result<Option<RunDetail>, StoreError> {
    let Some(run) = tables.load_run(id)? else {
        return Ok(None);
    };
    let document = match run.purged {
        true => None,
        false => tables.definition(&run.details.digest)?,
    };
    let mut rows = Vec::with_capacity(run.progress.messages.len());
    for message in &run.progress.messages {
        rows.extend(tables.load(id.row(message.number))?);
    }
    Ok(Some(RunDetail {
        run,
        document,
        rows,
    }))
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

/// The row or run with this key, purged or not.
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
