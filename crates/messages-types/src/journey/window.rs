//! Times at which messages may be sent.

use crate::error::{Invalid, Rule};
use crate::limits;
use crate::value::List;
use crate::wire::{Context, Wire};

/// Days of the week: 1 to 7, each once.
pub type Days = List<Day, 1, 7>;

/// Day of the week.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Wire)]
#[wire(strict)]
pub enum Day {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

/// Times at which messages may be sent, in the recipient's time zone.
///
/// A window whose `from` is after its `to` spans midnight, and belongs to the day it opens on.
///
/// ```
/// use messages_types::journey::{Day, Window};
///
/// let weekdays = Window::new("09:00", "20:00")?
///     .days([Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri])?;
/// # Ok::<(), messages_types::Problems>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Wire)]
#[wire(strict, new, validate = window_rule(days, from, to))]
#[non_exhaustive]
pub struct Window {
    /// Days on which the window opens; by default every day.
    pub days: Option<Days>,
    /// Time the window opens, included.
    pub from: TimeOfDay,
    /// Time the window closes, excluded.
    pub to: TimeOfDay,
}

fn window_rule(days: Option<&Days>, from: &TimeOfDay, to: &TimeOfDay, cx: &mut Context) {
    if from == to {
        cx.report_at("to", Rule::Combination, "must differ from from");
    }
    for (index, day) in days.into_iter().flat_map(|days| days.iter().enumerate()) {
        if days.is_some_and(|days| days[..index].contains(day)) {
            cx.within("days", |cx| {
                cx.at_index(index, |cx| {
                    cx.report(Rule::Combination, "is listed already");
                });
            });
        }
    }
}

/// A time of day to the minute, such as `09:00`: `00:00` to `23:59`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Wire)]
pub struct TimeOfDay(String);

impl TimeOfDay {
    /// Minutes since midnight, by the clock: 0 to 1,439.
    #[must_use]
    pub fn minutes(&self) -> u16 {
        minutes(&self.0).unwrap_or_default()
    }

    fn refusal(text: &str) -> Option<Invalid> {
        minutes(text).is_none().then(|| {
            Invalid::new(
                Rule::Format,
                "must be a time of day of two digits each, like 09:00",
            )
        })
    }
}

fn minutes(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |digits: &str, end: u16| {
        let is_number = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number: u16 = digits.parse().ok()?;
        (is_number && number < end).then_some(number)
    };
    Some(number(hours, 24)? * 60 + number(minutes, 60)?)
}

/// IANA name of a time zone, such as `Europe/Berlin`: letters, digits, `_`, `+`, `-` and `/`, up to 64 characters. The
/// form alone is checked.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Wire)]
pub struct Zone(String);

impl Zone {
    fn refusal(text: &str) -> Option<Invalid> {
        let fits = |part: &str| {
            part.starts_with(|first: char| first.is_ascii_alphabetic())
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte))
        };
        let is_name = text.len() <= limits::JOURNEY_ZONE_MAX && text.split('/').all(fits);
        (!is_name).then(|| {
            Invalid::new(
                Rule::Format,
                "must be the IANA name of a time zone, like Europe/Berlin",
            )
        })
    }
}
