//! Plans: the one form in which documents are executed.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use messages_sdk::types::journey::{self, Journey};
use messages_sdk::types::{Seconds, Status, Submission, v0_1, v1};

use super::Run;
use super::definition::DefinitionError;
use crate::digest::Digest;
use crate::intent::Intent;
use crate::row::{Row, RunStep};
use crate::window::{Window, Zone, Zones};

/// Plan of a run: its steps, and the rules for all of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// Steps, in order.
    pub steps: Vec<PlanStep>,
    /// Events that end the run.
    pub stop_on: Vec<Stop>,
    /// Rule for a message whose outcome stays unknown.
    pub doubt: Doubt,
    /// Longest time that a deadline waits while the store is blind. `None`: until it sees again.
    pub max_hold: Option<Duration>,
    /// The run ends with a final report.
    pub reports: bool,
}

/// Step of a plan.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum PlanStep {
    /// Sends a message.
    Send(Box<SendStep>),
    /// Waits.
    Wait(WaitStep),
}

/// Step that sends a message.
#[derive(Debug, Clone, PartialEq)]
pub struct SendStep {
    /// Alternatives in the order of preference: the first whose recipient is not suppressed is sent.
    pub messages: Vec<PlanMessage>,
    /// Condition that completes the run. `None`: the next step follows once the message is accepted.
    pub until: Option<Until>,
    /// Step that follows a failure, or a condition that was not met in time.
    pub otherwise: Otherwise,
    /// Codes of failures that the run moves on from; another failure ends it. `None`: all.
    pub on_error: Option<Vec<u32>>,
    /// Steps to take at the message before the run moves on from it.
    pub before_next: BeforeNext,
    /// Times of the week at which it may be sent.
    pub window: Option<Window>,
    /// Time zone of the recipient, for the window.
    pub zone: Option<Zone>,
}

/// Message of a plan, ready to be sent.
#[derive(Clone, PartialEq)]
pub struct PlanMessage(pub(crate) v1::ChannelMessage);

impl PlanMessage {
    /// The message.
    #[must_use]
    pub const fn message(&self) -> &v1::ChannelMessage {
        &self.0
    }
}

impl std::fmt::Debug for PlanMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("PlanMessage")
            .field(&self.0.channel())
            .finish()
    }
}

/// Condition that completes a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Until {
    /// Status.
    pub status: Reached,
    /// Period from the acceptance in which it must be reached.
    pub within: Duration,
}

/// Status that a condition asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// Delivered, or read.
    Delivered,
    /// Read.
    Read,
}

impl Reached {
    /// Returns `true` if a message of this status meets it.
    #[must_use]
    pub fn is_met(self, status: Option<&Status>) -> bool {
        match self {
            Self::Delivered => matches!(status, Some(Status::Delivered | Status::Read)),
            Self::Read => matches!(status, Some(Status::Read)),
        }
    }
}

/// Step that follows one that did not complete the run. Only later steps: every run ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Otherwise {
    /// The next one.
    #[default]
    Next,
    /// None: the run ends.
    Stop,
    /// The one with this index.
    Step(usize),
}

impl Otherwise {
    /// Returns `true` if a step follows the one with this index, of so many.
    pub(crate) const fn has_next(self, index: usize, steps: usize) -> bool {
        match self {
            Self::Next => index + 1 < steps,
            Self::Stop => false,
            Self::Step(_) => true,
        }
    }
}

/// Steps to take at a message before the run moves on from it, so that the recipient does not get two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BeforeNext {
    /// Limits its life to the condition's period, where the channel can.
    pub ttl: bool,
    /// Revokes it, where the channel can.
    pub revoke: bool,
    /// Time for webhooks in flight.
    pub grace: Duration,
}

impl BeforeNext {
    /// Nothing, as the Workflows API does.
    pub const NOTHING: Self = Self {
        ttl: false,
        revoke: false,
        grace: Duration::ZERO,
    };
}

impl Default for BeforeNext {
    /// Both, and 5 seconds.
    fn default() -> Self {
        Self {
            ttl: true,
            revoke: true,
            grace: Duration::from_secs(5),
        }
    }
}

/// Event that ends a run as stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stop {
    /// The recipient of a step wrote to its sender.
    Reply,
    /// The application signals this name.
    Signal(String),
    /// A message reaches this status, also after the run has moved on from it.
    Status(Reached),
}

/// Rule for a message whose outcome is still unknown at its deadline.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Doubt {
    /// Waits until it is settled: the recipient gets no second message.
    #[default]
    Wait,
    /// Moves on: the recipient may get both.
    Proceed,
}

/// Step that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitStep {
    /// A period.
    For(Duration),
    /// A time.
    Until(Timestamp),
}

/// Period in which the last message of a workflow must be delivered: the longest life of a message. The Workflows API
/// names none.
const LAST_DELIVERY: Duration = Duration::from_secs(7 * 24 * 3600);

impl Plan {
    /// Largest number of messages, alternatives included.
    pub const MESSAGES_MAX: usize = u8::MAX as usize;

    /// Plan of a workflow of the first generation: each message in the format of the second. A message without equivalent
    /// there is left out, and is one of the [losses](super::Definition::losses).
    ///
    /// # Errors
    ///
    /// [`DefinitionError`] if no message is left, or too many.
    pub fn of_workflow(workflow: &v0_1::Workflow) -> Result<Self, DefinitionError> {
        let conditions = workflow.steps().iter().map(|step| {
            let failover = &step.failover;
            Until {
                status: reached(failover.condition_status),
                within: Duration::from_secs(failover.expiry_time.get().into()),
            }
        });
        let last = Until {
            status: Reached::Delivered,
            within: LAST_DELIVERY,
        };
        let mut steps = Vec::new();
        for (message, until) in workflow.messages().zip(conditions.chain([last])) {
            if let Some(message) = message.clone().upgrade().message {
                steps.push(PlanStep::Send(Box::new(SendStep {
                    messages: vec![PlanMessage(message.primary)],
                    until: Some(until),
                    otherwise: Otherwise::Next,
                    on_error: None,
                    before_next: BeforeNext::NOTHING,
                    window: None,
                    zone: None,
                })));
            }
        }
        if steps.is_empty() {
            return Err(DefinitionError::NoMessage);
        }
        let plan = Self {
            steps,
            reports: true,
            ..Self::default()
        };
        plan.checked()
    }

    /// Plan of a journey.
    ///
    /// # Errors
    ///
    /// [`DefinitionError`] if a template does not give a valid message, or the time zone of a window is unknown.
    pub fn of_journey(journey: &Journey) -> Result<Self, DefinitionError> {
        let mut steps = Vec::with_capacity(journey.steps.len());
        for (index, step) in journey.steps.iter().enumerate() {
            steps.push(match step {
                journey::Step::Send(step) => {
                    PlanStep::Send(Box::new(send_step(journey, step, index)?))
                }
                journey::Step::Wait(step) => PlanStep::Wait(match &step.wait {
                    journey::Wait::Until(time) => {
                        WaitStep::Until(time.instant().unwrap_or(Timestamp::MIN))
                    }
                    journey::Wait::For(span) => {
                        WaitStep::For(Duration::from_secs(span.get().into()))
                    }
                    // No other wait can be read.
                    _ => WaitStep::For(Duration::ZERO),
                }),
                _ => PlanStep::Wait(WaitStep::For(Duration::ZERO)),
            });
        }
        let stop_on = journey.stop_on.iter().flat_map(|stops| stops.iter());
        let plan = Self {
            steps,
            stop_on: stop_on.filter_map(stop).collect(),
            doubt: match journey.doubt {
                Some(journey::Doubt::Proceed) => Doubt::Proceed,
                _ => Doubt::Wait,
            },
            max_hold: journey
                .max_hold
                .map(|hold| Duration::from_secs(hold.get().into())),
            reports: false,
        };
        plan.checked()
    }

    /// The messages, alternatives included, in the order of their numbers.
    pub fn messages(&self) -> impl Iterator<Item = &PlanMessage> {
        self.sends().flat_map(|(_, step)| &step.messages)
    }

    /// The message with this number, from 1: its step, its index among the alternatives, and itself.
    #[must_use]
    pub fn message(&self, number: u8) -> Option<(usize, usize, &PlanMessage)> {
        let mut messages = self.sends().flat_map(|(index, step)| {
            let messages = step.messages.iter().enumerate();
            messages.map(move |(choice, message)| (index, choice, message))
        });
        messages.nth(usize::from(number.checked_sub(1)?))
    }

    /// The number of an alternative of a step.
    #[must_use]
    pub fn number(&self, step: usize, choice: usize) -> Option<u8> {
        let before = self.sends().take_while(|(index, _)| *index < step);
        let before: usize = before.map(|(_, step)| step.messages.len()).sum();
        u8::try_from(before + choice + 1).ok()
    }

    /// The step with this index, if it sends.
    #[must_use]
    pub fn send(&self, step: usize) -> Option<&SendStep> {
        match self.steps.get(step) {
            Some(PlanStep::Send(step)) => Some(step),
            _ => None,
        }
    }

    /// Returns `true` if the plan revokes a message at its deadline, which takes the credentials of an application.
    #[must_use]
    pub fn revokes(&self) -> bool {
        self.sends().any(|(index, step)| {
            let is_rcs = |message: &PlanMessage| matches!(message.0, v1::ChannelMessage::Rcs(_));
            step.until.is_some()
                && step.before_next.revoke
                && step.otherwise.has_next(index, self.steps.len())
                && step.messages.iter().any(is_rcs)
        })
    }

    /// The row of the message with this number, and its payload.
    pub(crate) fn row(
        &self,
        run: &Run,
        number: u8,
        due_at: Timestamp,
        hash_key: &[u8; 32],
        now: Timestamp,
    ) -> Option<(Row, Vec<u8>)> {
        let (step, choice, PlanMessage(message)) = self.message(number)?;
        let message = v1::Message::from(message.clone());
        let intent = Intent::new(String::new(), Submission::V1(message));
        let mut row = intent.row(Some(hash_key), now);
        row.id = run.id.row(number);
        row.due_at = due_at;
        let details = Arc::make_mut(&mut row.details);
        details.namespace.clone_from(&run.details.namespace);
        details.key = None;
        details.key_digest = Digest::of_message(run.details.key_digest, number);
        details.lane.account.clone_from(&run.details.account);
        details.priority = run.details.priority;
        details.campaign.clone_from(&run.details.campaign);
        details.tags.clone_from(&run.details.tags);
        details.send_before = run.details.send_before;
        if let Some(step) = self.send(step) {
            details.window.clone_from(&step.window);
            details.zone.clone_from(&step.zone);
        }
        details.run = Some(RunStep {
            run: run.id,
            step: u16::try_from(step).ok()?,
            choice: u16::try_from(choice).ok()?,
        });
        Some((row, intent.payload))
    }

    fn sends(&self) -> impl Iterator<Item = (usize, &SendStep)> {
        let steps = self.steps.iter().enumerate();
        steps.filter_map(|(index, step)| match step {
            PlanStep::Send(step) => Some((index, &**step)),
            PlanStep::Wait(_) => None,
        })
    }

    fn checked(self) -> Result<Self, DefinitionError> {
        match self.messages().count() {
            0..=Self::MESSAGES_MAX => Ok(self),
            _ => Err(DefinitionError::TooManyMessages),
        }
    }
}

/// Step of a journey that sends.
fn send_step(
    journey: &Journey,
    step: &journey::SendStep,
    index: usize,
) -> Result<SendStep, DefinitionError> {
    let messages = step.send.messages().map_err(DefinitionError::Invalid)?;
    let window = step.window.as_ref().or(journey.window.as_ref());
    if window.is_some() {
        for message in &messages {
            let channel = message.channel();
            let recipient = Some(message.recipient());
            Zones::of_recipient(journey.zone.as_ref(), channel.as_str(), recipient)
                .ok_or(DefinitionError::ZoneUnknown { step: index })?;
        }
    }
    let until = step.until.map(|until| Until {
        status: reached(until.status),
        within: Duration::from_secs(until.within.get().into()),
    });
    let otherwise = match &step.otherwise {
        Some(journey::Otherwise::Stop) => Otherwise::Stop,
        Some(journey::Otherwise::Step(name)) => {
            // A name that is not there is a problem of the document.
            let target = journey.steps.position(name);
            target.map_or(Otherwise::Stop, Otherwise::Step)
        }
        _ => Otherwise::Next,
    };
    let before_next = step.before_next.clone().unwrap_or_default();
    let before_next = BeforeNext {
        ttl: before_next.limits_ttl(),
        revoke: before_next.revokes(),
        grace: Duration::from_secs(before_next.grace_seconds().into()),
    };
    // Nothing follows the last step: its message may arrive as late as it can.
    let has_next = otherwise.has_next(index, journey.steps.len());
    let ttl = until
        .filter(|_| before_next.ttl && has_next)
        .map(|until| until.within);
    let messages = messages.into_iter().map(|message| match ttl {
        Some(ttl) => PlanMessage(limited(message, ttl)),
        None => PlanMessage(message),
    });
    let codes = step.on_error.as_ref();
    Ok(SendStep {
        messages: messages.collect(),
        until,
        otherwise,
        on_error: codes.map(|codes| codes.iter().map(|code| code.number()).collect()),
        before_next,
        window: window.cloned(),
        zone: journey.zone.clone(),
    })
}

/// The message with this life, as near as its channel allows, unless it has one.
fn limited(mut message: v1::ChannelMessage, ttl: Duration) -> v1::ChannelMessage {
    match &mut message {
        v1::ChannelMessage::Sms(message) => limit(&mut message.ttl, ttl),
        v1::ChannelMessage::Mms(message) => limit(&mut message.ttl, ttl),
        v1::ChannelMessage::Rcs(message) => limit(&mut message.ttl, ttl),
        v1::ChannelMessage::ViberService(message) => {
            limit(&mut message.viber_service.get_or_insert_default().ttl, ttl);
        }
        _ => {}
    }
    message
}

fn limit<const MIN: u32, const MAX: u32>(own: &mut Option<Seconds<MIN, MAX>>, ttl: Duration) {
    let seconds = u32::try_from(ttl.as_secs()).unwrap_or(MAX);
    if own.is_none() {
        *own = Seconds::new(seconds.clamp(MIN, MAX)).ok();
    }
}

fn stop(stop: &journey::StopOn) -> Option<Stop> {
    Some(match stop {
        journey::StopOn::Reply => Stop::Reply,
        journey::StopOn::Signal(name) => Stop::Signal(name.as_str().to_owned()),
        journey::StopOn::Status(status) => Stop::Status(reached(*status)),
        _ => return None,
    })
}

fn reached(condition: journey::Condition) -> Reached {
    match condition {
        journey::Condition::Read => Reached::Read,
        _ => Reached::Delivered,
    }
}
