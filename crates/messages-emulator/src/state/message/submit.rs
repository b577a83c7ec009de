//! Taking messages: single ones, failover lists, workflows.

use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use serde_json::value::to_raw_value;

use crate::clock::Moment;
use crate::event::Event;
use crate::rules::{Action, Facts, Stage, magic};
use crate::state::conversation::Parties;
use crate::state::direction::Direction;
use crate::state::failover::{Condition, Failover, FailoverKind, MESSAGE_STAGES, Step, UuidField};
use crate::state::message::lifecycle::{self, Outlook};
use crate::state::message::segments;
use crate::state::message::{FailoverId, Marks, Message, MessageId, RequestRecord, Scheme};
use crate::state::{Draft, Effects, State, Timer, WorkspaceId};

/// The content of a request.
pub(crate) enum Submission {
    /// One message.
    Single(Draft),
    /// A v1 message and its alternatives.
    Failover(Vec<Draft>),
    /// A workflow of the first generation; the last step has no condition.
    Workflow {
        field: UuidField,
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
pub(crate) struct ApiRequest {
    pub(crate) path: &'static str,
    pub(crate) auth: Scheme,
    pub(crate) body: Bytes,
}

/// The origin of a message.
#[derive(Clone, Copy)]
struct Origin<'a> {
    /// The path of the request; of a failover's later messages too.
    path: &'a str,
    order_key: u64,
    failover: Option<(FailoverId, usize)>,
}

/// The API's response.
#[derive(Debug, Clone, Default)]
pub(crate) struct Accepted {
    pub(crate) answer: Bytes,
    pub(crate) message_uuid: Option<String>,
    pub(crate) workflow_id: Option<String>,
    pub(crate) dispatch_uuid: Option<String>,
}

impl State {
    /// Takes what a valid request asks for.
    pub(crate) fn submit(
        &mut self,
        now: Moment,
        workspace: WorkspaceId,
        submission: Submission,
        request: ApiRequest,
        effects: &mut Effects,
    ) -> Option<Accepted> {
        let seed = self.settings.seed;
        let state = self.workspaces.get_mut(workspace)?;
        let mut accepted = Accepted::default();
        let first = match submission {
            Submission::Single(draft) => {
                let order_key = state.next_number();
                let origin = Origin {
                    path: request.path,
                    order_key,
                    failover: None,
                };
                self.add_outbound(now, workspace, draft, origin, effects)?
            }
            Submission::Failover(drafts) => {
                let number = state.next_number();
                let workflow_id = state.rng(seed, number).workflow_id();
                accepted.workflow_id = Some(workflow_id.clone());
                let kind = FailoverKind::List {
                    workflow_id: workflow_id.into(),
                };
                let steps = drafts.into_iter().map(|draft| (draft, None)).collect();
                let failover = begun(kind, steps, number, request.path);
                self.begin_failover(now, workspace, number, failover, effects)?
            }
            Submission::Workflow { field, steps } => {
                let number = state.next_number();
                let uuid = state.rng(seed, number).uuid();
                accepted.dispatch_uuid = Some(uuid.to_string());
                let kind = FailoverKind::Workflow { uuid, field };
                let failover = begun(kind, steps, number, request.path);
                self.begin_failover(now, workspace, number, failover, effects)?
            }
        };
        let state = self.workspaces.get_mut(workspace)?;
        let message = state.messages.get_mut(first)?;
        let uuid = message.uuid.to_string();
        let answer = match (&accepted.dispatch_uuid, &accepted.workflow_id) {
            (Some(dispatch), _) => match message
                .failover
                .and_then(|(failover, _)| state.failovers.get(failover))
            {
                Some(Failover {
                    kind: FailoverKind::Workflow { field, .. },
                    ..
                }) => json!({ field.name(): dispatch }),
                _ => json!({}),
            },
            (None, Some(workflow)) => json!({ "message_uuid": uuid, "workflow_id": workflow }),
            (None, None) => json!({ "message_uuid": uuid }),
        };
        accepted.answer = answer.to_string().into();
        accepted.message_uuid = Some(uuid);
        let bytes = request.body.len() + accepted.answer.len();
        message.request = Some(RequestRecord {
            path: request.path.into(),
            auth: request.auth,
            body: request.body,
            status: 202,
            answer: accepted.answer.clone(),
        });
        state.messages.weigh(first, bytes);
        self.retain(now, workspace);
        Some(accepted)
    }

    fn begin_failover(
        &mut self,
        now: Moment,
        workspace: WorkspaceId,
        id: FailoverId,
        failover: Failover,
        effects: &mut Effects,
    ) -> Option<MessageId> {
        let bytes = failover.bytes();
        let failovers = &mut self.workspaces.get_mut(workspace)?.failovers;
        failovers.insert(id, failover);
        failovers.weigh(id, bytes);
        self.send_step(now, workspace, id, 0, effects)
    }

    /// Sends a message of a failover and starts its time.
    pub(crate) fn send_step(
        &mut self,
        now: Moment,
        workspace: WorkspaceId,
        failover_id: FailoverId,
        step: usize,
        effects: &mut Effects,
    ) -> Option<MessageId> {
        let failover = self.workspaces.get(workspace)?.failovers.get(failover_id)?;
        let (order_key, path) = (failover.order_key, failover.path.clone());
        let planned = failover.steps.get(step)?;
        let (draft, condition) = (planned.draft.clone(), planned.condition);
        let origin = Origin {
            path: &path,
            order_key,
            failover: Some((failover_id, step)),
        };
        let message = self.add_outbound(now, workspace, draft, origin, effects)?;
        let failover = self
            .workspaces
            .get_mut(workspace)?
            .failovers
            .get_mut(failover_id)?;
        failover.steps.get_mut(step)?.message = Some(message);
        if let Some(condition) = condition {
            let at = now.after(condition.within);
            failover.over = Some(at);
            self.schedule
                .add(at, Timer::StepDeadline(workspace, failover_id, step));
        }
        Some(message)
    }

    fn add_outbound(
        &mut self,
        now: Moment,
        workspace: WorkspaceId,
        draft: Draft,
        Origin {
            path,
            order_key,
            failover,
        }: Origin<'_>,
        effects: &mut Effects,
    ) -> Option<MessageId> {
        let settings = &self.settings;
        let state = self.workspaces.get_mut(workspace)?;
        let id = state.next_number();
        let mut rng = state.rng(settings.seed, id);
        let uuid = rng.uuid();
        let text = draft.content.text();
        let [lifecycle_rule, pace, client_ref, webhooks] = MESSAGE_STAGES.map(|stage| {
            let facts = facts(&draft, &text, Some(path));
            let ruled = state.rules.decide(stage, &facts);
            ruled.or_else(|| at_magic(settings.magic_numbers, &draft.to, stage))
        });
        let outlook = Outlook {
            channel: draft.channel,
            ttl: draft.ttl,
            auto_read: settings.auto_read,
            slowness: match pace {
                Some(Action::Slow { ms }) => Duration::from_millis(ms),
                _ => Duration::ZERO,
            },
        };
        let mut plan = lifecycle::plan(lifecycle_rule.as_ref(), outlook, &mut rng);
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
            omits_client_ref: client_ref.is_some(),
            webhook_url: draft.webhook_url.map(Into::into),
            webhook_version: draft.webhook_version,
            at: now,
            conversation,
            failover,
            order_key,
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
            webhooks: Vec::new(),
            marks: Marks::default(),
        };
        let event = message.event(now, workspace, None);
        effects.events.push(Event::Message(event.into()));
        state.add(message);
        if let Some(after) = first {
            self.schedule
                .add(now.after(after), Timer::Transition(workspace, id));
        }
        Some(id)
    }
}

/// A failover of which nothing was sent yet.
fn begun(
    kind: FailoverKind,
    steps: Vec<(Draft, Option<Condition>)>,
    order_key: u64,
    path: &'static str,
) -> Failover {
    let steps = steps.into_iter().map(|(draft, condition)| Step {
        draft,
        condition,
        message: None,
    });
    Failover {
        kind,
        steps: steps.collect(),
        current: 0,
        ended: None,
        order_key,
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
