//! A v1 failover or a workflow of the first generation, on its way from one message to the next. Pure.

use std::time::Duration;

use messages_types::{Document, Submission, v0_1};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Moment;
use crate::rules::Stage;
use crate::state::message::MessageId;
use crate::state::status::Status;

/// Several messages, of which the next is sent when the one before it did not do.
#[derive(Serialize, Deserialize)]
pub(crate) struct Failover {
    pub(crate) kind: FailoverKind,
    pub(crate) steps: Vec<Step>,
    /// The step that is being tried, from 0.
    pub(crate) current: usize,
    pub(crate) ended: Option<Ending>,
    pub(crate) order_key: u64,
    /// The path of the request, for the rules that its later messages meet.
    pub(crate) path: Box<str>,
    /// The deadline of the current step. Stored here, since the step's message may be removed before.
    pub(crate) deadline: Option<Moment>,
}

/// Kind of a failover: each has its own condition for continuing.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FailoverKind {
    /// The `failover` list of v1: goes on when a message is rejected, and never reports.
    #[serde(rename = "failover")]
    List {
        /// The id in the answer and in each status.
        workflow_id: Box<str>,
    },
    /// A workflow: goes on when a message fails or does not reach its condition in time, and reports at the end.
    Workflow { uuid: Uuid, field: UuidField },
}

/// The field of answers and webhooks that has a workflow's uuid; each path of the API has its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UuidField {
    DispatchUuid,
    WorkflowUuid,
}

impl UuidField {
    pub(crate) fn of_path(path: &str) -> Self {
        match path {
            "/beta/workflows" => Self::WorkflowUuid,
            _ => Self::DispatchUuid,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::DispatchUuid => "dispatch_uuid",
            Self::WorkflowUuid => "workflow_uuid",
        }
    }
}

/// One message of a failover.
#[derive(Serialize, Deserialize)]
pub(crate) struct Step {
    /// The message by itself.
    pub(crate) submission: Submission,
    /// The required status and its time limit.
    pub(crate) condition: Option<v0_1::Failover>,
    /// Set once it was sent.
    pub(crate) message: Option<MessageId>,
}

/// Period in which a step's condition has to be met.
pub(crate) fn within(condition: &v0_1::Failover) -> Duration {
    Duration::from_secs(condition.expiry_time.get().into())
}

/// The status that a step waits for.
pub(crate) const fn wanted(condition: &v0_1::Failover) -> Status {
    match condition.condition_status {
        v0_1::Condition::Read => Status::Read,
        _ => Status::Delivered,
    }
}

/// The end of a failover.
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

/// The next action of a failover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NextStep {
    /// It goes on waiting.
    Wait,
    /// It sends the step with this index.
    Send(usize),
    /// It is over.
    End(Ending),
}

impl Failover {
    /// A failover of which nothing was sent yet.
    pub(crate) fn new(
        kind: FailoverKind,
        submission: Submission,
        order_key: u64,
        path: &'static str,
    ) -> Self {
        let step = |submission, condition| Step {
            submission,
            condition,
            message: None,
        };
        let steps = match submission {
            Submission::V1(message) => message
                .attempts()
                .map(|message| step(message.into(), None))
                .collect(),
            Submission::Workflow(workflow) => workflow
                .steps()
                .iter()
                .map(|one| step(one.message.clone().into(), Some(one.failover.clone())))
                .chain([step(workflow.last().clone().into(), None)])
                .collect(),
            single => vec![step(single, None)],
        };
        Self {
            kind,
            steps,
            current: 0,
            ended: None,
            order_key,
            path: path.into(),
            deadline: None,
        }
    }

    /// Estimated memory.
    pub(crate) fn bytes(&self) -> usize {
        let steps = self
            .steps
            .iter()
            .map(|step| size_of::<Step>() + 2 * step.submission.to_vec().len());
        size_of::<Self>() + steps.sum::<usize>()
    }

    /// A message of the failover has reached a state.
    pub(crate) fn on_status(&mut self, step: usize, status: Status) -> NextStep {
        if self.ended.is_some() || step != self.current {
            return NextStep::Wait;
        }
        let is_last = step + 1 == self.steps.len();
        let goes_on = match self.kind {
            // The documentation names `rejected` only.
            FailoverKind::List { .. } => status == Status::Rejected,
            FailoverKind::Workflow { .. } => status.is_failure(),
        };
        if goes_on {
            return self.go_on();
        }
        let condition = self
            .steps
            .get(step)
            .and_then(|step| step.condition.as_ref());
        let wanted = match condition {
            Some(condition) if !is_last => wanted(condition),
            _ => Status::Delivered,
        };
        if status.includes(wanted) {
            self.end(Ending::Completed)
        } else if status.is_failure() {
            self.end(Ending::Error)
        } else {
            NextStep::Wait
        }
    }

    /// Returns `true` if it continues by itself when the time of its step is over.
    pub(crate) fn is_timed(&self) -> bool {
        let step = self.steps.get(self.current);
        self.ended.is_none() && step.is_some_and(|step| step.condition.is_some())
    }

    /// The time of a step is over.
    pub(crate) fn on_time_over(&mut self, step: usize) -> NextStep {
        if self.ended.is_some() || step != self.current {
            return NextStep::Wait;
        }
        self.go_on()
    }

    fn go_on(&mut self) -> NextStep {
        if self.current + 1 == self.steps.len() {
            return self.end(Ending::Error);
        }
        self.current += 1;
        self.deadline = None;
        NextStep::Send(self.current)
    }

    fn end(&mut self, ending: Ending) -> NextStep {
        self.ended = Some(ending);
        NextStep::End(ending)
    }
}

/// The stages that are asked for each message of a failover.
pub(crate) const MESSAGE_STAGES: [Stage; 4] = [
    Stage::Lifecycle,
    Stage::Pace,
    Stage::ClientRef,
    Stage::Webhooks,
];
