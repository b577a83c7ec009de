//! Seconds since 1970, the unit of every time claim. Nothing here asks what time it is.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The whole seconds since 1970, or `None` for a time before it.
pub(crate) fn unix_seconds(time: SystemTime) -> Option<u64> {
    time.duration_since(UNIX_EPOCH)
        .ok()
        .map(|since| since.as_secs())
}

/// The last second of the year 9999: no later date is read, and none is meant.
pub(crate) const LAST_SECOND: u64 = 253_402_300_799;

/// The time that many seconds after 1970, or the last one that is meant; `None` where the platform's clock cannot hold it.
pub(crate) fn from_unix_seconds(seconds: u64) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds.min(LAST_SECOND)))
}
