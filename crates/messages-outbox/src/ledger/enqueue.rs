//! Adding rows.

use jiff::Timestamp;

use super::Tables;
use crate::digest::Digest;
use crate::intent::Intent;
use crate::store::{Enqueued, StoreError, StoreErrorKind};

/// Adds rows for the intents whose keys are not known.
///
/// # Errors
///
/// [`StoreErrorKind::Full`] if there would be more than `capacity` open rows; an error of the tables.
pub fn enqueue(
    tables: &mut (impl Tables + ?Sized),
    intents: &[Intent],
    capacity: Option<u64>,
    now: Timestamp,
) -> Result<Vec<Enqueued>, StoreError> {
    let hash_key = tables.meta()?.hash_key;
    let mut room = match capacity {
        Some(capacity) => capacity.saturating_sub(tables.open_rows()?),
        None => u64::MAX,
    };
    let mut results = Vec::with_capacity(intents.len());
    for intent in intents {
        let key = Digest::of_key(&intent.namespace, &intent.key);
        results.push(match tables.find_key(&key)? {
            Some((id, digest)) if digest == intent.digest => Enqueued::Existing(id),
            Some((id, _)) => Enqueued::Conflict(id),
            None => {
                room = room
                    .checked_sub(1)
                    .ok_or_else(|| StoreError::not_done(StoreErrorKind::Full))?;
                tables.insert(&intent.row(Some(&hash_key), now), &intent.payload)?;
                Enqueued::New(intent.id)
            }
        });
    }
    Ok(results)
}
