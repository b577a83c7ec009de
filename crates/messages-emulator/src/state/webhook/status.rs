//! The webhooks that tell of a message's states, and of a workflow's end.

use bytes::Bytes;

use crate::clock::Moment;
use crate::rules::WebhookFault;
use crate::state::failover::FailoverKind;
use crate::state::message::{FailoverId, Message, MessageId};
use crate::state::seeded_rng::SeededRng;
use crate::state::status::Status;
use crate::state::webhook::body::{self, FailoverFacts, Listed, StatusFacts, WebhookKind};
use crate::state::webhook::delivery::{Body, DeliveryId, DeliveryState, Signature};
use crate::state::{State, WebhookDelivery, WorkspaceId, WorkspaceState};
use messages_types::v1::WebhookVersion;

impl State {
    /// Queues a status that a message has just reached, if a receiver is set. Returns the webhook.
    pub(crate) fn queue_status(
        &mut self,
        at: Moment,
        workspace: WorkspaceId,
        id: MessageId,
        status: Status,
    ) -> Option<DeliveryId> {
        let seed = self.settings.seed;
        let state = self.workspaces.get_mut(workspace)?;
        let targets = &state.account.targets;
        let message = state.messages.get(id)?;
        let url = message
            .webhook_url
            .clone()
            .or_else(|| targets.status_url.clone())?;
        // A message of a workflow speaks v0.1, since nothing else can name the workflow.
        let failover = message
            .failover
            .and_then(|(failover, _)| state.failovers.get(failover));
        let version = message.webhook_version.unwrap_or(match failover {
            Some(failover) if matches!(failover.kind, FailoverKind::Workflow { .. }) => {
                WebhookVersion::V0_1
            }
            _ => targets.version,
        });
        let reached = message.history.len();
        let delivery = WebhookDelivery {
            kind: WebhookKind::Status,
            message: id,
            status: Some(status),
            order_key: message.order_key,
            url,
            body: None,
            version,
            history_index: u32::try_from(reached.checked_sub(1)?).ok()?,
            jti: state.webhook_rng(seed, id, reached).uuid(),
            signature: signature(message),
            attempts: Vec::new(),
            state: DeliveryState::Waiting,
            due: None,
        };
        let fault = message.webhook_fault;
        self.queue_webhook(at, workspace, delivery, fault)
    }

    /// Tells how a workflow of the first generation has ended; a v1 failover has no report.
    pub(crate) fn queue_report(
        &mut self,
        at: Moment,
        workspace: WorkspaceId,
        failover_id: FailoverId,
    ) {
        let seed = self.settings.seed;
        let Some(state) = self.workspaces.get_mut(workspace) else {
            return;
        };
        let Some(failover) = state.failovers.get(failover_id) else {
            return;
        };
        let FailoverKind::Workflow { uuid, field } = &failover.kind else {
            return;
        };
        let (Some(url), Some(ending)) = (state.account.targets.status_url.clone(), failover.ended)
        else {
            return;
        };
        let sent: Vec<(String, &Message)> = failover
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
        let delivery = WebhookDelivery {
            kind: WebhookKind::Report,
            message: first.id,
            status: None,
            order_key: failover.order_key,
            url,
            // The states of its messages may change afterwards.
            body: Some(Body::boxed(body::report(
                field.name(),
                &uuid.to_string(),
                ending.name(),
                at,
                &listed,
            ))),
            version: WebhookVersion::V0_1,
            history_index: 0,
            jti: state.webhook_rng(seed, failover_id, 0).uuid(),
            signature: signature(first),
            attempts: Vec::new(),
            state: DeliveryState::Waiting,
            due: None,
        };
        self.queue_webhook(at, workspace, delivery, None);
    }
}

impl WorkspaceState {
    /// The body of a webhook: the same bytes each time.
    pub(crate) fn body_of(&self, delivery: &WebhookDelivery) -> Bytes {
        match &delivery.body {
            Some(body) => body.0.clone(),
            None => self.status_body(delivery).unwrap_or_default(),
        }
    }

    fn status_body(&self, delivery: &WebhookDelivery) -> Option<Bytes> {
        let message = self.messages.get(delivery.message)?;
        let change = message
            .history
            .get(usize::try_from(delivery.history_index).ok()?)?;
        let failover = message
            .failover
            .and_then(|(failover, step)| Some((self.failovers.get(failover)?, step)));
        let uuid = message.uuid.to_string();
        let workflow_uuid = match failover.map(|(failover, _)| &failover.kind) {
            Some(FailoverKind::Workflow { uuid, .. }) => uuid.to_string(),
            _ => String::new(),
        };
        let (high, low) = delivery.jti.as_u64_pair();
        let instance = SeededRng::new(high, "instance", low).instance();
        // Once each: `read` comes after the one that has told.
        let bills = matches!(change.status, Status::Delivered | Status::Undeliverable);
        let facts = StatusFacts {
            uuid: &uuid,
            channel: message.channel,
            to: &message.person,
            from: &message.ours,
            at: change.at,
            status: change.status,
            code: change.code,
            instance: &instance,
            client_ref: message
                .client_ref
                .as_deref()
                .filter(|_| !message.omits_client_ref),
            price: message.price.filter(|_| bills),
            sms_segments: message.sms_segments,
            failover: failover.map(|(failover, step)| match &failover.kind {
                FailoverKind::List { workflow_id } => FailoverFacts::List {
                    workflow_id,
                    number: step + 1,
                    total: failover.steps.len(),
                },
                FailoverKind::Workflow { field, .. } => FailoverFacts::Workflow {
                    uuid: &workflow_uuid,
                    field: field.name(),
                },
            }),
        };
        Some(body::status(delivery.version, &facts))
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
