//! A v1 failover or a workflow of the first generation, on its way from one message to the next. Pure.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Moment;
use crate::rules::Stage;
use crate::state::message::MessageId;
use crate::state::message::draft::Draft;
use crate::state::status::Status;

/// Several messages, of which the next is sent when the one before it did not do.
#[derive(Serialize, Deserialize)]
pub(crate) struct Flow {
    pub(crate) kind: FlowKind,
    pub(crate) steps: Vec<Step>,
    /// The step that is being tried, from 0.
    pub(crate) current: usize,
    pub(crate) ended: Option<Ending>,
    pub(crate) lane: u64,
    /// The path of the request, for the rules that its later messages meet.
    #[serde(default)]
    pub(crate) path: Box<str>,
    /// The deadline of the current step. Stored here, since the step's message may be removed before.
    #[serde(default)]
    pub(crate) over: Option<Moment>,
}

/// Kind of a flow: each has its own condition for continuing.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FlowKind {
    /// The `failover` list of v1: goes on when a message is rejected, and never reports.
    Failover {
        /// The id in the answer and in each status.
        workflow_id: Box<str>,
    },
    /// A workflow: goes on when a message fails or does not reach its condition in time, and reports at the end.
    Workflow { uuid: Uuid, member: Member },
}

/// The member of answers and webhooks that has a workflow's uuid; each path of the API has its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Member {
    DispatchUuid,
    WorkflowUuid,
}

impl Member {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::DispatchUuid => "dispatch_uuid",
            Self::WorkflowUuid => "workflow_uuid",
        }
    }
}

/// One message of a flow.
#[derive(Serialize, Deserialize)]
pub(crate) struct Step {
    pub(crate) draft: Draft,
    /// The required status and its time limit.
    pub(crate) condition: Option<Condition>,
    /// Set once it was sent.
    pub(crate) message: Option<MessageId>,
}

/// The status that a workflow waits for before it continues.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Condition {
    pub(crate) status: Status,
    pub(crate) within: Duration,
}

/// The end of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ending {
    Completed,
    Error,
}

impl Ending {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Error => "error",
        }
    }
}

/// The next action of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Move {
    /// It goes on waiting.
    Wait,
    /// It sends the step with this index.
    Send(usize),
    /// It is over.
    End(Ending),
}

impl Flow {
    /// Estimated memory.
    pub(crate) fn bytes(&self) -> usize {
        let steps = self
            .steps
            .iter()
            .map(|step| size_of::<Step>() + step.draft.content.bytes());
        size_of::<Self>() + steps.sum::<usize>()
    }

    /// A message of the flow has reached a state.
    pub(crate) fn on_status(&mut self, step: usize, status: Status) -> Move {
        if self.ended.is_some() || step != self.current {
            return Move::Wait;
        }
        let is_last = step + 1 == self.steps.len();
        let goes_on = match self.kind {
            // The documentation names `rejected` only.
            FlowKind::Failover { .. } => status == Status::Rejected,
            FlowKind::Workflow { .. } => status.is_failure(),
        };
        if goes_on {
            return self.go_on();
        }
        let wanted = match self.steps.get(step).and_then(|step| step.condition) {
            Some(condition) if !is_last => condition.status,
            _ => Status::Delivered,
        };
        if status.includes(wanted) {
            self.end(Ending::Completed)
        } else if status.is_failure() {
            self.end(Ending::Error)
        } else {
            Move::Wait
        }
    }

    /// Returns `true` if it continues by itself when the time of its step is over.
    pub(crate) fn is_timed(&self) -> bool {
        let step = self.steps.get(self.current);
        self.ended.is_none() && step.is_some_and(|step| step.condition.is_some())
    }

    /// The time of a step is over.
    pub(crate) fn on_time_over(&mut self, step: usize) -> Move {
        if self.ended.is_some() || step != self.current {
            return Move::Wait;
        }
        self.go_on()
    }

    fn go_on(&mut self) -> Move {
        if self.current + 1 == self.steps.len() {
            return self.end(Ending::Error);
        }
        self.current += 1;
        self.over = None;
        Move::Send(self.current)
    }

    fn end(&mut self, ending: Ending) -> Move {
        self.ended = Some(ending);
        Move::End(ending)
    }
}

/// The stages that are asked for each message of a flow.
pub(crate) const MESSAGE_STAGES: [Stage; 2] = [Stage::Life, Stage::Webhooks];
