//! Workflows and journeys as graphs: their steps, and what follows each of them.

use std::fmt;

use messages_sdk::types::journey::{
    BeforeNext, Content, Doubt, Journey, Otherwise, SendStep, Step, StopOn, Until, Wait, Window,
};
use messages_sdk::types::v0_1::Workflow;
use messages_sdk::types::v1::Channel;
use serde::{Serialize, Serializer};

/// Most error codes that are listed.
const CODES_MAX: usize = 6;

/// A document as a graph.
#[derive(Serialize)]
pub(super) struct Graph {
    pub(super) kind: &'static str,
    /// Rules for all steps.
    pub(super) rules: Vec<String>,
    pub(super) steps: Vec<Node>,
}

/// A step.
#[derive(Serialize)]
pub(super) struct Node {
    /// Its number, from 1.
    pub(super) step: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    /// Action of the step.
    pub(super) lines: Vec<String>,
    pub(super) edges: Vec<Edge>,
}

/// Continuation after an event.
#[derive(Serialize)]
pub(super) struct Edge {
    pub(super) on: String,
    pub(super) to: Target,
}

/// Successor of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// The step of this number.
    Step(usize),
    /// The end, in this state.
    End(&'static str),
}

const COMPLETED: Target = Target::End("completed");
const EXHAUSTED: Target = Target::End("exhausted");
const FAILED: Target = Target::End("failed");

/// The number of the step, or the name of the state.
impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Step(step) => serializer.serialize_u64(step as u64),
            Self::End(state) => serializer.serialize_str(state),
        }
    }
}

impl From<&Workflow> for Graph {
    fn from(workflow: &Workflow) -> Self {
        let mut steps: Vec<Node> = Vec::new();
        for (index, message) in workflow.messages().enumerate() {
            let next = Target::Step(index + 2);
            let mut lines = vec![format!(
                "send {} {}",
                message.channel(),
                message.message_type()
            )];
            let edges = match workflow.steps().get(index) {
                Some(step) => {
                    let condition = step.failover.condition_status;
                    let within = Span(step.failover.expiry_time.get());
                    lines.push(format!("until {condition} within {within}"));
                    vec![
                        Edge::new(format!("{condition} in time"), COMPLETED),
                        Edge::new(format!("error, or not {condition} in time"), next),
                    ]
                }
                None => vec![Edge::new("accepted", COMPLETED), Edge::new("error", FAILED)],
            };
            steps.push(Node {
                step: index + 1,
                name: None,
                lines,
                edges,
            });
        }
        Self {
            kind: "v0.1/workflow",
            rules: Vec::new(),
            steps,
        }
    }
}

impl From<&Journey> for Graph {
    fn from(journey: &Journey) -> Self {
        let steps = journey.steps.iter().enumerate();
        let steps = steps.map(|(index, step)| match step {
            Step::Wait(step) => {
                let line = match &step.wait {
                    Wait::For(span) => format!("wait {}", Span(span.get())),
                    Wait::Until(time) => format!("wait until {}", time.as_str()),
                    _ => "wait".to_owned(),
                };
                let next = following(journey, index).unwrap_or(COMPLETED);
                (vec![line], vec![Edge::new("then", next)])
            }
            Step::Send(step) => (lines_of(step), edges_of(journey, index, step)),
            _ => (vec!["unknown".to_owned()], Vec::new()),
        });
        let names = journey.steps.iter().map(Step::name);
        let steps = steps.zip(names).enumerate();
        Self {
            kind: "journey/1",
            rules: rules_of(journey),
            steps: steps
                .map(|(index, ((lines, edges), name))| Node {
                    step: index + 1,
                    name: name.map(|name| name.as_str().to_owned()),
                    lines,
                    edges,
                })
                .collect(),
        }
    }
}

/// The step after the one at `index`; `None` after the last one.
fn following(journey: &Journey, index: usize) -> Option<Target> {
    (index + 1 < journey.steps.len()).then_some(Target::Step(index + 2))
}

fn rules_of(journey: &Journey) -> Vec<String> {
    let mut rules = Vec::new();
    if let Some(zone) = &journey.zone {
        rules.push(format!("zone {}", zone.as_str()));
    }
    if let Some(window) = &journey.window {
        rules.push(window_line(window));
    }
    for stop in journey.stop_on.iter().flat_map(|stop| stop.iter()) {
        rules.push(match stop {
            StopOn::Reply => "stopped by a reply".to_owned(),
            StopOn::Signal(name) => format!("stopped by the signal {}", name.as_str()),
            StopOn::Status(status) => format!("stopped by the status {status}"),
            _ => "stopped by an unknown event".to_owned(),
        });
    }
    if journey.doubt == Some(Doubt::Proceed) {
        rules.push("continues while an outcome is unknown: may send twice".to_owned());
    }
    if let Some(hold) = journey.max_hold {
        let hold = Span(hold.get());
        rules.push(format!("holds deadlines at most {hold} without webhooks"));
    }
    rules
}

fn lines_of(step: &SendStep) -> Vec<String> {
    let channels: Vec<Channel> = step.send.channels().collect();
    let names: Vec<&str> = channels.iter().map(Channel::as_str).collect();
    let content = match &step.send {
        Content::Message(message) => message.message_type().to_owned(),
        Content::Template(message) => {
            let kind = message.template.as_object().get("message_type");
            kind.and_then(|kind| kind.as_str())
                .unwrap_or("message")
                .to_owned()
        }
        _ => "message".to_owned(),
    };
    let mut lines = vec![format!("send {} {content}", names.join(" or "))];
    if let Some(Until { status, within, .. }) = step.until {
        lines.push(format!("until {status} within {}", Span(within.get())));
        lines.extend(precautions(step.before_next.as_ref(), &channels));
    }
    lines.extend(step.window.as_ref().map(window_line));
    lines
}

/// Actions on the message before the next step.
fn precautions(before: Option<&BeforeNext>, channels: &[Channel]) -> Option<String> {
    let default = BeforeNext::default();
    let before = before.unwrap_or(&default);
    let has_ttl = |channel: &Channel| {
        matches!(
            channel,
            Channel::Sms | Channel::Mms | Channel::Rcs | Channel::ViberService
        )
    };
    let mut parts = Vec::new();
    if before.limits_ttl() && channels.iter().any(has_ttl) {
        parts.push("ttl".to_owned());
    }
    if before.revokes() && channels.contains(&Channel::Rcs) {
        parts.push("revoke".to_owned());
    }
    if before.grace_seconds() > 0 {
        parts.push(format!("grace {}", Span(before.grace_seconds())));
    }
    (!parts.is_empty()).then(|| format!("before the next step: {}", parts.join(", ")))
}

fn edges_of(journey: &Journey, index: usize, step: &SendStep) -> Vec<Edge> {
    let otherwise = match &step.otherwise {
        None | Some(Otherwise::Next) => following(journey, index),
        Some(Otherwise::Step(name)) => journey.steps.position(name).map(|at| Target::Step(at + 1)),
        Some(_) => None,
    };
    let errors = match &step.on_error {
        None => Some("error".to_owned()),
        Some(codes) if codes.is_empty() => None,
        Some(codes) => {
            let listed = codes.iter().take(CODES_MAX).map(ToString::to_string);
            let more = (codes.len() > CODES_MAX).then(|| "…".to_owned());
            let listed: Vec<String> = listed.chain(more).collect();
            Some(format!("error {}", listed.join(", ")))
        }
    };
    let mut edges = Vec::new();
    match step.until {
        None => {
            let next = following(journey, index).unwrap_or(COMPLETED);
            edges.push(Edge::new("accepted", next));
            edges.extend(errors.map(|errors| Edge::new(errors, otherwise.unwrap_or(FAILED))));
        }
        Some(Until { status, .. }) => {
            edges.push(Edge::new(format!("{status} in time"), COMPLETED));
            let late = format!("not {status} in time");
            match (otherwise, errors) {
                (Some(target), Some(errors)) => {
                    edges.push(Edge::new(format!("{errors}, or {late}"), target));
                }
                (target, errors) => {
                    edges.push(Edge::new(late, target.unwrap_or(EXHAUSTED)));
                    edges.extend(errors.map(|errors| Edge::new(errors, FAILED)));
                }
            }
        }
    }
    if step.on_error.is_some() {
        let rest = step.on_error.as_ref().is_some_and(|codes| codes.is_empty());
        let on = if rest { "error" } else { "any other error" };
        edges.push(Edge::new(on, FAILED));
    }
    edges
}

fn window_line(window: &Window) -> String {
    let days = window.days.iter().flat_map(|days| days.iter());
    let days: Vec<&str> = days.map(|day| day.as_str()).collect();
    let times = format!("{} to {}", window.from.as_str(), window.to.as_str());
    if days.is_empty() {
        format!("only from {times}")
    } else {
        format!("only {} from {times}", days.join(" "))
    }
}

impl Edge {
    fn new(on: impl Into<String>, to: Target) -> Self {
        Self { on: on.into(), to }
    }
}

/// A span of seconds in the units that people use.
struct Span(u32);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        let mut is_first = true;
        for (length, unit) in [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")] {
            let count = rest / length;
            rest %= length;
            if count > 0 {
                let space = if is_first { "" } else { " " };
                write!(f, "{space}{count} {unit}")?;
                is_first = false;
            }
        }
        Ok(())
    }
}
