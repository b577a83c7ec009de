//! Plans: the one form in which documents are executed.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use messages_sdk::types::{Status, Submission, v0_1, v1};

use super::Run;
use super::definition::DefinitionError;
use crate::digest::Digest;
use crate::intent::Intent;
use crate::row::{Row, RunStep};

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
                status: match failover.condition_status {
                    v0_1::Condition::Read => Reached::Read,
                    _ => Reached::Delivered,
                },
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

    /// The messages, alternatives included, in the order of their numbers.
    pub fn messages(&self) -> impl Iterator<Item = &PlanMessage> {
        self.sends().flat_map(|(_, step)| &step.messages)
    }

    /// The message with this number, from 1: its step, its index among the alternatives, and itself.
    #[must_use]
    pub fn message(&self, number: u8) -> Option<(usize, usize, &PlanMessage)> {
        let messages = self.sends().flat_map(|(index, step)| {
            let messages = step.messages.iter().enumerate();
            messages.map(move |(choice, message)| (index, choice, message))
        });
        messages.skip(usize::from(number.checked_sub(1)?)).next()
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
