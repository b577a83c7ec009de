//! Messages of persons arriving.

use serde_json::value::to_raw_value;

use crate::clock::Moment;
use crate::event::Event;
use crate::state::channel::Channel;
use crate::state::conversation::Parties;
use crate::state::direction::Direction;
use crate::state::message::{Marks, Message, MessageId};
use crate::state::webhook::body::{self, InboundFacts, WebhookKind};
use crate::state::webhook::delivery::{Body, DeliveryId};
use crate::state::{
    DeliveryState, Effects, InboundMessage, Signature, State, WebhookDelivery, WorkspaceId,
};
use messages_types::v1::WebhookVersion;

impl State {
    /// Adds an inbound message. Returns it, and its webhook if there is a URL for it.
    pub(crate) fn inject(
        &mut self,
        now: Moment,
        workspace: WorkspaceId,
        mut inbound: InboundMessage,
        effects: &mut Effects,
    ) -> Option<(MessageId, Option<DeliveryId>)> {
        let seed = self.settings.seed;
        let state = self.workspaces.get_mut(workspace)?;
        let id = state.next_number();
        let uuid = state.rng(seed, id).uuid();
        let uuid_text = uuid.to_string();
        inbound.complete(&uuid_text);
        let parties = Parties {
            channel: inbound.channel,
            ours: (&*inbound.to).into(),
            person: (&*inbound.from).into(),
        };
        let (conversation, parties) = state.conversations.add(parties, id);
        let version = state.account.targets.version;
        let facts = InboundFacts {
            uuid: &uuid_text,
            channel: inbound.channel,
            to: &inbound.to,
            from: &inbound.from,
            at: now,
            kind: &inbound.kind,
            fields: &inbound.fields,
        };
        // v0.1 has no RCS and no e-mail.
        let version = match inbound.channel {
            Channel::Rcs | Channel::Email => WebhookVersion::V1,
            _ => version,
        };
        let webhook = body::inbound(version, &facts);
        let content = crate::state::Content {
            kind: inbound.kind.clone(),
            fields: inbound.fields,
        };
        let message = Message {
            id,
            uuid,
            direction: Direction::Inbound,
            generation: version,
            channel: inbound.channel,
            ours: parties.ours,
            person: parties.person,
            kind: inbound.kind,
            text: content.text().into(),
            content: to_raw_value(&content.into_json()).unwrap_or_default(),
            omits_client_ref: false,
            client_ref: None,
            webhook_url: None,
            webhook_version: None,
            at: now,
            conversation,
            failover: None,
            order_key: id,
            sms_segments: None,
            price: None,
            webhook_fault: None,
            history: Vec::new(),
            plan: Vec::new(),
            request: None,
            webhooks: Vec::new(),
            marks: Marks::default(),
            applied: Box::default(),
        };
        let event = message.event(now, workspace, None);
        effects.events.push(Event::Message(event.into()));
        state.add(message);
        self.retain(now, workspace);
        let state = self.workspaces.get_mut(workspace)?;
        let Some(url) = state.account.targets.inbound_url.clone() else {
            return Some((id, None));
        };
        let jti = state.webhook_rng(seed, id, 0).uuid();
        let delivery = WebhookDelivery {
            kind: WebhookKind::Inbound,
            message: id,
            status: None,
            order_key: id,
            url,
            body: Some(Body::boxed(webhook)),
            version,
            history_index: 0,
            jti,
            signature: Signature::Right,
            attempts: Vec::new(),
            state: DeliveryState::Waiting,
            due: None,
        };
        Some((id, self.queue_webhook(now, workspace, delivery, None)))
    }
}
