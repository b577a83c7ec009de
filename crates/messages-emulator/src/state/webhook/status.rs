//! The webhooks that tell of a message's states, and of a workflow's end.

use bytes::Bytes;

use crate::clock::Moment;
use crate::rules::WebhookFault;
use crate::state::failover::FlowKind;
use crate::state::generation::Generation;
use crate::state::message::{FlowId, Message, MessageId};
use crate::state::seeded_rng::Dice;
use crate::state::status::Status;
use crate::state::webhook::body::{self, FlowFacts, Listed, StatusFacts, WebhookKind};
use crate::state::webhook::delivery::{Body, PostId, PostState, Signature};
use crate::state::{Post, Workspace, WorkspaceId, World};

impl World {
    /// Posts a status that a message has just reached, if a receiver is set. Returns the webhook.
    pub(crate) fn post_status(
        &mut self,
        at: Moment,
        workspace: WorkspaceId,
        id: MessageId,
        status: Status,
    ) -> Option<PostId> {
        let seed = self.laws.seed;
        let state = self.workspaces.get_mut(workspace)?;
        let targets = &state.account.targets;
        let message = state.messages.get(id)?;
        let url = message
            .webhook_url
            .clone()
            .or_else(|| targets.status_url.clone())?;
        // A message of a workflow speaks v0.1, since nothing else can name the workflow.
        let flow = message.flow.and_then(|(flow, _)| state.flows.get(flow));
        let version = message.webhook_version.unwrap_or(match flow {
            Some(flow) if matches!(flow.kind, FlowKind::Workflow { .. }) => Generation::V0_1,
            _ => targets.version,
        });
        let reached = message.history.len();
        let post = Post {
            kind: WebhookKind::Status,
            message: id,
            status: Some(status),
            lane: message.lane,
            url,
            body: None,
            version,
            passed: u32::try_from(reached.checked_sub(1)?).ok()?,
            jti: state.webhook_dice(seed, id, reached).uuid(),
            signature: signature(message),
            attempts: Vec::new(),
            state: PostState::Waiting,
            due: None,
        };
        let fault = message.webhook_fault;
        self.post(at, workspace, post, fault)
    }

    /// Tells how a workflow of the first generation has ended; a v1 failover has no report.
    pub(crate) fn post_report(&mut self, at: Moment, workspace: WorkspaceId, flow_id: FlowId) {
        let seed = self.laws.seed;
        let Some(state) = self.workspaces.get_mut(workspace) else {
            return;
        };
        let Some(flow) = state.flows.get(flow_id) else {
            return;
        };
        let FlowKind::Workflow { uuid, member } = &flow.kind else {
            return;
        };
        let (Some(url), Some(ending)) = (state.account.targets.status_url.clone(), flow.ended)
        else {
            return;
        };
        let sent: Vec<(String, &Message)> = flow
            .steps
            .iter()
            .filter_map(|step| state.messages.get(step.message?))
            .map(|message| (message.uuid.to_string(), message))
            .collect();
        let listed: Vec<Listed<'_>> = sent
            .iter()
            .map(|(uuid, message)| Listed {
                uuid,
                channel: message.channel,
                price: message
                    .price
                    .filter(|_| message.status().is_some_and(Status::is_billed)),
                status: message.status(),
            })
            .collect();
        let Some((_, first)) = sent.first() else {
            return;
        };
        let post = Post {
            kind: WebhookKind::Report,
            message: first.id,
            status: None,
            lane: flow.lane,
            url,
            // The states of its messages may change afterwards.
            body: Some(Body::boxed(body::report(
                member.name(),
                &uuid.to_string(),
                ending.name(),
                at,
                &listed,
            ))),
            version: Generation::V0_1,
            passed: 0,
            jti: state.webhook_dice(seed, flow_id, 0).uuid(),
            signature: signature(first),
            attempts: Vec::new(),
            state: PostState::Waiting,
            due: None,
        };
        self.post(at, workspace, post, None);
    }
}

impl Workspace {
    /// The body of a webhook: the same bytes each time.
    pub(crate) fn body_of(&self, post: &Post) -> Bytes {
        match &post.body {
            Some(body) => body.0.clone(),
            None => self.status_body(post).unwrap_or_default(),
        }
    }

    fn status_body(&self, post: &Post) -> Option<Bytes> {
        let message = self.messages.get(post.message)?;
        let passed = message.history.get(usize::try_from(post.passed).ok()?)?;
        let flow = message
            .flow
            .and_then(|(flow, step)| Some((self.flows.get(flow)?, step)));
        let uuid = message.uuid.to_string();
        let workflow_uuid = match flow.map(|(flow, _)| &flow.kind) {
            Some(FlowKind::Workflow { uuid, .. }) => uuid.to_string(),
            _ => String::new(),
        };
        let (high, low) = post.jti.as_u64_pair();
        let instance = Dice::new(high, "instance", low).instance();
        // Once each: `read` comes after the one that has told.
        let bills = matches!(passed.status, Status::Delivered | Status::Undeliverable);
        let facts = StatusFacts {
            uuid: &uuid,
            channel: message.channel,
            to: &message.person,
            from: &message.ours,
            at: passed.at,
            status: passed.status,
            code: passed.code,
            instance: &instance,
            client_ref: message.client_ref.as_deref(),
            price: message.price.filter(|_| bills),
            sms_segments: message.sms_segments,
            flow: flow.map(|(flow, step)| match &flow.kind {
                FlowKind::Failover { workflow_id } => FlowFacts::Failover {
                    workflow_id,
                    number: step + 1,
                    total: flow.steps.len(),
                },
                FlowKind::Workflow { member, .. } => FlowFacts::Workflow {
                    uuid: &workflow_uuid,
                    member: member.name(),
                },
            }),
        };
        Some(body::status(post.version, &facts))
    }
}

/// The signature of a message's webhooks.
fn signature(message: &Message) -> Signature {
    match message.webhook_fault {
        Some(WebhookFault::Unsigned) => Signature::None,
        Some(WebhookFault::WronglySigned) => Signature::Wrong,
        _ => Signature::Right,
    }
}
