//! Steps of a journey, and the rules between them.

use std::ops::Deref;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Condition, Content, Window, either, only_field};
use crate::error::Rule;
use crate::v1::Channel;
use crate::value::{List, Seconds, Text, Timestamp};
use crate::wire::{Check, Context, Decode, Json, Wire};
use crate::{DeliveryErrorCode, limits};

/// Name of a step: 1 to 64 characters.
pub type StepName = Text<1, { limits::JOURNEY_NAME_MAX }>;

/// Period in which a message must reach a status, counted from its acceptance: 1 second to 30 days.
pub type Within = Seconds<{ limits::JOURNEY_WITHIN_MIN }, { limits::JOURNEY_WITHIN_MAX }>;

/// Period of a wait: 1 second to 365 days.
pub type WaitSpan = Seconds<{ limits::JOURNEY_WAIT_MIN }, { limits::JOURNEY_WAIT_MAX }>;

/// Period in which statuses under delivery may still arrive: up to 1 hour.
pub type Grace = Seconds<0, { limits::JOURNEY_GRACE_MAX }>;

/// Error codes of failures: up to 50.
pub type ErrorCodes = List<DeliveryErrorCode, 0, { limits::JOURNEY_ERROR_CODES_MAX }>;

/// A step of a journey.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, untagged)]
#[non_exhaustive]
pub enum Step {
    /// Sends a message.
    Send(SendStep),
    /// Waits.
    Wait(WaitStep),
}

impl Step {
    /// Name of the step.
    #[must_use]
    pub const fn name(&self) -> Option<&StepName> {
        match self {
            Self::Send(step) => step.name.as_ref(),
            Self::Wait(step) => step.name.as_ref(),
        }
    }
}

/// A step that sends a message.
///
/// | event | with `until` | without `until` |
/// | --- | --- | --- |
/// | the message is accepted | the step waits for its status | the next step begins |
/// | the status is reached in time | the journey is completed | |
/// | the status is not reached in time | `else` decides | |
/// | the message fails | `on_error`, then `else` decides | `on_error`, then `else` decides |
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, validate = status_rule(send, until))]
#[non_exhaustive]
pub struct SendStep {
    /// Name of the step, unique in the journey.
    pub name: Option<StepName>,
    /// Message that is sent.
    pub send: Content,
    /// Status that ends the journey if the message reaches it in time.
    pub until: Option<Until>,
    /// Continuation if the message fails or does not reach its status: `next` by default.
    #[wire(rename = "else")]
    pub otherwise: Option<Otherwise>,
    /// Errors after which the journey continues; after any other error it ends as failed. By default it continues
    /// after every error.
    pub on_error: Option<ErrorCodes>,
    /// Precautions against two messages to the same recipient.
    pub before_next: Option<BeforeNext>,
    /// Times at which the message may be sent; they replace those of the journey.
    pub window: Option<Window>,
}

impl SendStep {
    /// A step that sends this message, or one of a template's messages.
    #[must_use]
    pub fn new(send: impl Into<Content>) -> Self {
        Self::from_parts(send.into())
    }
}

fn status_rule(send: &Content, until: Option<&Until>, cx: &mut Context) {
    let is_read = until.is_some_and(|until| until.status == Condition::Read);
    let mut channels = send.channels();
    let silent = channels.find(|channel| matches!(channel, Channel::Sms | Channel::Mms));
    if let (true, Some(channel)) = (is_read, silent) {
        let hint = format!("must be delivered over {channel}, which never reports read");
        cx.within("until", |cx| {
            cx.report_at("status", Rule::Combination, hint);
        });
    }
}

/// Status a message must reach in time.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict, new)]
#[non_exhaustive]
pub struct Until {
    /// Status the step waits for.
    pub status: Condition,
    /// Period in which it must be reached, counted from the acceptance of the message: 1 second to 30 days.
    pub within: Within,
}

impl Until {
    /// Waits until the message is delivered.
    ///
    /// # Errors
    ///
    /// `within` is out of range.
    pub fn delivered(within: impl crate::Field<Within>) -> Result<Self, crate::Problems> {
        Self::new(Condition::Delivered, within)
    }

    /// Waits until the message is read, which SMS and MMS never report.
    ///
    /// # Errors
    ///
    /// `within` is out of range.
    pub fn read(within: impl crate::Field<Within>) -> Result<Self, crate::Problems> {
        Self::new(Condition::Read, within)
    }
}

/// Continuation of a journey after a step that failed or did not reach its status.
#[derive(Debug, Clone, Default, PartialEq, Eq, Wire)]
#[wire(strict, custom)]
#[non_exhaustive]
pub enum Otherwise {
    /// The next step.
    #[default]
    Next,
    /// The end of the journey.
    Stop,
    /// A later step, by its name.
    Step(StepName),
}

/// Precautions before the next step, after a message that was accepted and did not reach its status in time.
#[derive(Clone, Default, PartialEq, Eq, Hash, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub struct BeforeNext {
    /// `true` (the default) limits the time to live of the message to the period of `until`, if the channel has one and
    /// the message does not set it.
    pub ttl: Option<bool>,
    /// `true` (the default) revokes the message, if it was sent over RCS.
    pub revoke: Option<bool>,
    /// Period in which statuses under delivery may still arrive: up to 1 hour, 5 seconds by default.
    pub grace: Option<Grace>,
}

impl BeforeNext {
    /// Returns `true` if the time to live is limited: `ttl`, or its default.
    #[must_use]
    pub fn limits_ttl(&self) -> bool {
        self.ttl.unwrap_or(true)
    }

    /// Returns `true` if an RCS message is revoked: `revoke`, or its default.
    #[must_use]
    pub fn revokes(&self) -> bool {
        self.revoke.unwrap_or(true)
    }

    /// Period of grace in seconds: `grace`, or its default.
    #[must_use]
    pub fn grace_seconds(&self) -> u32 {
        self.grace.map_or(limits::JOURNEY_GRACE_DEFAULT, Grace::get)
    }
}

/// A step that waits.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub struct WaitStep {
    /// Name of the step, unique in the journey.
    pub name: Option<StepName>,
    /// End of the wait.
    pub wait: Wait,
}

impl WaitStep {
    /// A step that waits for a period or until an instant.
    #[must_use]
    pub fn new(wait: Wait) -> Self {
        Self::from_parts(wait)
    }
}

/// End of a wait.
#[derive(Debug, Clone, PartialEq, Wire)]
#[wire(strict, custom)]
#[non_exhaustive]
pub enum Wait {
    /// After a period: 1 second to 365 days.
    For(WaitSpan),
    /// At an instant; one in the past ends the wait at once.
    Until(Timestamp),
}

/// The steps of a journey in order: 1 to 50.
#[derive(Debug, Clone, PartialEq, Wire)]
#[wire(strict, custom)]
pub struct Steps(Vec<Step>);

impl Steps {
    pub(super) fn of(first: Step) -> Self {
        Self(vec![first])
    }

    pub(super) fn push(&mut self, step: Step) {
        self.0.push(step);
    }

    /// The position of the step of this name, from 0.
    #[must_use]
    pub fn position(&self, name: &StepName) -> Option<usize> {
        self.0.iter().position(|step| step.name() == Some(name))
    }
}

impl Deref for Steps {
    type Target = [Step];

    fn deref(&self) -> &[Step] {
        &self.0
    }
}

/// The parts of a step that other steps depend on.
struct Outline {
    name: Option<String>,
    /// Name of the step that `else` continues with.
    target: Option<String>,
    /// Number of messages, of which one is sent; none if the step waits.
    messages: usize,
}

impl Outline {
    /// Outline of a step that is not decoded yet, so that its other problems do not hide those of the order.
    fn of_json(step: &Json<'_>) -> Self {
        let text = |value: Option<&Json<'_>>| value?.as_str().map(str::to_owned);
        Self {
            name: text(step.get("name")),
            target: text(step.get("else").and_then(|otherwise| otherwise.get("step"))),
            messages: step.get("send").map_or(0, |send| match send.get("to") {
                Some(Json::Array(alternatives)) => alternatives.len(),
                _ => 1,
            }),
        }
    }

    fn of(step: &Step) -> Self {
        let otherwise = match step {
            Step::Send(step) => step.otherwise.as_ref(),
            Step::Wait(_) => None,
        };
        Self {
            name: step.name().map(|name| name.as_str().to_owned()),
            target: match otherwise {
                Some(Otherwise::Step(name)) => Some(name.as_str().to_owned()),
                _ => None,
            },
            messages: match step {
                Step::Send(step) => step.send.channels().count(),
                Step::Wait(_) => 0,
            },
        }
    }

    fn any_named(steps: &[Self], name: &str) -> bool {
        steps.iter().any(|step| step.name.as_deref() == Some(name))
    }
}

/// Reports the problems between steps.
fn check_order(steps: &[Outline], cx: &mut Context) {
    const MAX: usize = limits::JOURNEY_STEPS_MAX;
    const MESSAGES_MAX: usize = limits::JOURNEY_MESSAGES_MAX;
    let messages: usize = steps.iter().map(|step| step.messages).sum();
    if steps.is_empty() {
        cx.report(Rule::MinItems(1), "must have at least 1 item");
    } else if steps.len() > MAX {
        cx.report(
            Rule::MaxItems(MAX),
            format!("must have at most {MAX} items"),
        );
    } else if messages > MESSAGES_MAX {
        let hint = format!("must have at most {MESSAGES_MAX} messages, alternatives included");
        cx.report(Rule::MaxItems(MESSAGES_MAX), hint);
    } else if messages == 0 {
        cx.report(Rule::Required, "must have a step with send");
    }
    for (index, step) in steps.iter().enumerate() {
        if let Some(name) = &step.name
            && Outline::any_named(&steps[..index], name)
        {
            let hint = "must be unique: an earlier step has this name";
            cx.at_index(index, |cx| cx.report_at("name", Rule::Combination, hint));
        }
        if let Some(target) = &step.target
            && !Outline::any_named(&steps[index + 1..], target)
        {
            let hint = if Outline::any_named(steps, target) {
                "must be a later step: a journey never goes back"
            } else {
                "must be the name of a later step"
            };
            cx.at_index(index, |cx| {
                cx.within("else", |cx| cx.report_at("step", Rule::OneOf, hint));
            });
        }
    }
}

impl Decode for Steps {
    const MEMBERS: &'static [crate::Member] = SendStep::MEMBERS;

    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        if let Json::Array(steps) = &value {
            let outlines: Vec<_> = steps.iter().map(Outline::of_json).collect();
            check_order(&outlines, cx);
        }
        Vec::decode(value, cx).map(Self)
    }
}

impl Serialize for Steps {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl Check for Steps {
    const CAN_FAIL: bool = true;

    fn check(&self, cx: &mut Context) {
        let outlines: Vec<_> = self.0.iter().map(Outline::of).collect();
        check_order(&outlines, cx);
        self.0.check(cx);
    }
}

impl Decode for Step {
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        match either(&value, ["send", "wait"], cx) {
            Some("send") => SendStep::decode(value, cx).map(Self::Send),
            Some(_) => WaitStep::decode(value, cx).map(Self::Wait),
            None => Err(value),
        }
    }
}

impl Decode for Otherwise {
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        match &value {
            Json::String(text) => match text.as_ref() {
                "next" => Ok(Self::Next),
                "stop" => Ok(Self::Stop),
                _ => {
                    let hint = "must be next, stop, or an object with step";
                    cx.report(Rule::OneOf, hint);
                    Err(value)
                }
            },
            Json::Object(_) => only_field(value, "step", cx).map(Self::Step),
            _ => cx.unfit(value, "must be next, stop, or an object with step"),
        }
    }
}

impl Serialize for Otherwise {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Next => serializer.serialize_str("next"),
            Self::Stop => serializer.serialize_str("stop"),
            Self::Step(name) => {
                let mut out = serializer.serialize_map(Some(1))?;
                out.serialize_entry("step", name)?;
                out.end()
            }
        }
    }
}

impl Check for Otherwise {}

impl Decode for Wait {
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        match either(&value, ["for", "until"], cx) {
            Some("for") => only_field(value, "for", cx).map(Self::For),
            Some(_) => {
                let until: Timestamp = only_field(value, "until", cx)?;
                check_instant(&until, cx);
                Ok(Self::Until(until))
            }
            None => Err(value),
        }
    }
}

impl Serialize for Wait {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(Some(1))?;
        match self {
            Self::For(span) => out.serialize_entry("for", span)?,
            Self::Until(until) => out.serialize_entry("until", until)?,
        }
        out.end()
    }
}

impl Check for Wait {
    const CAN_FAIL: bool = true;

    fn check(&self, cx: &mut Context) {
        if let Self::Until(until) = self {
            check_instant(until, cx);
        }
    }
}

fn check_instant(until: &Timestamp, cx: &mut Context) {
    if until.instant().is_none() {
        let hint = "must be an instant, like 2026-12-01T09:00:00Z";
        cx.report_at("until", Rule::Format, hint);
    }
}
