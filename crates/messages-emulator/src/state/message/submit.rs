//! Taking messages: single ones, failover lists, workflows.

use bytes::Bytes;
use serde_json::json;
use serde_json::value::to_raw_value;

use crate::clock::Moment;
use crate::event::Event;
use crate::rules::{Action, Facts, Stage, magic};
use crate::state::conversation::Parties;
use crate::state::direction::Direction;
use crate::state::failover::{Condition, Flow, FlowKind, MESSAGE_STAGES, Member, Step};
use crate::state::message::lifecycle::{self, Outlook};
use crate::state::message::segments;
use crate::state::message::{Exchange, FlowId, Marks, Message, MessageId, Scheme};
use crate::state::{Draft, Due, Effects, WorkspaceId, World};

/// The content of a request.
pub(crate) enum Submission {
    /// One message.
    Single(Draft),
    /// A v1 message and its alternatives.
    Failover(Vec<Draft>),
    /// A workflow of the first generation; the last step has no condition.
    Workflow {
        member: Member,
        steps: Vec<(Draft, Option<Condition>)>,
    },
}

impl Submission {
    /// The message that is sent first.
    pub(crate) fn first(&self) -> Option<&Draft> {
        match self {
            Self::Single(draft) => Some(draft),
            Self::Failover(drafts) => drafts.first(),
            Self::Workflow { steps, .. } => steps.first().map(|(draft, _)| draft),
        }
    }
}

/// The request that brings a submission.
pub(crate) struct Arrival {
    pub(crate) path: &'static str,
    pub(crate) auth: Scheme,
    pub(crate) body: Bytes,
}

/// The origin of a message.
#[derive(Clone, Copy)]
struct Origin<'a> {
    /// The path of the request; of a flow's later messages too.
    path: &'a str,
    lane: u64,
    flow: Option<(FlowId, usize)>,
}

/// The API's response.
#[derive(Debug, Clone, Default)]
pub(crate) struct Taken {
    pub(crate) answer: Bytes,
    pub(crate) message_uuid: Option<String>,
    pub(crate) workflow_id: Option<String>,
    pub(crate) dispatch_uuid: Option<String>,
}

impl World {
    /// Takes what a valid request asks for.
    pub(crate) fn submit(
        &mut self,
        now: Moment,
        workspace: WorkspaceId,
        submission: Submission,
        arrival: Arrival,
        effects: &mut Effects,
    ) -> Option<Taken> {
        let seed = self.laws.seed;
        let state = self.workspaces.get_mut(workspace)?;
        let mut taken = Taken::default();
        let first = match submission {
            Submission::Single(draft) => {
                let lane = state.next_number();
                let origin = Origin {
                    path: arrival.path,
                    lane,
                    flow: None,
                };
                self.add_outbound(now, workspace, draft, origin, effects)?
            }
            Submission::Failover(drafts) => {
                let number = state.next_number();
                let workflow_id = state.dice(seed, number).workflow_id();
                taken.workflow_id = Some(workflow_id.clone());
                let kind = FlowKind::Failover {
                    workflow_id: workflow_id.into(),
                };
                let steps = drafts.into_iter().map(|draft| (draft, None)).collect();
                let flow = begun(kind, steps, number, arrival.path);
                self.begin_flow(now, workspace, number, flow, effects)?
            }
            Submission::Workflow { member, steps } => {
                let number = state.next_number();
                let uuid = state.dice(seed, number).uuid();
                taken.dispatch_uuid = Some(uuid.to_string());
                let kind = FlowKind::Workflow { uuid, member };
                let flow = begun(kind, steps, number, arrival.path);
                self.begin_flow(now, workspace, number, flow, effects)?
            }
        };
        let state = self.workspaces.get_mut(workspace)?;
        let message = state.messages.get_mut(first)?;
        let uuid = message.uuid.to_string();
        let answer = match (&taken.dispatch_uuid, &taken.workflow_id) {
            (Some(dispatch), _) => match message.flow.and_then(|(flow, _)| state.flows.get(flow)) {
                Some(Flow {
                    kind: FlowKind::Workflow { member, .. },
                    ..
                }) => json!({ member.name(): dispatch }),
                _ => json!({}),
            },
            (None, Some(workflow)) => json!({ "message_uuid": uuid, "workflow_id": workflow }),
            (None, None) => json!({ "message_uuid": uuid }),
        };
        taken.answer = answer.to_string().into();
        taken.message_uuid = Some(uuid);
        let bytes = arrival.body.len() + taken.answer.len();
        message.request = Some(Exchange {
            path: arrival.path.into(),
            auth: arrival.auth,
            body: arrival.body,
            status: 202,
            answer: taken.answer.clone(),
        });
        state.messages.weigh(first, bytes);
        self.retain(now, workspace);
        Some(taken)
    }

    fn begin_flow(
        &mut self,
        now: Moment,
        workspace: WorkspaceId,
        id: FlowId,
        flow: Flow,
        effects: &mut Effects,
    ) -> Option<MessageId> {
        let bytes = flow.bytes();
        let flows = &mut self.workspaces.get_mut(workspace)?.flows;
        flows.insert(id, flow);
        flows.weigh(id, bytes);
        self.send_step(now, workspace, id, 0, effects)
    }

    /// Sends a message of a flow and starts its time.
    pub(crate) fn send_step(
        &mut self,
        now: Moment,
        workspace: WorkspaceId,
        flow_id: FlowId,
        step: usize,
        effects: &mut Effects,
    ) -> Option<MessageId> {
        let flow = self.workspaces.get(workspace)?.flows.get(flow_id)?;
        let (lane, path) = (flow.lane, flow.path.clone());
        let planned = flow.steps.get(step)?;
        let (draft, condition) = (planned.draft.clone(), planned.condition);
        let origin = Origin {
            path: &path,
            lane,
            flow: Some((flow_id, step)),
        };
        let message = self.add_outbound(now, workspace, draft, origin, effects)?;
        let flow = self.workspaces.get_mut(workspace)?.flows.get_mut(flow_id)?;
        flow.steps.get_mut(step)?.message = Some(message);
        if let Some(condition) = condition {
            let at = now.after(condition.within);
            flow.over = Some(at);
            self.agenda.add(at, Due::StepOver(workspace, flow_id, step));
        }
        Some(message)
    }

    fn add_outbound(
        &mut self,
        now: Moment,
        workspace: WorkspaceId,
        draft: Draft,
        Origin { path, lane, flow }: Origin<'_>,
        effects: &mut Effects,
    ) -> Option<MessageId> {
        let laws = &self.laws;
        let state = self.workspaces.get_mut(workspace)?;
        let id = state.next_number();
        let mut dice = state.dice(laws.seed, id);
        let uuid = dice.uuid();
        let text = draft.content.text();
        let [life, webhooks] = MESSAGE_STAGES.map(|stage| {
            let facts = facts(&draft, &text, Some(path));
            let ruled = state.rules.decide(stage, &facts);
            ruled.or_else(|| at_magic(laws.magic_numbers, &draft.to, stage))
        });
        let outlook = Outlook {
            channel: draft.channel,
            ttl: draft.ttl,
            auto_read: laws.auto_read,
        };
        let mut plan = lifecycle::plan(life.as_ref(), outlook, &mut dice);
        plan.reverse();
        let encoding = draft.content.sms_encoding();
        let segments = segments::of(draft.channel, &text, encoding);
        let parties = Parties {
            channel: draft.channel,
            ours: draft.from.clone(),
            person: draft.to.clone(),
        };
        let conversation = state.conversations.add(parties, id);
        let first = plan.last().map(|change| change.after);
        let message = Message {
            id,
            uuid,
            direction: Direction::Outbound,
            generation: draft.generation,
            channel: draft.channel,
            ours: draft.from,
            person: draft.to,
            text: text.into(),
            content: to_raw_value(&draft.content.to_json()).unwrap_or_default(),
            kind: draft.content.kind,
            client_ref: draft.client_ref,
            webhook_url: draft.webhook_url.map(Into::into),
            webhook_version: draft.webhook_version,
            at: now,
            conversation,
            flow,
            lane,
            sms_segments: segments,
            price: draft
                .channel
                .price()
                .map(|price| price.saturating_mul(segments.unwrap_or(1))),
            webhook_fault: match webhooks {
                Some(Action::Webhooks(fault)) => Some(fault),
                _ => None,
            },
            history: Vec::new(),
            plan,
            request: None,
            posts: Vec::new(),
            marks: Marks::default(),
        };
        let event = message.event(now, workspace, None);
        effects.events.push(Event::Message(event.into()));
        state.add(message);
        if let Some(after) = first {
            self.agenda.add(now.after(after), Due::Life(workspace, id));
        }
        Some(id)
    }
}

/// A flow of which nothing was sent yet.
fn begun(
    kind: FlowKind,
    steps: Vec<(Draft, Option<Condition>)>,
    lane: u64,
    path: &'static str,
) -> Flow {
    let steps = steps.into_iter().map(|(draft, condition)| Step {
        draft,
        condition,
        message: None,
    });
    Flow {
        kind,
        steps: steps.collect(),
        current: 0,
        ended: None,
        lane,
        path: path.into(),
        over: None,
    }
}

/// The facts of a message that rules match on.
pub(crate) fn facts<'a>(draft: &'a Draft, text: &'a str, path: Option<&'a str>) -> Facts<'a> {
    Facts {
        path,
        channel: Some(draft.channel),
        to: Some(&draft.to),
        from: Some(&draft.from),
        text: Some(text),
    }
}

/// The action of the recipient's ending, if magic numbers are on.
pub(crate) fn at_magic(on: bool, to: &str, stage: Stage) -> Option<Action> {
    on.then(|| magic::at_stage(to, stage)).flatten()
}
