//! Erasing personal data.

use std::time::Duration;

use jiff::Timestamp;

use super::send::write;
use super::{LastConsent, Tables};
use crate::digest::RecipientHash;
use crate::row::{Event, State, transition};
use crate::store::{Affected, Consent, Filter, Forgotten, PurgeRequest, StoreError};

/// Rows read at once.
const PAGE: u32 = 256;

/// Erases payload, key and recipient of settled rows. Row, digests and counts stay, so a repeated key still adds nothing.
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
        for row in tables.select(&filter, None, limit)? {
            if affected.count >= u64::from(request.limit) {
                affected.more = true;
                return Ok(affected);
            }
            if let Ok(change) = transition(&row, &Event::Purge, now)
                && write(tables, &row, &change, None, now)?
            {
                tables.erase_payload(row.id)?;
                affected.count += 1;
            }
        }
    }
    Ok(affected)
}

/// Erases recipients: the payload, key and recipient of all their rows. Rows that were not posted are cancelled, and the
/// recipient is suppressed for every sender group.
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
