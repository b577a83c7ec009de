//! Work of time.

use jiff::Timestamp;

use super::Tables;
use super::send::write;
use crate::row::{Event, State, transition};
use crate::store::{ReapRequest, Reaped, StoreError};

/// Ends leases that are over, abandons rows in doubt, discards parked facts.
///
/// # Errors
///
/// An error of the tables.
pub fn reap(
    tables: &mut (impl Tables + ?Sized),
    request: &ReapRequest,
    now: Timestamp,
) -> Result<Reaped, StoreError> {
    let mut reaped = Reaped::default();
    for row in tables.leases_over(now, request.limit)? {
        if let Ok(change) = transition(&row, &Event::LeaseOver, now)
            && write(tables, &row, &change, None, now)?
        {
            match change.row.state {
                State::InDoubt => reaped.in_doubt += 1,
                _ => reaped.requeued += 1,
            }
        }
    }
    let oldest = now
        .checked_sub(request.in_doubt_max)
        .unwrap_or(Timestamp::MIN);
    for row in tables.aged(State::InDoubt, oldest, request.limit)? {
        if let Ok(change) = transition(&row, &Event::GiveUp, now) {
            reaped.abandoned += u64::from(write(tables, &row, &change, None, now)?);
        }
    }
    reaped.discarded = tables.discard_parked(now)?;
    Ok(reaped)
}
