//! Taking messages: single ones, failover lists, workflows.

use std::time::Duration;

use bytes::Bytes;
use messages_types::Submission;
use serde_json::json;
use serde_json::value::to_raw_value;

use crate::clock::Moment;
use crate::event::Event;
use crate::rules::{Action, Applied, Stage, magic};
use crate::state::conversation::Parties;
use crate::state::direction::Direction;
use crate::state::failover::{self, Failover, FailoverKind, MESSAGE_STAGES, UuidField};
use crate::state::message::content::Outbound;
use crate::state::message::lifecycle::{self, Outlook};
use crate::state::message::segments;
use crate::state::message::{FailoverId, Marks, Message, MessageId, RequestRecord, Scheme};
use crate::state::{Effects, State, Timer, WorkspaceId};

/// The request that brings a submission.
pub(crate) struct ApiRequest {
    pub(crate) path: &'static str,
    pub(crate) auth: Scheme,
    pub(crate) body: Bytes,
    /// The fault of the request, if it has one.
    pub(crate) applied: Option<Applied>,
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
pub(crate) struct Accepted {
    pub(crate) body: Bytes,
    pub(crate) message_uuid: String,
    pub(crate) failover: Option<FailoverKind>,
}

/// Body of the API's response to the request that brought a message.
pub(crate) fn response_body(message: &Message, failover: Option<&FailoverKind>) -> String {
    let message_uuid = message.uuid;
    let body = match failover {
        None => json!({ "message_uuid": message_uuid }),
        Some(FailoverKind::List { workflow_id }) => {
            json!({ "message_uuid": message_uuid, "workflow_id": workflow_id })
        }
        Some(FailoverKind::Workflow { uuid, field }) => json!({ field.name(): uuid }),
    };
    body.to_string()
}

impl State {
    /// Takes what a valid request asks for.
    pub(crate) fn submit(
        &mut self,
        now: Moment,
        workspace: WorkspaceId,
        submission: Submission,
        request: &ApiRequest,
        effects: &mut Effects,
    ) -> Option<Accepted> {
        let seed = self.settings.seed;
        let state = self.workspaces.get_mut(workspace)?;
        let number = state.next_number();
        let mut rng = state.rng(seed, number);
        let kind = match &submission {
            Submission::V1(message) if !message.failover.is_empty() => Some(FailoverKind::List {
                workflow_id: rng.workflow_id().into(),
            }),
            Submission::Workflow(_) => Some(FailoverKind::Workflow {
                uuid: rng.uuid(),
                field: UuidField::of_path(request.path),
            }),
            _ => None,
        };
        let first = match kind.clone() {
            Some(kind) => {
                let failover = Failover::new(kind, submission, number, request.path);
                self.begin_failover(now, workspace, number, failover, effects)?
            }
            None => {
                let origin = Origin {
                    path: request.path,
                    order_key: number,
                    failover: None,
                };
                self.add_outbound(now, workspace, &submission, origin, effects)?
            }
        };
        let state = self.workspaces.get_mut(workspace)?;
        let message = state.messages.get_mut(first)?;
        let bytes = request.body.len();
        if let Some(applied) = &request.applied {
            let all = message.applied.iter().chain([applied]);
            message.applied = all.cloned().collect();
        }
        message.request = Some(RequestRecord {
            path: request.path.into(),
            auth: request.auth,
            // Exactly as large as the text: the server's buffers are shared by many requests.
            body: String::from_utf8_lossy(&request.body).into(),
        });
        let accepted = Accepted {
            body: response_body(message, kind.as_ref()).into(),
            message_uuid: message.uuid.to_string(),
            failover: kind,
        };
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
        let submission = planned.submission.clone();
        let within = planned.condition.as_ref().map(failover::within);
        let origin = Origin {
            path: &path,
            order_key,
            failover: Some((failover_id, step)),
        };
        let message = self.add_outbound(now, workspace, &submission, origin, effects)?;
        let failover = self
            .workspaces
            .get_mut(workspace)?
            .failovers
            .get_mut(failover_id)?;
        failover.steps.get_mut(step)?.message = Some(message);
        if let Some(within) = within {
            let at = now.after(within);
            failover.deadline = Some(at);
            self.schedule
                .add(at, Timer::StepDeadline(workspace, failover_id, step));
        }
        Some(message)
    }

    fn add_outbound(
        &mut self,
        now: Moment,
        workspace: WorkspaceId,
        submission: &Submission,
        Origin {
            path,
            order_key,
            failover,
        }: Origin<'_>,
        effects: &mut Effects,
    ) -> Option<MessageId> {
        let settings = &self.settings;
        let state = self.workspaces.get_mut(workspace)?;
        let outbound = Outbound::first_of(submission)?;
        let channel = outbound.channel()?;
        let id = state.next_number();
        let mut rng = state.rng(settings.seed, id);
        let uuid = rng.uuid();
        let content = outbound.content();
        let text = content.text();
        let decided = MESSAGE_STAGES.map(|stage| {
            let ruled = state.rules.decide(stage, &outbound.facts(&text, path));
            ruled.or_else(|| at_magic(settings.magic_numbers, outbound.recipient(), stage))
        });
        let [lifecycle_rule, pace, client_ref, webhooks] = decided
            .each_ref()
            .map(|one| one.as_ref().map(Applied::action));
        let outlook = Outlook {
            channel,
            ttl: outbound.ttl(),
            auto_read: settings.auto_read,
            slowness: match pace {
                Some(Action::Slow { ms }) => Duration::from_millis(*ms),
                _ => Duration::ZERO,
            },
        };
        let mut plan = lifecycle::plan(lifecycle_rule, outlook, &mut rng);
        plan.reverse();
        let segments = segments::of(channel, &text, outbound.sms_encoding());
        let parties = Parties {
            channel,
            ours: outbound.sender().into(),
            person: outbound.recipient().into(),
        };
        let (conversation, parties) = state.conversations.add(parties, id);
        let first = plan.last().map(|change| change.after);
        let message = Message {
            id,
            uuid,
            direction: Direction::Outbound,
            generation: outbound.generation(),
            channel,
            ours: parties.ours,
            person: parties.person,
            text: text.into(),
            kind: content.kind.clone(),
            content: to_raw_value(&content.into_json()).unwrap_or_default(),
            client_ref: outbound.client_ref().map(Into::into),
            omits_client_ref: client_ref.is_some(),
            webhook_url: outbound.webhook_url().map(Into::into),
            webhook_version: outbound.webhook_version(),
            at: now,
            conversation,
            failover,
            order_key,
            sms_segments: segments,
            price: channel
                .price()
                .map(|price| price.saturating_mul(segments.unwrap_or(1))),
            webhook_fault: match webhooks {
                Some(Action::Webhooks(fault)) => Some(*fault),
                _ => None,
            },
            history: Vec::new(),
            plan,
            request: None,
            webhooks: Vec::new(),
            marks: Marks::default(),
            applied: decided.into_iter().flatten().collect(),
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

/// The action of the recipient's ending, if magic numbers are on.
pub(crate) fn at_magic(on: bool, to: &str, stage: Stage) -> Option<Applied> {
    let action = on.then(|| magic::at_stage(to, stage)).flatten();
    action.map(Applied::magic)
}
