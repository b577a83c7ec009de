//! Journeys: messages sent one after the other, each with its condition and its time. [`Journey`] is the document,
//! [`Step`] one of its steps.
//!
//! The API has no journeys: a client executes them, sending their messages over `v1` and waiting for their statuses, as
//! the outbox of `messages-outbox` does.

mod content;
mod step;
mod stop;
mod window;

pub use content::{Alternative, Alternatives, Content, TemplateMessage};
pub use step::{
    BeforeNext, ErrorCodes, Grace, Otherwise, SendStep, Step, StepName, Steps, Until, Wait,
    WaitSpan, WaitStep, Within,
};
pub use stop::{SignalName, StopConditions, StopOn};
pub use window::{Day, Days, TimeOfDay, Window, Zone};

pub use crate::v0_1::Condition;

use crate::error::Rule;
use crate::limits;
use crate::value::Seconds;
use crate::wire::{Context, Decode, Json, Wire};

/// Period for which blindness may hold the deadlines of a journey: 1 second to 30 days.
pub type MaxHold = Seconds<{ limits::JOURNEY_MAX_HOLD_MIN }, { limits::JOURNEY_MAX_HOLD_MAX }>;

/// Treatment of a message whose outcome remains unknown.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub enum Doubt {
    /// The next step waits until the outcome is known: no recipient gets two messages.
    #[default]
    Wait,
    /// The next step is sent after the deadline: the recipient may get two messages.
    Proceed,
}

/// A document of template `journey/1`: steps that are executed in order, at most once each.
///
/// ```
/// use messages_types::journey::{Journey, SendStep, Until};
/// use messages_types::v1::{Sms, Whatsapp};
///
/// let text = "Your table is free";
/// let journey = Journey::starting_with(
///     SendStep::new(Whatsapp::text("447700900001", "447700900000", text)?)
///         .until(Until::read(600)?),
/// )
/// .then(SendStep::new(Sms::text("447700900001", "447700900000", text)?))
/// .zone("Europe/London")?;
///
/// assert!(journey.validate().is_ok());
/// # Ok::<(), messages_types::Problems>(())
/// ```
///
/// Unlike in documents of the API, unknown fields are problems: one that is ignored would change what is sent.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, document, constant(template = "journey/1"))]
#[non_exhaustive]
pub struct Journey {
    /// Time zone of the recipient, by its IANA name; by default that of the phone number's country.
    pub zone: Option<Zone>,
    /// Times at which messages may be sent, in the recipient's time zone; by default always.
    pub window: Option<Window>,
    /// Events that end the journey: no later step is executed.
    pub stop_on: Option<StopConditions>,
    /// Treatment of a message whose outcome remains unknown: `wait` by default.
    pub doubt: Option<Doubt>,
    /// Period for which deadlines are held while no statuses can be received: 1 second to 30 days; by default as
    /// long as necessary.
    pub max_hold: Option<MaxHold>,
    /// The steps, in order.
    pub steps: Steps,
}

impl Journey {
    /// Begins a journey with its first step.
    #[must_use]
    pub fn starting_with(step: impl Into<Step>) -> Self {
        Self::from_parts(Steps::of(step.into()))
    }

    /// Adds a step.
    #[must_use]
    pub fn then(mut self, step: impl Into<Step>) -> Self {
        self.steps.push(step.into());
        self
    }
}

/// Returns the one of two fields that an object has.
fn either<'k>(value: &Json<'_>, keys: [&'k str; 2], cx: &mut Context) -> Option<&'k str> {
    let Some(object) = value.as_object() else {
        cx.report(Rule::Type, "must be an object");
        return None;
    };
    let [first, second] = keys;
    match keys.map(|key| object.contains_key(key)) {
        [true, false] => Some(first),
        [false, true] => Some(second),
        [true, true] => {
            let hint = format!("must have either {first} or {second}, not both");
            cx.report(Rule::Combination, hint);
            None
        }
        [false, false] => {
            cx.report(Rule::Required, format!("must have {first} or {second}"));
            None
        }
    }
}

/// Reads an object with this field only.
fn only_field<'a, T: Decode>(
    value: Json<'a>,
    key: &'static str,
    cx: &mut Context,
) -> Result<T, Json<'a>> {
    let Json::Object(mut map) = value else {
        return cx.unfit(value, "must be an object");
    };
    let field = cx.object(|cx| {
        let field = cx.required(&mut map, key);
        cx.refuse_leftover(&map, |known| known == key);
        field
    });
    match field {
        Some(field) if map.is_empty() => Ok(field),
        // An invalid journey is discarded; only its problems are reported.
        _ => Err(Json::Object(map)),
    }
}
