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
        /// The ID in the response and in each status.
        workflow_id: Box<str>,
    },
    /// A workflow: goes on when a message fails or does not reach its condition in time, and reports at the end.
    Workflow { uuid: Uuid, field: UuidField },
}

/// The field of responses and webhooks that has a workflow's UUID; each path of the API has its own.
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

#[cfg(test)]
mod tests {
    use messages_types::v1;

    use super::*;
    use crate::state::seeded_rng::SeededRng;

    #[derive(Debug, Clone, Copy)]
    enum Input {
        Status(usize, Status),
        Deadline(usize),
    }
    use Input::{Deadline, Status as Reached};

    fn list(messages: usize) -> Failover {
        let sms = || v1::Sms::text("447700900001", "447700900000", "Hello").expect("valid");
        let message = v1::Message::from(sms()).failover((1..messages).map(|_| sms()));
        let kind = FailoverKind::List {
            workflow_id: "id".into(),
        };
        Failover::new(kind, message.into(), 1, "/v1/messages")
    }

    /// A workflow with these conditions, and a last step without one.
    fn workflow(conditions: &[v0_1::Condition]) -> Failover {
        let sms = || v0_1::Sms::text("447700900001", "447700900000", "Hello").expect("valid");
        let step = |condition: &v0_1::Condition| {
            v0_1::Message::from(sms())
                .expecting(*condition, 600)
                .expect("in range")
        };
        let (first, others) = conditions.split_first().expect("a condition");
        let mut start = v0_1::Workflow::starting_with(step(first));
        for other in others {
            start = start.then(step(other));
        }
        let kind = FailoverKind::Workflow {
            uuid: Uuid::nil(),
            field: UuidField::DispatchUuid,
        };
        let workflow = start.ending_with(sms());
        Failover::new(kind, workflow.into(), 1, "/v0.1/dispatch")
    }

    fn step(failover: &mut Failover, input: Input) -> NextStep {
        match input {
            Reached(step, status) => failover.on_status(step, status),
            Deadline(step) => failover.on_time_over(step),
        }
    }

    #[test]
    fn a_status_or_a_deadline_decides_the_next_step() {
        use NextStep::{End, Send, Wait};
        use Status::{Delivered, Read, Rejected, Submitted, Undeliverable};
        use v0_1::Condition;

        let read = || workflow(&[Condition::Read]);
        let delivered = || workflow(&[Condition::Delivered, Condition::Read]);
        let completed = End(Ending::Completed);
        let error = End(Ending::Error);
        let table: Vec<(Failover, Vec<(Input, NextStep)>)> = vec![
            (
                list(2),
                vec![
                    (Reached(0, Submitted), Wait),
                    (Reached(0, Delivered), completed),
                ],
            ),
            (
                list(2),
                vec![(Reached(0, Read), completed), (Reached(0, Rejected), Wait)],
            ),
            // The documentation names `rejected` only.
            (list(2), vec![(Reached(0, Undeliverable), error)]),
            (
                list(2),
                vec![
                    (Reached(0, Rejected), Send(1)),
                    (Reached(0, Delivered), Wait),
                ],
            ),
            (
                list(2),
                vec![
                    (Reached(0, Rejected), Send(1)),
                    (Reached(1, Rejected), error),
                ],
            ),
            (
                list(3),
                vec![
                    (Reached(0, Rejected), Send(1)),
                    (Reached(1, Rejected), Send(2)),
                ],
            ),
            (
                read(),
                vec![(Reached(0, Delivered), Wait), (Reached(0, Read), completed)],
            ),
            (
                read(),
                vec![
                    (Reached(0, Undeliverable), Send(1)),
                    (Reached(1, Rejected), error),
                ],
            ),
            // The last step has no condition: delivery is enough.
            (
                read(),
                vec![(Deadline(0), Send(1)), (Reached(1, Delivered), completed)],
            ),
            (
                read(),
                vec![(Reached(0, Read), completed), (Deadline(0), Wait)],
            ),
            (read(), vec![(Deadline(0), Send(1)), (Deadline(0), Wait)]),
            (
                delivered(),
                vec![
                    (Reached(0, Submitted), Wait),
                    (Reached(0, Delivered), completed),
                ],
            ),
            (
                delivered(),
                vec![(Deadline(0), Send(1)), (Reached(1, Delivered), Wait)],
            ),
            (
                delivered(),
                vec![(Reached(0, Rejected), Send(1)), (Deadline(1), Send(2))],
            ),
        ];
        for (row, (mut failover, inputs)) in table.into_iter().enumerate() {
            for (input, next) in inputs {
                assert_eq!(step(&mut failover, input), next, "row {row}: {input:?}");
            }
        }
    }

    #[test]
    fn only_a_step_with_a_condition_is_timed() {
        let mut failover = workflow(&[v0_1::Condition::Delivered]);
        assert!(failover.is_timed());
        failover.on_time_over(0);
        assert!(!failover.is_timed(), "the last step");
        assert!(!list(3).is_timed());
    }

    #[test]
    fn whatever_happens_each_step_is_sent_once_and_in_order_and_there_is_one_end() {
        for seed in 0..500 {
            let mut rng = SeededRng::new(seed, "failover", 0);
            let steps = 4;
            let mut failover = if rng.draw().is_multiple_of(2) {
                list(steps)
            } else {
                workflow(&[v0_1::Condition::Read; 3])
            };
            let (mut sent, mut ends) = (vec![0], 0);
            for _ in 0..30 {
                let one = usize::try_from(rng.between(0, 3)).expect("small");
                let status = Status::ALL[usize::try_from(rng.between(0, 4)).expect("small")];
                let input = match rng.draw() % 4 {
                    0 => Deadline(one),
                    _ => Reached(one, status),
                };
                match step(&mut failover, input) {
                    NextStep::Wait => {}
                    NextStep::Send(next) => sent.push(next),
                    NextStep::End(_) => ends += 1,
                }
                assert_eq!(sent, Vec::from_iter(0..sent.len()), "seed {seed}");
                assert!(sent.len() <= steps && ends <= 1, "seed {seed}");
            }
        }
    }
}
