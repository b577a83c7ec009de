//! Windows: times of the week at which messages may be sent, in the recipient's time zone.

mod countries;
mod zones;

use std::time::Duration;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Span, Timestamp};
use messages_sdk::types::journey::Day;

use crate::row::{Details, after};

pub use messages_sdk::types::journey::{Window, Zone};
pub use zones::Zones;

/// Days ahead in which an opening is looked for. Two weeks, since a change of the clocks can swallow one opening of a
/// window that opens once a week.
const DAYS_AHEAD: i64 = 15;

/// Finds the time from which a window is open in all zones: `now` if it is open, else the next opening. `None` if it does
/// not open within 15 days, as a short window in zones that are far apart.
///
/// A time that the clocks skip counts as the first instant after it; of a time that occurs twice, the first one counts.
///
/// ```
/// use messages_outbox::window::{Window, Zone, Zones, opens_at};
///
/// let window = Window::new("09:00", "20:00")?;
/// let berlin = Zones::named(&Zone::new("Europe/Berlin")?).expect("a known name");
/// // Half an hour before the clocks go forward.
/// let now = "2026-03-29T00:30:00Z".parse()?;
/// assert_eq!(opens_at(&window, &berlin, now), Some("2026-03-29T07:00:00Z".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn opens_at(window: &Window, zones: &Zones, now: Timestamp) -> Option<Timestamp> {
    let last = after(now, Duration::from_secs(DAYS_AHEAD as u64 * 24 * 3600));
    let mut time = now;
    loop {
        let mut later = time;
        for zone in zones.iter() {
            later = opens_in(window, zone, later)?;
        }
        if later == time {
            return Some(time);
        }
        if later > last {
            return None;
        }
        time = later;
    }
}

/// The same for one zone.
fn opens_in(window: &Window, zone: &TimeZone, now: Timestamp) -> Option<Timestamp> {
    let today = zone.to_datetime(now).date();
    // Yesterday's window may span midnight. The openings of days in order are in order as well.
    (-1..=DAYS_AHEAD).find_map(|days| {
        let day = today.checked_add(Span::new().days(days)).ok()?;
        let (opens, closes) = opening(window, zone, day)?;
        (opens < closes && now < closes).then(|| opens.max(now))
    })
}

/// Opening and closing on a day; `None` if it is not one of the window's days.
fn opening(window: &Window, zone: &TimeZone, day: Date) -> Option<(Timestamp, Timestamp)> {
    let is_open = |days: &[Day]| days.iter().any(|other| weekday(*other) == day.weekday());
    if !window.days.as_ref().is_none_or(|days| is_open(days)) {
        return None;
    }
    let (from, to) = (window.from.minutes(), window.to.minutes());
    let last = if to > from { day } else { day.tomorrow().ok()? };
    Some((
        instant(zone, at_minute(day, from))?,
        instant(zone, at_minute(last, to))?,
    ))
}

/// The first instant at which the clocks show this time or a later one.
fn instant(zone: &TimeZone, time: DateTime) -> Option<Timestamp> {
    let found = zone.to_ambiguous_timestamp(time);
    let AmbiguousOffset::Gap { after, .. } = found.offset() else {
        return found.compatible().ok();
    };
    // In a gap, the offset after it names an instant before it.
    let before = after.to_timestamp(time).ok()?;
    let mut changes = zone.following(before);
    changes
        .find(|change| change.offset() == after)
        .map(|change| change.timestamp())
}

fn at_minute(day: Date, minutes: u16) -> DateTime {
    // A day has 24 hours of 60 minutes.
    day.at((minutes / 60) as i8, (minutes % 60) as i8, 0, 0)
}

const fn weekday(day: Day) -> Weekday {
    match day {
        Day::Mon => Weekday::Monday,
        Day::Tue => Weekday::Tuesday,
        Day::Wed => Weekday::Wednesday,
        Day::Thu => Weekday::Thursday,
        Day::Fri => Weekday::Friday,
        Day::Sat => Weekday::Saturday,
        Day::Sun => Weekday::Sunday,
    }
}

/// Decision of a row's window about a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gate {
    /// The row has no window, or its window is open.
    Open,
    /// The window opens at this time.
    ClosedUntil(Timestamp),
    /// The recipient's time zone is unknown.
    ZoneUnknown,
    /// The window does not open in all zones of the recipient's country at the same time.
    NeverOpen,
}

/// The decision at this time.
pub(crate) fn gate(details: &Details, now: Timestamp) -> Gate {
    let Some(window) = &details.window else {
        return Gate::Open;
    };
    let Some(zones) = Zones::of(details) else {
        return Gate::ZoneUnknown;
    };
    match opens_at(window, &zones, now) {
        Some(time) if time == now => Gate::Open,
        Some(time) => Gate::ClosedUntil(time),
        None => Gate::NeverOpen,
    }
}
